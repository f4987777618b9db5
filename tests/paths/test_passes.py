"""The expansion by recurrent passes against its slow twins, in float64."""

import numpy as np
import pytest
import torch
from torch import nn

from gradlab import cells
from gradlab.activations.sigmoid import Sigmoid
from gradlab.cells.base import Cell, Step
from gradlab.errors import ConfigError
from gradlab.initializers import initialize_
from gradlab.jacobians import jacobian_norms, reference, scaled_product
from gradlab.paths import pass_matrices, recurrent_passes
from gradlab.trajectory import unroll
from tests.flows import (
    FEATURES,
    GATED,
    HIDDEN,
    SEQUENCES,
    STEPS,
    WITH_CELL_STATE,
    TwoStates,
    built,
    default,
    lively,
    noise,
    off,
    run,
)
from tests.gpu.places import NO_GPU


TOLERANCE = 1e-12
NETS = (default, lively)
ROOTS = 16


class Leaky(TwoStates):
    """A user's cell of two states whose carry has a conveyor and dense blocks too."""

    name = "leaky"

    def step(self, inputs, state, *, keep_path_carry=None):
        h, c = state
        carry = c if keep_path_carry is None else keep_path_carry
        step = super().step(inputs, (h, c))
        return Step((step.state[0], 0.9 * carry + 0.3 * step.state[1]))

    def conveyor(self, inputs, state, step):
        return torch.full_like(state[1], 0.9)


class Seldom(Cell):
    """A cell that overrides conveyor and returns None from it."""

    name = "seldom"

    def __init__(self):
        super().__init__(FEATURES, HIDDEN)
        self.weight = nn.Parameter(torch.eye(HIDDEN, dtype=torch.float64))

    def step(self, inputs, state):
        return Step((torch.tanh(state[0] @ self.weight + inputs.sum(-1, True)),))

    def conveyor(self, inputs, state, step):
        return None


def carry_of(cell):
    return slice(-cell.state_sizes[-1], None)


def split(trajectory, t):
    """Return A_t and B_t of step t, J_t by autograd: A keeps the carry's own road."""
    cell, carry = trajectory.cell, carry_of(trajectory.cell)
    inputs, before, step = trajectory.step_at(t)
    whole = reference.step_jacobian(cell, inputs, before)
    staying = torch.zeros_like(whole)
    staying[:, :, carry] = whole[:, :, carry]
    staying[:, carry, carry] = cell.conveyor(inputs, before, step).detach().diag_embed()
    return staying, whole - staying


def coefficients(trajectory, lag):
    """Coefficients of the product of A + eps B by its values at roots of unity."""
    last = trajectory.length
    steps = [split(trajectory, t) for t in range(last, last - lag, -1)]
    values = []
    for k in range(ROOTS):
        eps = np.exp(2j * np.pi * k / ROOTS)
        product = torch.eye(sum(trajectory.cell.state_sizes), dtype=torch.complex128)
        for staying, passing in steps:
            product = product @ (staying + eps * passing)
        values.append(product)
    carry = carry_of(trajectory.cell)
    return torch.fft.fft(torch.stack(values), dim=0).real[..., carry, carry] / ROOTS


def agree(ours, theirs, size):
    """Compare to 1e-12 of the size of all coefficients: that bounds the FFT."""
    return float(torch.linalg.vector_norm(ours - theirs)) < TOLERANCE * size


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("spec", GATED)
@pytest.mark.parametrize("lag", [1, 2, STEPS])
def test_the_parts_are_the_polynomials_coefficients(spec, net, lag):
    trajectory, most = net(spec), 3
    expect_coefficients(trajectory, lag, most)


@pytest.mark.parametrize("lag", [1, STEPS])
def test_the_parts_of_a_users_cell_with_dense_blocks(lag):
    expect_coefficients(run(Leaky()), lag, 4)


def expect_coefficients(trajectory, lag, most):
    theirs = coefficients(trajectory, lag)
    parts = pass_matrices(trajectory, trajectory.length - lag, max_passes=most).value()
    size = float(torch.linalg.vector_norm(theirs))
    for k in range(most + 1):
        assert agree(parts[k], theirs[k], size), k
    assert agree(parts[most + 1], theirs[most + 1 :].sum(0), size)


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("spec", GATED)
@pytest.mark.parametrize("most", [0, 2, STEPS])
def test_all_parts_add_up_to_the_carrys_block(spec, net, most):
    trajectory, carry = net(spec), carry_of(net(spec).cell)
    whole = scaled_product(trajectory).value()[..., carry, carry]
    parts = pass_matrices(trajectory, max_passes=most).value()
    assert off(parts[:-1].sum(0), whole) < TOLERANCE
    assert off(parts[-1], whole) < TOLERANCE
    if most == STEPS:
        assert not parts[-2].any()


@pytest.mark.parametrize("net", NETS)
@pytest.mark.parametrize("spec", GATED)
def test_no_pass_is_the_conveyor(spec, net):
    trajectory = net(spec)
    ours = pass_matrices(trajectory, max_passes=2).value()[0]
    theirs = reference.conveyor(trajectory, STEPS).diag_embed()
    assert off(ours, theirs) < TOLERANCE


@pytest.mark.parametrize("spec", WITH_CELL_STATE)
def test_one_pass_is_a_sum_over_the_step_at_which_h_comes_back(spec):
    """The sum over s of [belt s..T] dc_s/dh_{s-1} dh_{s-1}/dc_{s-2} [belt ..s-2]."""
    trajectory = lively(spec)
    cell, carry = trajectory.cell, carry_of(trajectory.cell)
    hidden = slice(0, cell.state_sizes[0])
    whole = 0
    for s in range(2, STEPS + 1):
        after = belt(trajectory, s, STEPS).unsqueeze(-1)
        back = jacobian_by_autograd(trajectory, s)[:, carry, hidden]
        away = jacobian_by_autograd(trajectory, s - 1)[:, hidden, carry]
        before = belt(trajectory, 0, s - 2).unsqueeze(-2)
        whole = whole + after * (back @ away) * before
    assert off(pass_matrices(trajectory, max_passes=1).value()[1], whole) < TOLERANCE


def jacobian_by_autograd(trajectory, t):
    inputs, before, _ = trajectory.step_at(t)
    return reference.step_jacobian(trajectory.cell, inputs, before)


def belt(trajectory, earlier, later):
    total = torch.ones_like(trajectory.states[-1][0])
    for t in range(earlier + 1, later + 1):
        total = total * trajectory.cell.conveyor(*trajectory.step_at(t)).detach()
    return total


@pytest.mark.parametrize("spec", ["lstm", "gru", "lstm:proj=5"])
def test_norms_are_those_of_the_matrices_at_every_lag(spec):
    trajectory, most = lively(spec), 2
    found = recurrent_passes(trajectory, most, lags=range(STEPS + 1))
    parts_of = found.ln_frobenius_norm.coords["index"]
    assert parts_of == ("0", "1", "2", "more", "total")
    for lag in range(STEPS + 1):
        parts = pass_matrices(trajectory, STEPS - lag, max_passes=most).value()
        with np.errstate(divide="ignore"):
            frobenius = torch.linalg.matrix_norm(parts).log().numpy()
            spectral = torch.linalg.matrix_norm(parts, 2).log().numpy()
        ours = found.ln_frobenius_norm.at(lag=lag)
        assert np.allclose(ours, frobenius, atol=TOLERANCE)
        assert np.allclose(found.ln_spectral_norm.at(lag=lag), spectral, atol=1e-9)


def test_without_recurrent_weights_the_conveyor_is_all():
    for spec in ("lstm:peephole", "gru"):
        cell = built(spec)
        with torch.no_grad():
            cell.weight_hh.zero_()
        norms = recurrent_passes(run(cell), 2).ln_frobenius_norm
        assert np.array_equal(norms.at(index="0"), norms.at(index="total")), spec
        assert (norms.values[1:-1] == -np.inf).all(), spec


@pytest.mark.parametrize("seed", range(3))
def test_an_opened_lstm_lives_on_paths_through_h(seed):
    """Forget bias 2, gain 1.2, 22 steps: the conveyor is neither bound nor main part.

    The parts rise to the second or third, then fall, each below the one before.
    """
    cell = cells.build("lstm", 8, 8, dtype=torch.float64)
    cell = initialize_(cell, gain=1.2, forget_bias=2.0, seed=seed)
    found = recurrent_passes(unroll(cell, noise(4, 22, 8)), 6, [22])
    *parts, total = np.exp(found.ln_frobenius_norm.at(lag=22).mean(-1))
    parts = np.array(parts)
    peak = int(parts.argmax())
    assert peak in (1, 2)
    assert (np.diff(parts[: peak + 1]) > 0).all()
    assert (np.diff(parts[peak:]) < 0).all()
    assert total > 4 * parts[0]
    assert parts.sum() > total


@pytest.mark.parametrize(
    ("spec", "bias", "steps"),
    [
        ("gru", 0.0, 1500),
        ("lstm", 4.0, 300),
        pytest.param("lstm", 4.0, 1500, marks=pytest.mark.slow),
        pytest.param("lstm", 0.0, 1500, marks=pytest.mark.slow),
    ],
)
def test_over_thousands_of_steps_nothing_underflows(spec, bias, steps):
    """float32, 1,500 steps: down to e^-1000; ends agree with what the chain says."""
    cell = initialize_(cells.build(spec, FEATURES, 16), forget_bias=bias, seed=0)
    trajectory = unroll(cell, noise(1, steps, FEATURES, dtype=torch.float32))
    found = recurrent_passes(trajectory, 3, lags=[40, steps]).ln_frobenius_norm
    own = "cc" if spec == "lstm" else "hh"
    norms = jacobian_norms(trajectory, ("conveyor", own))
    for part, block in (("0", "conveyor"), ("total", own)):
        theirs = norms.ln_frobenius_norm_every_lag.at(block=block, lag=[40, steps])
        assert np.allclose(found.at(index=part), theirs, atol=1e-2), (part, block)
    assert np.isfinite(found).all()
    assert (found.at(index="0", lag=steps) < -900).all() or bias == 4.0
    # one pass more counts more paths: at a large lag the orders rise one by one
    assert (np.diff(found.values[:4, 1], axis=0) > 0).all()


def test_a_state_that_is_not_finite_gives_nan_to_its_sequence_only():
    cell = built("lstm")
    inputs = noise(SEQUENCES, STEPS, FEATURES)
    inputs[1, 4] = torch.nan
    found = recurrent_passes(unroll(cell, inputs), 2).ln_frobenius_norm
    late = [lag for lag in found.coords["lag"] if lag >= STEPS - 4]
    apart = found.at(index=["0", "1", "2", "total"], lag=late, sequence=0)
    assert np.isfinite(apart).all()
    assert np.isnan(found.at(index="total", lag=late, sequence=1)).all()


@pytest.mark.parametrize("spec", ["lstm", "gru:reset_before", "lstm:peephole+proj=5"])
@pytest.mark.parametrize(("hidden", "sequences"), [(10, 3), (37, 1)])
def test_a_points_bits_do_not_depend_on_other_members(spec, hidden, sequences):
    many = [
        initialize_(
            cells.build(spec, FEATURES, hidden, activation=Sigmoid()), seed=seed, gain=2
        )
        for seed in range(11)
    ]
    inputs = noise(11, sequences, 12, FEATURES, dtype=torch.float32)
    eleven = recurrent_passes(unroll(cells.ensemble(many), inputs), 3)
    four = recurrent_passes(unroll(cells.ensemble(many[5:9]), inputs[5:9]), 3)
    for k in (5, 8):
        alone = recurrent_passes(unroll(many[k], inputs[k]), 3)
        for norms in ("ln_frobenius_norm", "ln_spectral_norm"):
            own = getattr(alone, norms)
            assert own == getattr(eleven, norms).sel(member=k)
            assert own == getattr(four, norms).sel(member=k - 5)


@pytest.mark.parametrize("cell", [built("rnn"), Seldom()], ids=["rnn", "none"])
def test_a_cell_without_a_conveyor_is_refused(cell):
    with pytest.raises(ConfigError, match="no conveyor"):
        recurrent_passes(run(cell))


def test_what_cannot_be_meant_is_refused():
    with pytest.raises(ConfigError, match="max_passes = -1"):
        recurrent_passes(default("lstm"), -1)
    for lags in ([STEPS + 1], [-1], []):
        with pytest.raises(ConfigError, match=f"0 to {STEPS}"):
            recurrent_passes(default("lstm"), lags=lags)
    with pytest.raises(ConfigError, match="steps 3 to 2"):
        pass_matrices(default("lstm"), 3, 2)


@pytest.mark.gpu
@NO_GPU
@pytest.mark.parametrize("spec", ["lstm:peephole+proj=5", "gru"])
def test_an_accelerator_gives_the_same_numbers(spec):
    inputs = noise(SEQUENCES, STEPS, FEATURES)
    there = recurrent_passes(unroll(built(spec).to("cuda"), inputs.to("cuda")), 2)
    here = recurrent_passes(unroll(built(spec), inputs), 2)
    for name, atol in (("ln_frobenius_norm", 1e-10), ("ln_spectral_norm", 1e-9)):
        assert np.allclose(getattr(here, name), getattr(there, name), atol=atol)


@pytest.mark.parametrize("width", [2, 5, 16, 20])
@pytest.mark.parametrize(("dtype", "shut"), [(torch.float32, -5), (torch.float64, -20)])
def test_a_unit_that_falls_behind_and_leads_later_is_not_lost(dtype, shut, width):
    """U = 0: dc_T/dc_t is the conveyor, of which every unit has a closed form."""
    cell = cells.build("lstm", 1, width, dtype=dtype)
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
        forget = cell.weight_blocks["forget_gate"]
        cell.weight_ih[forget][0], cell.weight_ih[forget][1:] = shut, -shut
    inputs = torch.ones(1, 200, 1, dtype=dtype)
    inputs[:, :100] = -1.0
    found = recurrent_passes(unroll(cell, inputs), max_passes=1)
    gates = torch.tensor([shut, -shut]).double().sigmoid().log().numpy()
    late = np.arange(201).clip(max=100)
    early = np.arange(201) - late
    units = np.stack(
        [late * gates[0] + early * gates[1]]
        + [late * gates[1] + early * gates[0]] * (width - 1)
    )
    lags = list(found.ln_spectral_norm.coords["lag"])
    top = units.max(axis=0)
    frobenius = top + 0.5 * np.log(np.exp(2 * (units - top)).sum(axis=0))
    tolerance = 1e-3 if dtype == torch.float32 else 1e-9
    for part in ("0", "total"):
        for ours, expected in (
            (found.ln_spectral_norm, top),
            (found.ln_frobenius_norm, frobenius),
        ):
            own = ours.at(index=part, sequence=0)
            assert np.abs(own - expected[lags]).max() < tolerance
    assert np.isneginf(found.ln_frobenius_norm.at(index="more")).all()
