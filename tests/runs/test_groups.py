from dataclasses import replace

import pytest

from gradlab.config.loading import load
from gradlab.runs import groups
from gradlab.runs.groups import GROUP_BYTES, GROUP_MEMBERS
from gradlab.runs.sizes import memory_of, work_of
from gradlab.sweeps.plan import plan
from gradlab.sweeps.requirements import requirements_of


def formed(config):
    planned = plan(load(config))
    return planned, groups.form(planned.points, planned.requirements)


def test_every_point_stands_in_one_group():
    planned, found = formed("default")
    keys = [key for group in found for key in group.keys]
    assert sorted(keys) == sorted(planned.points)


def test_members_are_alike_in_shape_and_needs():
    planned, found = formed("default")
    for group in found:
        for axis in (
            "cell",
            "activation",
            "hidden",
            "length",
            "loss",
            "input",
            "dtype",
        ):
            assert len({getattr(point, axis) for point in group.points}) == 1
        assert {
            tuple(planned.requirements[key].by_measure.items()) for key in group.keys
        } == {tuple(group.requirements.by_measure.items())}


def test_the_longest_come_first():
    _, found = formed("default")
    work = [group.work for group in found]
    assert work == sorted(work, reverse=True)


def test_groups_keep_to_their_memory_and_are_of_one_size():
    _, found = formed(
        {"cell": "lstm", "hidden": 128, "seeds": 50, "measures": ["verdict"]}
    )
    sizes = [len(group.points) for group in found]
    assert sum(sizes) == 50 and max(sizes) - min(sizes) <= 1 and min(sizes) > 1
    assert all(group.memory <= GROUP_BYTES for group in found)


def test_small_points_are_a_hundred_together():
    _, found = formed(
        {"cell": "rnn", "hidden": 16, "length": 64, "seeds": 1000, "blocks": "joint"}
    )
    sizes = [len(group.points) for group in found]
    assert max(sizes) == GROUP_MEMBERS and len(sizes) <= 12


@pytest.mark.parametrize("more", [{"hidden": 4096}, {"length": 100_000}])
def test_a_point_larger_than_a_group_is_alone(more):
    """A stop loses what is being measured: little, also where points are long."""
    _, found = formed({"seeds": 2, **more})
    assert [len(group.points) for group in found] == [1, 1]


def test_work_and_memory_grow_with_what_is_computed():
    planned = plan(load({"seeds": 1, "hidden": [32, 64], "length": [64, 256]}))
    small, *_, large = planned.points.values()
    needs = requirements_of(("growth_rate",), "joint", None)
    for size in (work_of, memory_of):
        assert size(small, needs) < size(large, needs) < size(large, needs, 2)
        assert size(large, needs) < size(large, requirements_of(None, "all", None))
        assert size(large, needs) < size(replace(large, dtype="float64"), needs)
        assert size(large, needs) < size(replace(large, cell="lstm:layers=2"), needs)
        assert size(large, needs) < size(replace(large, sequences=99), needs)


def test_another_device_fills_no_memory_of_the_processor():
    planned = plan(load({"seeds": 2, "device": "cuda", "measures": ["verdict"]}))
    (group,) = groups.form(planned.points, planned.requirements)
    assert group.memory == 0 and group.work > 0
