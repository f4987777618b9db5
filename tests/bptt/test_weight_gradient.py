"""Weight gradients step by step, against autograd with weights of every step's own."""

import numpy as np
import pytest
import torch

from gradlab import build, cells, truncation_bias, unroll, weight_contributions
from gradlab.bptt import as_direction, weight_gradient
from gradlab.errors import ConfigError, ShapeError, UnknownNameError
from gradlab.losses.every import Every
from gradlab.losses.last import Last
from tests.bptt.weight_copies import weight_gradients
from tests.flows import FEATURES, SEQUENCES, STEPS, TwoStates, built, lively, noise, run


SPECS = ("rnn", "gru", "gru:reset_before", "lstm:peephole+proj=5", "lstm:layers=2")


def everywhere(spec):
    return run(TwoStates()) if spec == "user" else lively(spec)


def names_of(cell):
    return tuple(name for name, _ in cell.named_parameters())


def summed_gradient(trajectory, loss, direction):
    """Return autograd's gradient of the summed loss by every parameter."""
    cell = trajectory.cell
    state, hidden = trajectory.start, []
    for x in trajectory.inputs:
        state = cell.step(x, state).state
        hidden.append(state[cell.output_state])
    total = loss(hidden, direction).sum()
    return torch.autograd.grad(total, list(cell.parameters()))


@pytest.mark.parametrize("loss", [Last(), Every()])
@pytest.mark.parametrize("spec", [*SPECS, "user"])
def test_contributions_are_those_of_a_weight_copy_in_every_step(spec, loss):
    trajectory = everywhere(spec)
    direction, names = as_direction(trajectory, None), names_of(trajectory.cell)
    slow = weight_gradients(trajectory, loss, direction, names)
    sums = summed_gradient(trajectory, loss, direction)
    found = weight_contributions(trajectory, loss=loss)
    assert found.ln_norm.coords["parameter"] == names
    for name, whole in zip(names, sums, strict=True):
        parts = slow[name].flatten(2)
        assert torch.allclose(parts.sum((0, 1)), whole.flatten(), atol=1e-12)
        norms = parts.norm(dim=-1).log().numpy()
        ours = found.ln_norm.at(parameter=name)
        assert np.allclose(ours, norms, atol=1e-9), name
        of_sequence = parts.sum(0)
        share = (parts * of_sequence).sum(-1) / of_sequence.square().sum(-1)
        assert np.allclose(found.share.at(parameter=name), share, atol=1e-12), name
        assert np.allclose(found.share.at(parameter=name).sum(0), 1), name


def test_a_direction_has_no_length():
    trajectory = everywhere("rnn")
    v = noise(*trajectory.start[0].shape, seed=3)
    ours, other = (
        weight_contributions(trajectory, direction=scale * v) for scale in (1, 1e-200)
    )
    assert np.allclose(ours.ln_norm.values, other.ln_norm.values, atol=1e-12)
    assert np.allclose(as_direction(trajectory, 5 * v).norm(dim=-1), 1)
    with pytest.raises(ConfigError, match="a vector of zeros"):
        as_direction(trajectory, 0 * v)


def truncated_gradient(trajectory, window, direction):
    """Return what a state detached ``window`` steps before the loss leaves, (B, ·)."""
    cell, found = trajectory.cell, []
    for b in range(trajectory.batch_shape[-1]):
        state = tuple(s[b : b + 1] for s in trajectory.start)
        for t, x in enumerate(trajectory.inputs[:, b : b + 1]):
            if t == trajectory.length - window:
                state = tuple(s.detach() for s in state)
            state = cell.step(x, state).state
        total = Last()([state[cell.output_state]], direction[b : b + 1]).sum()
        found.append(torch.autograd.grad(total, list(cell.parameters())))
    return [torch.stack(rows).flatten(1) for rows in zip(*found, strict=True)]


@pytest.mark.parametrize("spec", SPECS)
def test_truncation_leaves_out_what_detaching_the_state_does(spec):
    trajectory = everywhere(spec)
    direction = as_direction(trajectory, None)
    whole = truncated_gradient(trajectory, STEPS, direction)
    found = truncation_bias(trajectory, range(1, STEPS + 3))
    for window in (1, 3, STEPS - 1):
        kept = truncated_gradient(trajectory, window, direction)
        for name, full, part in zip(
            names_of(trajectory.cell), whole, kept, strict=True
        ):
            expected = (full - part).norm(dim=-1) / full.norm(dim=-1)
            ours = found.at(parameter=name, window=window)
            assert np.allclose(ours, expected, atol=1e-10), (name, window)
    assert (found.at(window=[STEPS, STEPS + 2]) == 0).all()
    alone = truncation_bias(trajectory, 3, ["weight_hh"] if spec == "rnn" else None)
    name = alone.coords["parameter"][0]
    expected = found.at(parameter=name, window=3)
    assert np.array_equal(alone.at(parameter=name), expected)


@pytest.mark.parametrize("spec", ["lstm", "gru:layers=2"])
def test_members_have_what_they_have_alone(spec):
    many = [built(spec, seed=seed) for seed in range(3)]
    inputs = noise(3, SEQUENCES, STEPS, FEATURES)
    together = unroll(cells.ensemble(many), inputs)
    found = weight_contributions(together).share
    bias = truncation_bias(together, 4)
    for k, cell in enumerate(many):
        alone = unroll(cell, inputs[k])
        own = weight_contributions(alone).share
        assert np.allclose(found.sel(member=k), own, atol=1e-12)
        assert np.allclose(bias.sel(member=k), truncation_bias(alone, 4), atol=1e-12)


def test_gradients_far_below_the_squares_of_floats(monkeypatch):
    """1e-200 of v: the shares stay, the norms move by ln 1e-200."""
    trajectory = lively("lstm")
    direction = as_direction(trajectory, None)
    plain = weight_contributions(trajectory)
    monkeypatch.setattr(
        weight_gradient, "as_direction", lambda *given: 1e-200 * direction
    )
    small = weight_contributions(trajectory)
    assert np.allclose(small.share, plain.share, atol=1e-12)
    distance = small.ln_norm.values - plain.ln_norm.values
    assert np.allclose(distance, np.log(1e-200), atol=1e-9)


def test_frozen_parameters_and_their_grad_are_left_alone():
    cell = built("gru")
    cell.weight_hh.requires_grad_(False)
    found = weight_contributions(run(cell), ["weight_hh"])
    assert np.isfinite(found.ln_norm).all()
    assert all(p.grad is None for p in cell.parameters())
    assert not cell.weight_hh.requires_grad


def test_names_stand_for_losses_and_arrays_for_tensors():
    trajectory = lively("rnn")
    vectors = as_direction(trajectory, None).numpy()
    found = weight_contributions(trajectory, "weight_hh", loss="every")
    same = weight_contributions(trajectory, loss=Every(), direction=vectors)
    assert found.share == same.share.sel(parameter=["weight_hh"])


@pytest.mark.parametrize("call", [weight_contributions, truncation_bias])
def test_arguments_of_another_kind_are_named(call):
    more = (3,) if call is truncation_bias else ()
    for arguments, settings, what in (
        (("rnn", *more), {}, "trajectory = 'rnn'"),
        ((lively("rnn"), *more), {"parameters": 3}, "parameters = 3"),
        ((lively("rnn"), *more), {"direction": torch.ones(3)}, "direction = a Tensor"),
    ):
        with pytest.raises((ConfigError, ShapeError), match=what):
            call(*arguments, **settings)


@pytest.mark.parametrize(
    ("spec", "own", "torch_name"),
    [
        ("gru", "weight_hh", "weight_hh_l0"),
        ("lstm:layers=2", "cells.1.bias_ih", "bias_ih_l1"),
    ],
)
def test_names_of_pytorch_are_names_too(spec, own, torch_name):
    trajectory = everywhere(spec)
    ours = weight_contributions(trajectory, own).share.at(parameter=own)
    theirs = weight_contributions(trajectory, torch_name).share
    assert np.array_equal(theirs.at(parameter=torch_name), ours)
    with pytest.raises(ConfigError, match="each parameter once"):
        weight_contributions(trajectory, [own, torch_name])


def test_a_parameter_the_cell_does_not_have():
    with pytest.raises(UnknownNameError, match="weight_hh"):
        weight_contributions(lively("rnn"), ["weight_h"])


@pytest.mark.parametrize("window", [0, -1, 2.5, True, "3", [], [1, 1]])
def test_a_window_is_a_number_of_steps(window):
    with pytest.raises(ConfigError) as caught:
        truncation_bias(unroll(build("rnn", 1, 2), torch.zeros(1, 4, 1)), window)
    assert "window" in str(caught.value)
