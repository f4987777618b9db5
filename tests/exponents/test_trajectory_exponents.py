"""Exponents along trajectories: laws, a slow twin, and what died."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.optimize import brentq

import gradlab
from gradlab import cells
from gradlab.activations.relu import ReLU
from gradlab.errors import ConfigError, ShapeError
from gradlab.exponents import (
    hidden_only_exponent,
    lyapunov_exponents,
    qr_exponents,
)
from gradlab.initializers import initialize_
from gradlab.jacobians import reference
from gradlab.seeding import stream
from gradlab.trajectory import unroll
from tests.flows import CELLS, FEATURES, TwoStates, built, noise, run
from tests.gpu.places import NO_GPU


SQUARE = [spec for spec in CELLS if "proj" not in spec]


def driven(spec, steps, *, hidden=8, sequences=2, bias="keep", gain=1.0, seed=0):
    cell = cells.build(spec, FEATURES, hidden, dtype=torch.float64)
    initialize_(cell, forget_bias=bias, gain=gain, seed=seed, length=steps)
    return unroll(cell, noise(sequences, steps, FEATURES, seed=seed))


@pytest.mark.parametrize("spec", ["rnn", "gru:reset_before", "lstm:peephole", "lstm"])
def test_a_loop_over_autograds_jacobians_gives_the_same(spec):
    """The slow twin: NumPy's QR of torch.func's J_t, one sequence at a time."""
    trajectory = run(built(spec), steps=40)
    found = lyapunov_exponents(trajectory, warm_up=7)
    for b in range(2):
        frame, growth = None, 0.0
        for t in range(1, 41):
            x, state, _ = trajectory.step_at(t)
            step = reference.step_jacobian(trajectory.cell, x, state)[b].numpy()
            if frame is None:
                drawn = stream(0, "lyapunov_frame").standard_normal(step.shape)
                frame = np.linalg.qr(drawn)[0]
            frame, triangle = np.linalg.qr(step @ frame)
            if t > 7:
                growth = growth + np.log(np.abs(np.diag(triangle)))
        expected = np.sort(growth / 33)[::-1]
        assert np.abs(found.exponents.at(sequence=b) - expected).max() < 1e-10


@pytest.mark.parametrize("spec", SQUARE)
def test_the_exponents_add_up_to_the_mean_log_determinant(spec):
    found = lyapunov_exponents(driven(spec, 100, gain=2.0))
    assert (found.dead_count.values == 0).all()
    assert found.sum_rule_residual.values.max() < 1e-10
    assert found.warm_up == 10
    assert found.steps == 90


@pytest.mark.parametrize("spec", ["lstm", "lstm:peephole"])
def test_an_lstms_log_determinant_in_closed_form(spec):
    """sum ln |d| + sum ln |tanh c| + sum ln o(1 - o) + ln |det U_o|."""
    trajectory = driven(spec, 200, bias=1.0)
    found = lyapunov_exponents(trajectory, warm_up=0)
    cell, (x, before, step) = trajectory.cell, trajectory.all_steps()
    gate = step.gates["output_gate"]
    weight = cell.weight_hh[cell.weight_blocks["output_gate"]]
    factors = (cell.conveyor(x, before, step), torch.tanh(step.state[1]))
    each = sum(part.abs().log().sum(-1) for part in (*factors, gate * (1 - gate)))
    expected = each.mean(0) + torch.linalg.slogdet(weight).logabsdet
    assert np.abs(found.ln_determinant - expected.detach().numpy()).max() < 1e-10
    total = found.exponents.values.T.sum(-1)
    assert np.abs(total - expected.detach().numpy()).max() < 1e-10


def test_the_sum_rule_sees_a_wrong_direction():
    """It is a check: were the frame not orthonormal, it would not hold."""
    steps = [m[None] for m in torch.from_numpy(stream(0, "m").normal(size=(50, 6, 6)))]
    right = qr_exponents(steps, 50)
    wrong = qr_exponents((2 * m if t == 20 else m for t, m in enumerate(steps)), 50)
    assert right.sum_rule_residual.values[0] < 1e-12
    assert abs(wrong.exponents.values.T.sum() - right.ln_determinant[0]) > 0.01


@pytest.mark.parametrize(
    "spec", ["rnn", *(pytest.param(s, marks=pytest.mark.slow) for s in ("lstm", "gru"))]
)
def test_forward_and_adjoint_agree_up_to_one_over_the_length(spec):
    """Backwards, J^T has the same exponents; what differs falls as 1 / T."""
    off = {}
    for steps in (120, 1200):
        bias = "keep" if spec == "rnn" else 1.0
        trajectory = driven(spec, steps, hidden=4, sequences=1, bias=bias)
        there = lyapunov_exponents(trajectory, warm_up=0).exponents.values.T
        back = lyapunov_exponents(
            trajectory, warm_up=0, adjoint=True
        ).exponents.values.T
        off[steps] = np.abs(there - back).max()
    assert off[120] < 20 / 120
    assert off[1200] < 20 / 1200
    assert off[1200] < off[120] / 3


def test_the_leading_exponents_alone_are_those_of_the_whole_spectrum():
    trajectory = driven("lstm", 400, hidden=4, bias=1.0)
    whole, three = (lyapunov_exponents(trajectory, count=k) for k in (None, 3))
    assert three.exponents.values.T.shape == (2, 3)
    assert (
        np.abs(three.exponents.values.T - whole.exponents.values.T[:, :3]).max() < 1e-9
    )
    assert np.isnan(three.sum_rule_residual).all()
    assert np.isfinite(whole.sum_rule_residual).all()


def test_fewer_factorisations_give_the_same_where_directions_part_slowly():
    trajectory = driven("rnn", 400, hidden=6)
    one, three = (lyapunov_exponents(trajectory, every=m) for m in (1, 3))
    assert np.abs(one.exponents.values.T - three.exponents.values.T).max() < 1e-9
    assert three.sum_rule_residual.values.max() < 1e-9


def test_the_axes_are_members_sequences_directions():
    together = cells.ensemble([built("lstm", seed=seed) for seed in range(3)])
    inputs = noise(3, 2, 30, FEATURES)
    found = lyapunov_exponents(unroll(together, inputs))
    assert found.exponents.axes == ("index", "member", "sequence")
    assert found.exponents.values.shape == (14, 3, 2)
    assert found.sum_rule_residual.values.shape == (3, 2)
    assert found.increments.shape == (12, 3, 2, 14)
    assert (np.diff(found.exponents, axis=0) <= 0).all()
    alone = lyapunov_exponents(unroll(built("lstm", seed=1), inputs[1]))
    assert alone.exponents == found.exponents.sel(member=1)


@pytest.mark.parametrize("hidden", [10, 37])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_networks_bits_do_not_depend_on_other_members(hidden, dtype):
    """Alone, in a group of 4 and in one of 11, over steps enough to part."""
    many = [built("lstm", hidden=hidden, seed=k, dtype=dtype) for k in range(11)]
    inputs = noise(11, 1, 40, FEATURES, dtype=dtype)
    eleven = lyapunov_exponents(unroll(cells.ensemble(many), inputs))
    four = lyapunov_exponents(unroll(cells.ensemble(many[5:9]), inputs[5:9]))
    alone = lyapunov_exponents(unroll(many[6], inputs[6]))
    for one, other in ((four, 1), (eleven, 6)):
        assert alone.exponents == one.exponents.sel(member=other)
        assert np.array_equal(alone.ln_determinant, one.ln_determinant[other])
        assert np.array_equal(alone.increments, one.increments[:, other])


def test_float32_trajectories_are_read_in_float64():
    cell = built("lstm", dtype=torch.float32)
    found = lyapunov_exponents(unroll(cell, noise(2, 60, FEATURES).float()))
    assert found.exponents.values.T.dtype == np.float64
    assert found.sum_rule_residual.values.max() < 1e-11
    assert next(cell.parameters()).dtype == torch.float32


@pytest.mark.slow
def test_layers_have_their_own_exponents():
    """J_t is block triangular: the spectrum is the union of the layers'."""
    trajectory = driven("lstm:layers=2", 1500, hidden=3, sequences=1, bias=1.0)
    whole = lyapunov_exponents(trajectory, warm_up=0)
    layers = [lyapunov_exponents(trajectory.layer(k), warm_up=0) for k in (1, 2)]
    union = np.concatenate([layer.exponents.at(sequence=0) for layer in layers])
    assert (
        np.abs(np.sort(union)[::-1] - whole.exponents.at(sequence=0)).max() < 20 / 1500
    )
    assert whole.exponents.values.T.sum() == pytest.approx(union.sum(), abs=1e-9)
    assert whole.sum_rule_residual.values.max() < 1e-10


def test_a_users_cell_needs_a_step_only():
    found = lyapunov_exponents(run(TwoStates(), steps=50))
    assert found.exponents.values.T.shape[-1] == 14
    assert found.sum_rule_residual.values.max() < 1e-11


def test_without_recurrent_weights_an_lstms_h_directions_are_dead():
    """U = 0: the top exponents are the mean ln f_i, sorted; the other H are -inf."""
    cell = built("lstm", hidden=5)
    with torch.no_grad():
        cell.weight_hh.zero_()
    trajectory = unroll(cell, noise(1, 1000, FEATURES))
    found = lyapunov_exponents(trajectory)
    logs = trajectory.gates["forget_gate"][100:].log().mean(0)[0]
    expected = logs.sort(descending=True).values.detach().numpy()
    assert np.abs(found.exponents.values.T[0, :5] - expected).max() < 0.02
    assert (found.exponents.values.T[0, 5:] == -np.inf).all()
    assert found.dead_count.values.tolist() == [5]
    assert np.isnan(found.sum_rule_residual).all()


def test_relu_units_that_are_off_kill_directions():
    """At a step with k units off, the product loses k directions for good."""
    cell = cells.build("rnn", 1, 4, activation=ReLU(), dtype=torch.float64)
    with torch.no_grad():
        cell.weight_hh.copy_(torch.diag(torch.tensor([0.5, 0.25, 0.125, 0.0625])))
        cell.weight_ih.copy_(torch.ones(4, 1))
        cell.bias_ih.copy_(torch.tensor([1.0, 1.0, -2.0, -2.0]))
        cell.bias_hh.zero_()
    inputs = torch.full((1, 40, 1), 3.0, dtype=torch.float64)
    assert lyapunov_exponents(unroll(cell, inputs)).dead_count.values == 0
    inputs[0, 25] = 0.0
    found = lyapunov_exponents(unroll(cell, inputs))
    assert found.dead_count.values.tolist() == [2]
    assert found.exponents.values.T[0, :2] == pytest.approx(
        np.log([0.5, 0.25]), abs=0.05
    )
    inputs[0, 25] = -100.0
    gone = lyapunov_exponents(unroll(cell, inputs))
    assert (gone.exponents.values.T == -np.inf).all()


def test_nothing_left_of_zero_weights():
    found = qr_exponents([torch.zeros(1, 3, 3)] * 5, 5)
    assert found.dead_count.values.tolist() == [3]
    assert found.ln_determinant.tolist() == [-np.inf]
    assert found.kaplan_yorke_dimension.values.tolist() == [0.0]


def test_what_is_not_finite_is_nan_for_that_sequence_only():
    cell = built("gru")
    inputs = noise(2, 30, FEATURES)
    inputs[1, 20] = np.inf
    found = lyapunov_exponents(unroll(cell, inputs))
    assert np.isfinite(found.exponents.at(sequence=0)).all()
    assert np.isnan(found.exponents.at(sequence=1)).all()
    assert np.isnan(found.kaplan_yorke_dimension.values[1])
    assert np.isnan(found.entropy_rate.values[1])


def test_the_dimension_and_the_entropy_of_matrices_known_by_hand():
    """diag(e^0.5, 1, e^-1): D = 2 + 0.5 / 1, entropy 0.5."""
    matrix = torch.diag(torch.tensor([0.5, 0.0, -1.0], dtype=torch.float64).exp())
    found = qr_exponents([matrix[None]] * 2000, 2000, warm_up=1000)
    assert found.exponents.at(sequence=0) == pytest.approx([0.5, 0.0, -1.0], abs=1e-12)
    assert found.kaplan_yorke_dimension.values[0] == pytest.approx(2.5)
    assert found.entropy_rate.values[0] == pytest.approx(0.5)
    growing = qr_exponents([2 * torch.eye(3)[None]] * 20, 20)
    assert growing.kaplan_yorke_dimension.values.tolist() == [3.0]
    shrinking = qr_exponents([torch.eye(3)[None] / 2] * 20, 20)
    assert shrinking.kaplan_yorke_dimension.values.tolist() == [0.0]
    assert shrinking.entropy_rate.values.tolist() == [0.0]


def test_the_interval_holds_a_long_runs_exponent():
    """Of 40 runs about 38; and it is NaN where blocks are shorter than 16 steps."""
    long = driven("rnn", 1000, hidden=6, sequences=300, gain=2.0)
    truth = lyapunov_exponents(long, count=1).exponents.values.T.mean()
    many = unroll(long.cell, noise(40, 420, FEATURES, seed=7))
    found = lyapunov_exponents(many, count=1)
    hits = 0
    for b in range(40):
        low, high = only(found, b).interval()
        hits += bool(low.at(index=1) <= truth <= high.at(index=1))
    assert 33 <= hits <= 40
    low, high = found.interval()
    assert low.at(index=1) < found.exponents.values.mean() < high.at(index=1)
    short = lyapunov_exponents(driven("rnn", 150)).interval()
    assert np.isnan(short).all()


def only(found, b):
    return replace(
        found,
        increments=found.increments[:, b : b + 1],
        dead=found.dead[b : b + 1],
        ln_determinant=found.ln_determinant[b : b + 1],
    )


def test_dh_by_dh_alone_is_wrong_by_orders_of_magnitude():
    """At forget bias 3 the true exponent is near 0; that of dh/dh hardly moved."""
    true, alone = {}, {}
    for bias in (0.0, 3.0):
        trajectory = driven("lstm", 300, hidden=32, sequences=1, bias=bias)
        true[bias] = lyapunov_exponents(trajectory, count=1).exponents.values.T[0, 0]
        alone[bias] = hidden_only_exponent(trajectory).exponents.values.T[0, 0]
    assert alone[3.0] / true[3.0] > 50
    assert true[0.0] < -0.3
    assert -0.03 < true[3.0] < 0
    assert abs(alone[3.0] - alone[0.0]) < 0.2


def test_dh_by_dh_is_the_block_of_fixed_c():
    """And all there is to a cell without a c."""
    trajectory = run(built("lstm"), steps=30)
    blocks = []
    for t in range(1, 31):
        x, state, _ = trajectory.step_at(t)
        whole = reference.step_jacobian(trajectory.cell, x, state)
        blocks.append(whole[:, :7, :7])
    expected = qr_exponents(blocks, 30, count=1).exponents.values.T
    got = hidden_only_exponent(trajectory).exponents.values.T
    assert np.abs(got - expected).max() < 1e-10
    plain = driven("rnn", 300)
    assert np.allclose(
        hidden_only_exponent(plain).exponents.values.T,
        lyapunov_exponents(plain, count=1).exponents.values.T,
    )


def tanh_rnn(gain, noise_variance, *, width, steps, seed=0):
    """h = tanh(a), a = W h + noise, W of variance gain^2 / n; inputs one per unit."""
    cell = cells.build("rnn", width, width, dtype=torch.float64, bias=False)
    draw = stream(seed, "mean_field")
    with torch.no_grad():
        entries = draw.normal(size=(width, width)) * gain / np.sqrt(width)
        cell.weight_hh.copy_(torch.from_numpy(entries))
        cell.weight_ih.copy_(torch.eye(width) * np.sqrt(noise_variance))
    if noise_variance:
        inputs = torch.from_numpy(draw.normal(size=(1, steps, width)))
    else:
        inputs = torch.zeros(1, steps, width, dtype=torch.float64)
    start = torch.from_numpy(draw.normal(size=(1, width)))
    trajectory = unroll(cell, inputs, initial_state=[start], burn_in=100)
    return lyapunov_exponents(trajectory, count=1).exponents.values.T[0, 0]


def mean_field(gain, noise_variance=0.0):
    """1/2 ln chi, chi = g^2 E sech^4 at q = g^2 E tanh^2 + s^2.

    Molgedey et al. 1992; Chen, Pennington and Schoenholz 2018.
    """

    def over(function, q):
        def weighed(z):
            return function(np.sqrt(q) * z) * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)

        return gain**2 * quad(weighed, -9, 9, epsabs=1e-12, limit=200)[0]

    def off(q):
        return over(lambda a: np.tanh(a) ** 2, q) + noise_variance - q

    q = brentq(off, 1e-3, gain**2 + noise_variance, xtol=1e-13)
    return np.log(over(lambda a: np.cosh(a) ** -4, q)) / 2


def test_the_mean_field_numbers_as_they_are_printed():
    assert mean_field(1.1) == pytest.approx(0.005069, abs=1e-6)
    assert mean_field(1.5) == pytest.approx(0.065217, abs=1e-6)
    assert mean_field(2.0) == pytest.approx(0.154724, abs=1e-6)
    assert mean_field(1.409281, 0.1) == pytest.approx(0, abs=1e-5)
    assert mean_field(1.855589, 1.0) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize(
    "gain",
    [
        pytest.param(2.0, marks=pytest.mark.slow),
        pytest.param(3.0, marks=pytest.mark.trials),
    ],
)
def test_a_large_tanh_network_grows_as_mean_field_says(gain):
    found = tanh_rnn(gain, 0.0, width=600, steps=800)
    assert found == pytest.approx(mean_field(gain), abs=0.02)


@pytest.mark.parametrize(
    ("gain", "variance"),
    [
        pytest.param(1.5, 0.1, marks=pytest.mark.slow),
        pytest.param(2.0, 1.0, marks=pytest.mark.trials),
    ],
)
def test_a_driven_network_grows_as_mean_field_says(gain, variance):
    found = tanh_rnn(gain, variance, width=600, steps=800)
    assert found == pytest.approx(mean_field(gain, variance), abs=0.005)


def test_below_gain_one_a_large_network_dies_at_ln_g():
    """At the origin J = W, whose spectral radius is about g."""
    found = tanh_rnn(0.7, 0.0, width=200, steps=400)
    assert found == pytest.approx(np.log(0.7), abs=0.03)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"warm_up": 10}, "a warm-up of 10 of 10 steps"),
        ({"every": 0}, "every = 0"),
        ({"blocks": 0}, "blocks = 0"),
        ({"count": 0}, "count = 0"),
        ({"count": 8}, "8 exponents of 7 directions"),
    ],
)
def test_settings_that_leave_nothing(settings, said):
    with pytest.raises(ConfigError, match=said):
        lyapunov_exponents(run(built("rnn"), steps=10), **settings)


def test_matrices_that_are_none():
    with pytest.raises(ShapeError, match=r"shape \(3, 3\)"):
        qr_exponents([torch.eye(3)], 1)
    with pytest.raises(ConfigError, match="2 Jacobians"):
        qr_exponents([torch.eye(3)[None]] * 2, 3)


@pytest.mark.gpu
@NO_GPU
def test_an_accelerator_gives_the_same():
    trajectory = driven("lstm", 200, hidden=16, bias=1.0)
    cell = trajectory.cell
    expected = lyapunov_exponents(trajectory)
    moved = unroll(cell.cuda(), trajectory.inputs.movedim(0, -2).cuda())
    found = lyapunov_exponents(moved)
    assert np.abs(found.exponents.values.T - expected.exponents.values.T).max() < 1e-6
    assert found.sum_rule_residual.values.max() < 1e-10


@pytest.mark.parametrize("gain", [0.5, 2.0])
@pytest.mark.parametrize("width", [1, 5, 16, 20])
def test_rare_factorisations_leave_no_range(width, gain):
    """gain^1200 is no float64, and the frame is brought near 1 in between."""
    matrix = gain * torch.eye(width).double()[None]
    found = qr_exponents([matrix] * 1300, 1300, every=1200, blocks=1)
    expected = np.full((1, width), np.log(gain))
    np.testing.assert_allclose(found.exponents.values.T, expected, rtol=0, atol=1e-12)


def test_results_print_in_one_line():
    trajectory = gradlab.unroll(gradlab.build("rnn", 2, 3), torch.ones(1, 30, 2))
    for find in (gradlab.lyapunov_exponents, gradlab.jacobian_norms):
        said = repr(find(trajectory))
        assert "\n" not in said and len(said) < 300
