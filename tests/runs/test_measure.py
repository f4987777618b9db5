"""The same bits alone, in 4 and in 11; and what a worker makes of points."""

import pytest
import torch

from gradlab import canonical_json
from gradlab.config.loading import load
from gradlab.runs import sizes
from gradlab.runs.measure import (
    measure,
    measure_group,
    measures_of,
    record_metadata,
)
from gradlab.sweeps.plan import plan
from gradlab.sweeps.requirements import requirements_of


def some(**config):
    base = {"features": 9, "sequences": 3, "length": 16, "seeds": 11}
    return list(plan(load(base | config)).points.values())


def only(outcomes):
    """Return the first record of the one measure of the one point."""
    ((records,),) = (outcome.records.values() for outcome in outcomes)
    return records[0]


@pytest.mark.parametrize(
    ("cell", "hidden"),
    [
        *(("rnn", 10), ("rnn", 37), ("gru", 10), ("lstm", 37), ("lstm:peephole", 10)),
        pytest.param("gru", 37, marks=pytest.mark.slow),
        pytest.param("lstm", 10, marks=pytest.mark.slow),
        pytest.param("lstm:peephole", 37, marks=pytest.mark.slow),
    ],
)
def test_bits_do_not_depend_on_company(cell, hidden):
    points = some(cell=cell, hidden=hidden, activation="sigmoid", gain=2)
    measures = measures_of(requirements_of(None, "all", None))
    together = measure_group(points, measures)
    fours = [r for k in (0, 4, 8) for r in measure_group(points[k : k + 4], measures)]
    assert fours == together
    for k in (1, 10):
        assert measure_group(points[k : k + 1], measures) == together[k : k + 1]


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_long_point_stored_at_checkpoints_has_the_same_numbers(cell, monkeypatch):
    points = some(cell=cell, hidden=10, length=100, burn_in=3, seeds=4)
    measures = measures_of(requirements_of(None, "all", None))
    stored = measure_group(points, measures)
    monkeypatch.setattr(sizes, "LONG", 1)
    assert sizes.is_long(points[0])
    assert measure_group(points, measures) == stored


def test_points_whose_steps_fill_much_are_long():
    short, long, wide = (
        *some(cell="lstm", hidden=64, length=[256, 20_000], seeds=1),
        *some(cell="lstm", hidden=1024, length=4096, seeds=1),
    )
    assert [sizes.is_long(point) for point in (short, long, wide)] == [
        False,
        True,
        True,
    ]
    walking = requirements_of(("growth_rate",), "joint", None)
    looking = requirements_of(("growth_rate", "gate_mean"), "joint", None)
    assert sizes.memory_of(long, walking) < sizes.memory_of(long, looking) / 2


def test_measuring_leaves_the_random_stream_alone():
    points = some(cell="lstm", hidden=4, length=4, seeds=2)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    measure(points, requirements_of(None, "all", None))
    assert torch.equal(torch.get_rng_state(), before)


def test_inputs_of_one_seed_nest_over_length():
    from gradlab.runs.build import build, trajectory_of

    short, long = some(hidden=4, length=[8, 16], seeds=1)
    one, two = (
        trajectory_of(build(point), [point], ensemble=False) for point in (short, long)
    )
    assert torch.equal(one.inputs, two.inputs[:8])
    assert torch.equal(one.states[0], two.states[0][:9])


@pytest.mark.parametrize(
    ("axis", "values"),
    [
        ("activation", ["tanh", "relu"]),
        ("init", ["default", "orthogonal"]),
        ("gain", [1, 2]),
        ("forget_bias", ["keep", 1]),
        ("forget_bias", ["chrono", "chrono:64"]),
        ("input_bias", ["keep", -1]),
        ("input_bias", ["chrono", "chrono:64"]),
        ("hidden", [8, 9]),
        ("length", [8, 9]),
        ("input", ["gaussian", "gaussian:0.5"]),
        ("dtype", ["float32", "float64"]),
    ],
)
def test_every_axis_changes_what_is_measured(axis, values):
    base = {"cell": "lstm", "hidden": 8, "length": 8, "seeds": 1}
    first, second = some(**(base | {axis: values}))
    needs = requirements_of(("growth_rate",), "joint", None)
    one, two = (only(measure([point], needs)) for point in (first, second))
    assert one.at(block="joint") != two.at(block="joint")


def test_the_loss_changes_what_arrives():
    last, every = some(hidden=8, length=8, seeds=1, loss=["last", "every"])
    needs = requirements_of(("loss_gradient",), "joint", None)
    one, two = (only(measure([point], needs)) for point in (last, every))
    assert one.at(block="h", step=2) < two.at(block="h", step=2)


def test_joint_blocks_are_joint_only():
    needs = requirements_of(("spectral_norm",), "joint", None)
    record = only(measure(some(hidden=8, seeds=1), needs))
    assert record.coords["block"] == ("joint",)


def test_measures_say_what_they_are_by_output():
    manifest = record_metadata(["growth_rate", "horizon"])
    assert set(manifest) == {
        "growth_rate",
        "growth_rate_low",
        "growth_rate_high",
        "horizon",
    }
    assert manifest["growth_rate_low"]["measure"] == "growth_rate"
    assert manifest["horizon"]["version"] >= 1 and manifest["horizon"]["question"]


def test_versions_and_settings_read_without_importing_are_the_true_ones():
    import dataclasses

    from gradlab import catalog
    from gradlab.sweeps.requirements import requirement_of

    for name in catalog.names("measures"):
        leaf = catalog.get("measures", name)
        requirement = requirement_of(name, "all")
        assert requirement.version == leaf.version
        fields = dataclasses.fields(leaf) if dataclasses.is_dataclass(leaf) else ()
        defaults = {field.name: field.default for field in fields}
        same = canonical_json.loads(canonical_json.dumps(defaults))
        assert canonical_json.loads(requirement.settings) == same
