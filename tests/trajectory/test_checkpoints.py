"""A trajectory stored at checkpoints is the stored one, bit for bit."""

import numpy as np
import pytest
import torch

from gradlab import cells, measure, unroll
from gradlab.errors import ConfigError
from gradlab.initializers import initialize_
from gradlab.jacobians import jacobian_norms
from gradlab.trajectory.checkpoints import CheckpointedTrajectory, segment_length
from tests.flows import TwoStates, noise


SPECS = ("rnn", "gru", "gru:reset_before", "lstm", "lstm:proj=5", "lstm:layers=2")


def both(spec, every, *, length=50, hidden=10, batch=3, members=None, burn_in=0):
    """The same run stored whole and at checkpoints, float32."""
    singles = [
        initialize_(cells.build(spec, 3, hidden, seed=seed), gain=1.5, seed=seed)
        for seed in range(members or 1)
    ]
    cell = cells.ensemble(singles) if members else singles[0]
    lead = (members,) if members else ()
    inputs = noise(*lead, batch, length + burn_in, 3, dtype=torch.float32)
    start = [
        noise(*lead, batch, size, seed=1, dtype=torch.float32)
        for size in cell.state_sizes
    ]
    run = {"initial_state": start, "burn_in": burn_in}
    return unroll(cell, inputs, **run), unroll(cell, inputs, **run, keep_every=every)


def tensors(found):
    """Every tensor of what step_at gives, in a fixed order."""
    inputs, before, step = found
    uses = [t for use in step.recurrent for t in (use.operand, use.product)]
    named = [*step.gates.values(), *step.pre_activations.values()]
    return [inputs, *before, *step.state, *named, *uses]


def equal(a, b):
    return all(torch.equal(x, y) for x, y in zip(tensors(a), tensors(b), strict=True))


@pytest.mark.parametrize(
    "every",
    [1, 7, 99, *(pytest.param(n, marks=pytest.mark.slow) for n in (16, 50))],
)
@pytest.mark.parametrize("spec", SPECS)
def test_every_step_has_the_stored_bits(spec, every):
    stored, checkpointed = both(spec, every, burn_in=3)
    assert isinstance(checkpointed, CheckpointedTrajectory)
    assert (
        (checkpointed.length, checkpointed.batch_shape)
        == (stored.length, stored.batch_shape)
        == (50, (3,))
    )
    for t in (*range(50, 0, -1), 3, 44, 1, 50):
        assert equal(checkpointed.step_at(t), stored.step_at(t)), t


@pytest.mark.parametrize("bounds", [(0, 50), (34, 50), (33, 36), (0, 2), (10, 40)])
def test_steps_between_have_the_stored_bits_across_segments(bounds):
    for spec in SPECS:
        stored, checkpointed = both(spec, 7)
        assert equal(checkpointed.steps_between(*bounds), stored.steps_between(*bounds))


@pytest.mark.parametrize(
    ("spec", "hidden", "members"),
    [
        pytest.param(
            *(spec, hidden, members),
            marks=[] if (hidden, members) == size else pytest.mark.slow,
        )
        for spec, size in zip(SPECS, 3 * [(10, 3), (37, None)], strict=True)
        for hidden in (10, 37)
        for members in (None, 3)
    ],
)
def test_every_norm_has_the_stored_bits(spec, hidden, members):
    stored, checkpointed = both(spec, 16, hidden=hidden, members=members)
    expected, found = jacobian_norms(stored), jacobian_norms(checkpointed)
    assert "full" not in vars(checkpointed)
    for name in expected.blocks:
        np.testing.assert_array_equal(
            found.ln_frobenius_norm_every_lag.at(block=name),
            expected.ln_frobenius_norm_every_lag.at(block=name),
        )
        np.testing.assert_array_equal(
            found.ln_spectral_norm.at(block=name),
            expected.ln_spectral_norm.at(block=name),
        )
    np.testing.assert_array_equal(found.horizon, expected.horizon)


def test_a_users_cell():
    inputs = noise(2, 40, 3)
    stored = unroll(TwoStates(), inputs)
    checkpointed = unroll(TwoStates(), inputs, keep_every=9)
    for t in range(1, 41):
        assert equal(checkpointed.step_at(t), stored.step_at(t))


WALKING = (
    "breakdown",
    "frobenius_norm",
    "growth_rate",
    "horizon",
    "hidden_only_exponent",
    "input_connectivity",
    "log_singular_values",
    "lyapunov_exponents",
    "recurrent_passes",
    "spectral_norm",
    "step_spectral_norm",
    "verdict",
)
LOOKING_AT_ALL = ("gate_mean", "loss_gradient", "time_constant", "triangle")


@pytest.mark.parametrize("names", [WALKING, LOOKING_AT_ALL])
def test_every_measure_reads_the_same(names):
    stored, checkpointed = both("lstm", 16)
    expected, found = measure(stored, names), measure(checkpointed, names)
    assert set(expected) == set(found)
    for name, reading in expected.items():
        np.testing.assert_array_equal(found[name].values, reading.values)
    assert ("full" in vars(checkpointed)) == (names is LOOKING_AT_ALL)


def test_what_is_not_finite_is_found_where_it_is():
    cell = cells.build("rnn", 2, 4, seed=0)
    inputs = torch.zeros(2, 30, 2)
    inputs[1, 12] = torch.nan
    stored, checkpointed = unroll(cell, inputs), unroll(cell, inputs, keep_every=8)
    assert list(checkpointed.nonfinite) == list(stored.nonfinite) == list(range(13, 31))
    for t, which in stored.nonfinite.items():
        assert torch.equal(checkpointed.nonfinite[t], which)


def test_no_more_than_two_segments_are_cached():
    _, checkpointed = both("lstm", 5)
    for t in (50, 3, 27, 14):
        checkpointed.step_at(t)
        assert len(checkpointed._segments) <= 2
    assert len(checkpointed.checkpoints) == 10
    held = sum(segment.length for segment in checkpointed._segments.values())
    assert held <= 2 * 5


def test_the_length_of_segments():
    assert segment_length(100) == 32
    assert segment_length(100_000) == 64
    assert (
        unroll(
            cells.build("rnn", 2, 3), torch.zeros(1, 100, 2), keep_every="auto"
        ).every
        == 32
    )


@pytest.mark.parametrize("setting", [{"keep_every": 0}, {"grad": True}])
def test_what_cannot_be_kept(setting):
    given = {"keep_every": 4, **setting}
    with pytest.raises(ConfigError) as caught:
        unroll(cells.build("rnn", 2, 3), torch.zeros(1, 9, 2), **given)
    graph = " with grad=True" if "grad" in given else ""
    assert str(caught.value) == (
        f"Got keep_every = {given['keep_every']}{graph}.\n"
        'Expected a number of steps from 1 on, or "auto", and no graph.\n'
        'Try keep_every="auto"'
    )


def test_a_trajectory_shows_no_tensor():
    for trajectory in both("rnn", 7):
        assert repr(trajectory) == "<Trajectory of RNN: 50 steps, batch (3,)>"


@pytest.mark.parametrize("t", [-1, 0, 51])
def test_a_step_outside_the_run_is_refused_not_taken_from_its_other_end(t):
    for trajectory in both("rnn", 7):
        with pytest.raises(ConfigError, match="a whole number from 1 to 50"):
            trajectory.step_at(t)
