"""Every measure: its shape, its bits in ensembles, and that it changes nothing."""

import numpy as np
import pytest
import torch

from gradlab import catalog, cells
from gradlab.activations.relu import ReLU
from gradlab.check.measures import differing_outputs
from gradlab.errors import ShapeError
from gradlab.jacobians import log_singular_values, scaled_product
from gradlab.labelled import LabelledArray
from gradlab.losses.every import Every
from gradlab.measures import Measure, MeasureContext, measure
from gradlab.statistics import VERDICTS
from gradlab.trajectory import unroll
from tests.flows import (
    FEATURES,
    SEQUENCES,
    TwoStates,
    built,
    lively,
    noise,
    random_state,
    run,
)


NAMES = tuple(
    name
    for name in catalog.names("measures")
    if not catalog.get("measures", name).of_training
)
SPECS = ("rnn", "gru", "gru:reset_before", "lstm", "lstm:peephole", "lstm:proj=5")


WHOLE_SPECTRA = {"log_singular_values", "live_directions"}
"""Most of the cost; ``tests/spectra`` has their bits with 37 units."""


@pytest.mark.parametrize(
    ("spec", "hidden", "sequences"),
    [
        *((spec, 37, 1) for spec in ("gru", "lstm:proj=5")),
        *(
            pytest.param(spec, 37, 1, marks=pytest.mark.slow)
            for spec in ("lstm", "gru:reset_before", "lstm:peephole")
        ),
        *(pytest.param(spec, 10, 3, marks=pytest.mark.slow) for spec in SPECS[1:]),
    ],
)
def test_bits_are_the_same_alone_and_in_an_ensemble(spec, hidden, sequences):
    """float32, sigmoid; the conformance suite has other cells, measure by measure."""
    names = [n for n in NAMES if hidden < 37 or n not in WHOLE_SPECTRA]
    measures = [catalog.get("measures", name)() for name in names]
    assert not list(differing_outputs(measures, spec, hidden, sequences))


@pytest.mark.parametrize("spec", ["rnn", "gru", "lstm"])
def test_measuring_leaves_everything_as_it_was(spec):
    cell = built(spec)
    trajectory = run(cell)
    next(cell.parameters()).requires_grad_(False)
    for parameter in cell.parameters():
        parameter.grad = torch.ones_like(parameter)
    grads = [p.grad for p in cell.parameters()]
    flags = [p.requires_grad for p in cell.parameters()]
    watched = [*trajectory.states, *trajectory.gates.values(), *cell.parameters()]
    before = [tensor.detach().clone() for tensor in watched]
    streams = torch.get_rng_state(), random_state()
    measure(trajectory, NAMES)
    assert all(map(torch.equal, watched, before))
    assert [p.requires_grad for p in cell.parameters()] == flags
    for parameter, grad in zip(cell.parameters(), grads, strict=True):
        assert parameter.grad is grad
        assert (grad == 1).all()
    assert torch.equal(torch.get_rng_state(), streams[0])
    assert (random_state() == streams[1]).all()
    assert torch.is_grad_enabled()


def test_a_users_cell_with_step_only_gets_every_measure_that_means_something():
    readings = measure(run(TwoStates()), NAMES)
    assert readings["spectral_norm"].coords["block"] == (
        "hh",
        "hc",
        "ch",
        "cc",
        "joint",
        "no_cell_path",
        "no_detours",
    )
    assert readings["loss_gradient"].coords["block"] == ("h", "c_graph", "c_state")
    assert np.allclose(readings["weight_share"].values.sum(0), 1)
    assert "gate_mean" not in readings


def test_the_blocks_of_each_cell():
    all_of = {spec: measure(lively(spec), ["spectral_norm"]) for spec in SPECS}
    blocks = {s: r["spectral_norm"].coords["block"] for s, r in all_of.items()}
    assert blocks["rnn"] == ("hh", "joint")
    assert blocks["gru"] == (
        "hh",
        "joint",
        "conveyor",
        "detours",
        "no_cell_path",
        "no_detours",
    )
    assert blocks["lstm"] == ("hh", "hc", "ch", "cc", *blocks["gru"][1:])
    only = measure(lively("lstm"), ["spectral_norm"], blocks="joint")
    assert only["spectral_norm"].coords["block"] == ("joint",)


def test_rates_verdicts_and_lives_agree_with_the_norms():
    readings = measure(lively("lstm"), NAMES)
    norms, steps = readings["spectral_norm"], lively("lstm").length
    joint = norms.at(block="joint", lag=steps)
    ours = readings["growth_rate"].at(block="joint")
    assert np.allclose(ours, joint / steps)
    verdict = readings["verdict"]
    assert VERDICTS[int(verdict.values)].word == verdict.as_words()
    life = float(readings["half_life"].values)
    assert np.isclose(life, np.log(2) / -ours.mean()) if ours.mean() < 0 else life
    rank = readings["stable_rank"].values
    assert (rank >= 1 - 1e-12).all()
    assert np.allclose(rank[0, 0], 14)


def test_the_triangle_holds_the_norms_between_any_two_steps():
    trajectory = lively("lstm")
    found = measure(trajectory, ["triangle"])["triangle"]
    for j, later in enumerate(found.coords["step"]):
        for k, lag in enumerate(found.coords["lag"]):
            if lag > later:
                assert np.isnan(found.values[j, k])
                continue
            product = scaled_product(trajectory, later - lag, later).value()[0]
            norm = torch.linalg.matrix_norm(product, 2)
            assert abs(found.values[j, k] - float(norm.log())) < 1e-12


def test_a_long_triangle_has_at_most_64_by_64_numbers():
    trajectory = unroll(built("rnn"), noise(1, 150, FEATURES))
    found = measure(trajectory, ["triangle"])["triangle"]
    assert found.coords["step"] == found.coords["lag"] == tuple(range(3, 151, 3))
    whole = scaled_product(trajectory, 0, 150)
    assert abs(found.values[-1, -1] - log_singular_values(whole)[0, 0]) < 1e-9


def test_the_step_norm_bounds_the_rate_and_is_that_of_each_step():
    trajectory = lively("gru")
    readings = measure(trajectory, ["step_spectral_norm", "spectral_norm"])
    steps = readings["step_spectral_norm"].at(block="joint")
    for t in (1, 5, trajectory.length):
        product = scaled_product(trajectory, t - 1, t).value()
        norm = torch.linalg.matrix_norm(product, 2)
        assert np.allclose(steps[t - 1], norm.log().numpy(), atol=1e-12)
    assert (readings["spectral_norm"].values[1, -1] <= steps.sum(0) + 1e-12).all()


def test_gate_measures_by_hand():
    trajectory = lively("gru:z_replaces")
    readings = measure(trajectory, NAMES)
    z = trajectory.gates["update_gate"].movedim(0, -2).flatten(-2).numpy()
    for name, gate in (("update_gate", z), ("keep_gate", 1 - z)):
        assert np.allclose(readings["gate_mean"].at(block=name), gate.mean(-1))
        logs = readings["gate_log_mean"].at(block=name)
        assert np.allclose(logs, np.log(gate).mean(-1))
        low, high = readings["gate_saturation"].at(block=name)
        assert np.allclose(low, (gate < 0.1).mean(-1))
        assert np.allclose(high, (gate > 0.9).mean(-1))
        histogram = readings["gate_histogram"].at(block=name)
        assert np.allclose(histogram.sum(0), 1)
        assert np.allclose(histogram[:2].sum(0), low)
    assert "candidate" not in readings["gate_mean"].coords["block"]


def test_weight_measures_by_hand():
    cell = built("gru", gain=1.3)
    readings = measure(run(cell), ["weight_spectral_radius", "weight_spectral_norm"])
    for name, rows in cell.weight_blocks.items():
        block = cell.weight_hh.detach()[rows]
        for output, theirs in (
            ("weight_spectral_radius", torch.linalg.eigvals(block).abs().max()),
            ("weight_spectral_norm", torch.linalg.matrix_norm(block, 2)),
        ):
            assert abs(readings[output].at(block=name) - float(theirs)) < 1e-12
    assert readings["weight_spectral_norm"].coords["block"] == cell.gate_names


def breakdown(trajectory):
    return measure(trajectory, ["breakdown"])["breakdown"].values


def test_where_it_breaks_down():
    """Doubling each step: float32 ends at 2**128, the 128th step."""
    cell = cells.build("rnn", 1, 4, activation=ReLU())
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
        cell.weight_hh.copy_(2 * torch.eye(4))
        cell.weight_ih.fill_(1.0)
    start = (torch.ones(2, 4),)
    quiet = unroll(cell, torch.zeros(2, 140, 1), initial_state=start)
    assert breakdown(quiet)[0] == 128
    assert np.isnan(breakdown(unroll(cell, torch.ones(2, 30, 1)))).all()
    inputs = torch.ones(2, 30, 1)
    inputs[1, 11] = -1e9
    shut = unroll(cell, inputs)
    assert np.array_equal(breakdown(shut), [np.nan, 12], equal_nan=True)
    readings = measure(shut, NAMES)
    assert readings["verdict"].as_words() == "dead"
    assert readings["half_life"].values == 0
    assert measure(quiet, NAMES)["verdict"].as_words() == "not_finite"


def test_a_measure_may_return_a_bare_tensor():
    class Size(Measure):
        name = "size"

        def compute(self, context):
            return context.trajectory.states[0][-1].abs().amax(-1)

    found = measure(lively("rnn"), [Size()])["size"]
    assert isinstance(found, LabelledArray)
    assert (found.name, found.axes) == ("size", ("sequence",))
    mean = found.over_sequences()
    assert mean.values.shape == mean.sd.shape == ()
    assert found.values.shape == (SEQUENCES,)


def test_words_stand_for_every_value():
    class Sign(Measure):
        name = "sign"

        def compute(self, context):
            drawn = context.trajectory.states[0][-1, :, 0].sign()
            return context.labelled(drawn, words=("zero", "one"))

    with pytest.raises(ShapeError, match="whole numbers from 0 to 1"):
        measure(lively("rnn"), [Sign()])


def test_a_loss_at_every_step_hides_vanishing():
    trajectory = unroll(built("rnn", hidden=20), noise(2, 40, FEATURES))
    last = MeasureContext(trajectory).backward.graph[0].norm(dim=-1)
    every = MeasureContext(trajectory, loss=Every()).backward.graph[0].norm(dim=-1)
    assert (last[5] < 1e-3).all()
    assert (every[5] > 0.1).all()


def test_an_unknown_measure_names_the_nearest():
    with pytest.raises(LookupError, match="Try horizon"):
        measure(lively("rnn"), ["horizn"])
