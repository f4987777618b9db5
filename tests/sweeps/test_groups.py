from gradlab.sweeps import groups
from gradlab.sweeps.cost import GROUP_BYTES, GROUP_SECONDS, bytes_of, seconds_of
from gradlab.sweeps.loading import load
from gradlab.sweeps.points import plan
from gradlab.sweeps.requirements import requirements_of


def formed(config):
    planned = plan(load(config))
    return planned, groups.form(planned.points, planned.needs)


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
        assert {tuple(planned.needs[key].by_measure.items()) for key in group.keys} == {
            tuple(group.needs.by_measure.items())
        }


def test_the_longest_come_first():
    _, found = formed("default")
    seconds = [group.seconds for group in found]
    assert seconds == sorted(seconds, reverse=True)


def test_groups_keep_to_their_memory_and_are_of_one_size():
    _, found = formed(
        {"cell": "lstm", "hidden": 128, "seeds": 50, "measures": ["verdict"]}
    )
    sizes = [len(group.points) for group in found]
    assert sum(sizes) == 50 and max(sizes) - min(sizes) <= 1
    for group in found:
        assert sum(bytes_of(point) for point in group.points) <= GROUP_BYTES


def test_a_point_larger_than_a_group_is_alone():
    _, found = formed({"hidden": 4096, "seeds": 2})
    assert [len(group.points) for group in found] == [1, 1]


def test_the_model_grows_with_what_is_computed():
    planned = plan(load({"seeds": 1, "hidden": [32, 64], "length": [64, 256]}))
    few = requirements_of(("growth_rate",), "joint", None)
    all_blocks = requirements_of(("growth_rate",), "all", None)
    small, *_, large = planned.points.values()
    assert seconds_of(small, few) < seconds_of(large, few)
    assert seconds_of(large, few) < seconds_of(large, all_blocks)
    silent = requirements_of(("weight_spectral_norm",), "joint", None)
    assert seconds_of(large, silent) < seconds_of(large, few)


def test_a_group_is_over_in_seconds():
    """A stop loses what is being measured: with long points that is much."""
    _, found = formed(
        {"cell": "lstm", "hidden": 128, "length": 2000, "sequences": 1, "seeds": 9}
    )
    assert len(found) > 1
    for group in found:
        assert len(group.points) == 1 or group.seconds <= 1.01 * GROUP_SECONDS
