"""Every road gives a user's cell the numbers of plain autograd, or refuses it."""

import random

import numpy as np
import pytest
import torch

from gradlab import catalog
from gradlab.catalog import registry, snake_case
from gradlab.cells import Cell, Step
from gradlab.check.suite import check_leaf
from gradlab.config.loading import load
from gradlab.errors import ConfigError, GradlabError
from gradlab.exponents import lyapunov_exponents
from gradlab.jacobians import block_names, jacobian_norms
from gradlab.jacobians.reference import product
from gradlab.measures import measure
from gradlab.runs.build import build, trajectory_of
from gradlab.runs.measure import measure as measure_points
from gradlab.sweeps.plan import plan
from gradlab.sweeps.requirements import requirements_of
from gradlab.trajectory import Trajectory, unroll
from tests.cells import custom_cells as custom
from tests.cells import unfit_cells as unfit


pytestmark = pytest.mark.filterwarnings("ignore:None of the inputs have requires_grad")

STEPS = 12
REFUSED = custom.REFUSED + unfit.UNFIT
SENTENCES = {
    custom.Zoneout: "another next state when a step of cell Zoneout was run again",
    custom.Clockwork: r"a clock as one more state: .* step reads it by detach\(\)",
    custom.MatrixState: r"h.unflatten\(-1, \(5, 5\)\) inside step",
    custom.ComplexState: "two states h_re and h_im, its real and imaginary part",
    unfit.BatchMean: "in which the sequences of a batch depend on each other",
    unfit.BatchScaled: "in which the sequences of a batch depend on each other",
    unfit.BatchNormed: r"LayerNorm.* cell.eval\(\) for BatchNorm",
    unfit.Unseen: "through nothing that autograd records",
    unfit.ChangesInputs: "changes its inputs in place",
    unfit.ChangesState: "changes its state h in place",
}
"""Refused cell -> what the error says of it."""


def built(kind: type[Cell]) -> Cell:
    torch.manual_seed(1)
    return kind(3, 5).double()


def run(cell: Cell, steps: int = STEPS, **more) -> Trajectory:
    generator = torch.Generator().manual_seed(2)
    inputs = torch.randn(2, steps, cell.input_size, generator=generator)
    return unroll(cell, inputs.double(), **more)


def plain_twin(kind: type[Cell]) -> Cell:
    """The same network, without the checkpoints that ``autograd.grad`` refuses."""
    return built(custom.Plain if kind is custom.RecomputedReentrant else kind)


@pytest.mark.parametrize("kind", custom.MEASURED)
def test_norms_are_those_of_plain_autograd(kind):
    ours = jacobian_norms(run(built(kind)), lags=range(STEPS + 1))
    twin = run(plain_twin(kind))
    for lag in (0, 1, STEPS):
        whole = product(twin, lag)
        frobenius = torch.linalg.matrix_norm(whole).log()
        spectral = torch.linalg.matrix_norm(whole, 2).log()
        for found, expected in (
            (ours.ln_frobenius_norm, frobenius),
            (ours.ln_spectral_norm, spectral),
        ):
            at_lag = found.sel(block="joint", lag=lag).values
            np.testing.assert_allclose(at_lag, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("kind", custom.MEASURED)
def test_a_checkpointed_run_has_the_same_bits(kind):
    norms = [
        jacobian_norms(run(built(kind), **more), "joint").ln_spectral_norm.values
        for more in ({}, {"keep_every": 5})
    ]
    assert np.array_equal(*norms)


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("more", [{}, {"keep_every": 5}, {"grad": True}])
def test_refused_cells_are_refused_as_they_run(kind, more):
    with pytest.raises(ConfigError, match=SENTENCES[kind]):
        run(built(kind), **more)


class InHalf(custom.Plain):
    """Computes in float16, whose rounding depends on how many sequences there are."""

    def proposed(self, inputs, hidden):
        x, h = inputs.half(), hidden.half()
        total = x @ self.of_input.weight.half().mT + h @ self.of_hidden.weight.half().mT
        return torch.tanh(total.to(hidden))


class Memoryless(custom.Plain):
    """Has a derivative by its state, which is zero."""

    def step(self, inputs, state):
        return Step((torch.tanh(self.of_input(inputs)),))


@pytest.mark.parametrize("kind", [InHalf, Memoryless, custom.OwnRates])
def test_what_does_not_mix_sequences_is_measured(kind):
    norms = jacobian_norms(run(built(kind)), "joint").ln_frobenius_norm
    twin = torch.linalg.matrix_norm(product(run(built(kind)), 3)).log()
    np.testing.assert_allclose(norms.sel(block="joint", lag=3).values, twin, 1e-3)


@pytest.mark.parametrize("kind", [unfit.BatchMean, unfit.BatchScaled])
def test_one_sequence_mixes_with_none(kind):
    unroll(built(kind), torch.randn(1, STEPS, 3).double())


@pytest.mark.parametrize("kind", [unfit.ChangesInputs, unfit.ChangesState])
def test_a_step_does_not_change_the_callers_tensors(kind):
    inputs, start = (torch.randn(2, STEPS, 3).double(), torch.randn(2, 5).double())
    before = inputs.clone(), start.clone()
    with pytest.raises(ConfigError, match="in place"):
        unroll(built(kind), inputs, initial_state=(start,))
    assert torch.equal(inputs, before[0])
    assert torch.equal(start, before[1])


class OtherWidth(custom.Plain):
    """A state wider than hidden_size, which ``state_sizes`` does not say."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, 2 * hidden_size)
        self.hidden_size = hidden_size


class OtherDtype(custom.Plain):
    """Hands its state on in float32."""

    def step(self, inputs, state):
        return Step((self.proposed(inputs, state[0]).float(),))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (OtherWidth, r"mat1 and mat2 .*step of cell OtherWidth(.|\n)*Try state_sizes"),
        (OtherDtype, "state h of dtype torch.float32 from step of cell OtherDtype"),
    ],
)
def test_a_state_that_does_not_fit_is_named(kind, words):
    with pytest.raises(GradlabError, match=words):
        run(built(kind))


@pytest.mark.parametrize("steps", [2, 3, 8, 33])
def test_a_clock_is_found_in_a_run_of_any_length(steps):
    with pytest.raises(ConfigError, match="a clock as one more state"):
        run(built(custom.Clockwork), steps)


def test_no_global_generator_is_disturbed():
    def state() -> tuple:
        return torch.get_rng_state().tolist(), random.getstate(), np.random.get_state()  # noqa: NPY002

    cells = [built(kind) for kind in (custom.SeededZoneout, custom.Recomputed)]
    before = str(state())
    for cell in cells:
        jacobian_norms(run(cell), "joint")
    assert str(state()) == before


def test_names_that_run_together_are_told_apart():
    close, far = (run(built(kind)) for kind in (custom.CloseNames, custom.FarNames))
    names = block_names(close.cell, conveyor=False)
    assert names[:4] == ("h.h", "h.hh", "hh.h", "hh.hh")
    for road in ("spectral_norm", "frobenius_norm", "loss_gradient"):
        ours, theirs = (measure(one, [road])[road] for one in (close, far))
        assert len(set(ours.coords["block"])) == len(theirs.coords["block"])
        assert np.array_equal(ours.values, theirs.values)


class Joint(custom.CloseNames):
    """A block of states that is named as the whole product is."""

    state_names = ("jo", "int")


def test_no_block_is_named_as_another_quantity():
    norms = jacobian_norms(run(built(Joint)))
    assert {"jo.int", "joint"} <= set(norms.blocks)
    joint, block = (
        norms.ln_spectral_norm.sel(block=name, lag=STEPS).values
        for name in ("joint", "jo.int")
    )
    assert (joint > block).all()


class Twice(custom.CloseNames):
    """One name for two states."""

    state_names = ("h", "h")


def test_states_have_names_of_their_own():
    with pytest.raises(ConfigError, match="a name of its own for each state"):
        run(built(Twice))


def test_jacobians_of_many_steps_are_taken_at_once():
    calls = []

    class Counted(custom.Lorenz):
        def step(self, inputs, state):
            calls.append(len(inputs))
            return super().step(inputs, state)

    trajectory = unroll(Counted(), torch.zeros(1, 1500, 1).double())
    calls.clear()
    found = lyapunov_exponents(trajectory)
    assert len(calls) == 3
    a_time_unit = found.exponents.values.ravel() / 0.01
    assert np.abs(a_time_unit - [0.906, 0, -14.572]).max() < 0.15
    assert a_time_unit.sum() == pytest.approx(-41 / 3, abs=2e-4)


@pytest.fixture
def loaded(monkeypatch):
    """The file of cells, given by ``--load``."""
    monkeypatch.setattr(registry, "EXTERNAL", {})
    return catalog.load_file(custom.__file__) + catalog.load_file(unfit.__file__)


def some(kind: type[Cell], **config) -> list:
    base = {"features": 3, "hidden": 5, "length": STEPS, "seeds": 1, "sequences": 2}
    base |= {"dtype": "float64", "cell": snake_case(kind.__name__)}
    return list(plan(load(base | config)).points.values())


REQUIRED = requirements_of(["spectral_norm", "loss_gradient"], "joint", None)


@pytest.mark.parametrize("kind", custom.MEASURED)
def test_a_sweep_measures_what_a_run_from_its_own_start_gives(kind, loaded):
    points = some(kind)
    (outcome,) = measure_points(points, REQUIRED)
    assert not outcome.message
    trajectory = trajectory_of(build(points[0]), points, ensemble=False)
    for found, own in zip(
        trajectory.start, trajectory.cell.initial_state(2), strict=True
    ):
        assert torch.equal(found, own.double())
    norms = jacobian_norms(trajectory, "joint").ln_spectral_norm
    at_last = norms.sel(block="joint", lag=STEPS).values
    (record,) = outcome.records["spectral_norm"]
    assert record.values[..., -1] == pytest.approx(at_last.mean(), rel=1e-12)


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("more", [{}, {"initial_state": "gaussian"}])
def test_a_sweep_refuses_what_a_run_refuses(kind, more, loaded):
    (outcome,) = measure_points(some(kind, **more), REQUIRED)
    assert outcome.message.startswith(f"cell {snake_case(kind.__name__)}: Got ")
    assert "Try " in outcome.message


def test_layers_start_where_their_cells_do(loaded):
    points = some(custom.StartsAtOne, cell="starts_at_one:layers=2")
    start = trajectory_of(build(points[0]), points, ensemble=False).start
    assert len(start) == 2
    assert all(torch.equal(part, torch.ones_like(part)) for part in start)


@pytest.mark.parametrize(
    "kind",
    [custom.WrapsLSTMCell, custom.Spiking, custom.SeededZoneout, custom.StabilizedLSTM],
)
def test_check_passes_what_a_sweep_measures(kind, loaded):
    outcomes = check_leaf("cells", snake_case(kind.__name__))
    assert [str(one) for one in outcomes if not one.passed] == []


@pytest.mark.parametrize("kind", REFUSED)
def test_check_fails_what_a_sweep_refuses(kind, loaded):
    outcomes = check_leaf("cells", snake_case(kind.__name__))
    failed = [one for one in outcomes if not one.passed]
    if len(outcomes) > 1:
        assert "the Jacobian is autograd's" in [one.title for one in failed]
    else:  # it cannot take a step
        assert "ConfigError" in failed[0].got and "Try " in failed[0].expected
