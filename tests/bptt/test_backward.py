"""What the hooks catch, against autograd and against the chain, in float64."""

import numpy as np
import pytest
import torch

from gradlab.bptt import (
    GradientFactors,
    backward,
    contributions,
)
from gradlab.bptt.contributions import contributions_of_gradients
from gradlab.jacobians import scaled_product
from gradlab.losses import directions
from gradlab.losses.every import Every
from gradlab.losses.last import Last
from tests.bptt.weight_copies import weight_gradients
from tests.flows import (
    CELLS,
    HIDDEN,
    SEQUENCES,
    STEPS,
    WITH_CELL_STATE,
    TwoStates,
    default,
    lively,
    off,
    random_state,
    run,
)


TOLERANCE = 1e-12


def direction_of(trajectory):
    width = trajectory.states[0].shape[-1]
    return torch.from_numpy(directions(0, SEQUENCES, width))


def autograd(trajectory, loss, direction):
    """Return dL/dstates as retain_grad gives them, and dL/dW_hh."""
    cell = trajectory.cell
    state = tuple(s[0].clone().requires_grad_() for s in trajectory.states)
    kept = [state]
    for x in trajectory.inputs:
        state = cell.step(x, state).state
        kept.append(state)
    total = loss([s[0] for s in kept[1:]], direction).sum()
    flat = [s for states in kept for s in states]
    wanted = [*flat, cell.weight_hh]
    *found, weight = torch.autograd.grad(total, wanted, allow_unused=True)
    pairs = zip(found, flat, strict=True)
    found = [torch.zeros_like(s) if g is None else g for g, s in pairs]
    count = len(state)
    by_state = [torch.stack(found[k::count]) for k in range(count)]
    return by_state, weight


@pytest.mark.parametrize("loss", [Last(), Every()])
@pytest.mark.parametrize("spec", CELLS)
def test_hooks_give_autograds_gradients(spec, loss):
    trajectory = lively(spec)
    direction = direction_of(trajectory)
    caught = backward(trajectory, loss, direction)
    theirs, weight = autograd(trajectory, loss, direction)
    for ours, other in zip(caught.graph, theirs, strict=True):
        assert off(ours, other) < TOLERANCE
    total = torch.zeros_like(weight)
    for part in caught.factors:
        total[part.rows] += torch.einsum("tbr,tbn->rn", part.delta, part.operand)
    assert off(total, weight) < TOLERANCE


@pytest.mark.parametrize("net", [default, lively])
@pytest.mark.parametrize("spec", CELLS)
def test_the_state_gradient_is_the_product_transposed_times_v(spec, net):
    trajectory = net(spec)
    direction = direction_of(trajectory)
    caught = backward(trajectory, Last(), direction)
    whole = torch.zeros(
        SEQUENCES, sum(trajectory.cell.state_sizes), dtype=direction.dtype
    )
    whole[:, : direction.shape[-1]] = direction
    for t in (0, 4, STEPS):
        product = scaled_product(trajectory, t).value()
        theirs = (product.mT @ whole.unsqueeze(-1)).squeeze(-1)
        ours = torch.cat([state[t] for state in caught.state], dim=-1)
        assert off(ours, theirs) < TOLERANCE


@pytest.mark.parametrize("spec", WITH_CELL_STATE)
def test_graph_and_state_differ_by_what_follows_through_h(spec):
    """dL/dc graph = dL/dc state + (dh_t/dc_t)^T dL/dh_t; for h they agree."""
    trajectory = lively(spec)
    caught = backward(trajectory, Last(), direction_of(trajectory))
    assert torch.equal(caught.graph[0], caught.state[0])
    for t in (1, STEPS - 1):
        inputs, before, _ = trajectory.step_at(t)
        h, c = trajectory.cell.step(inputs, before).state
        (through,) = torch.autograd.grad((h * caught.graph[0][t]).sum(), c)
        assert off(caught.state[1][t] + through, caught.graph[1][t]) < TOLERANCE


@pytest.mark.parametrize("spec", [*CELLS, "user"])
def test_the_steps_parts_add_up_to_autograds_weight_gradient(spec):
    trajectory = run(TwoStates()) if spec == "user" else lively(spec)
    direction = direction_of(trajectory)
    (parts,) = weight_gradients(trajectory, Last(), direction).values()
    _, weight = autograd(trajectory, Last(), direction)
    assert off(parts.sum((0, 1)), weight) < TOLERANCE
    slow = contributions_of_gradients([{"W": p} for p in parts], parts.shape[1:2])
    assert np.allclose(slow.share.sum(axis=0), 1, atol=TOLERANCE)
    if spec != "user":
        quick = contributions(backward(trajectory, Last(), direction).factors)
        assert np.abs(quick.share - slow.share).max() < TOLERANCE
        assert np.abs(quick.ln_norm - slow.ln_norm).max() < TOLERANCE


def test_contributions_far_below_any_float_keep_their_shares():
    trajectory = lively("rnn")
    direction = direction_of(trajectory)
    plain = contributions(backward(trajectory, Last(), direction).factors)
    small = contributions(backward(trajectory, Last(), 1e-200 * direction).factors)
    assert np.allclose(small.share, plain.share, atol=1e-12)
    assert np.allclose(small.ln_norm - plain.ln_norm, np.log(1e-200), atol=1e-9)


@pytest.mark.parametrize("width", [1, 5, 16, 20])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_contributions_far_below_the_last_step_keep_their_size(width, dtype):
    """|G_t|_F = |delta_t| |operand_t| to the last step that the dtype holds."""
    steps = 38 if dtype == torch.float32 else 300
    lags = torch.arange(steps, 0, -1).double()[:, None, None]
    delta, operand = torch.ones(1, width).double(), torch.full((1, width), 3.0).double()
    shrinking = (10.0**-lags * delta).to(dtype)
    constant = operand.to(dtype).expand(steps, 1, -1)
    factors = GradientFactors(slice(0, width), shrinking, constant)
    found = contributions((factors,))
    expected = shrinking[..., 0].double().log().numpy() + np.log(3.0 * width)
    np.testing.assert_allclose(found.ln_norm, expected, rtol=0, atol=1e-9)
    swapped = GradientFactors(factors.rows, constant, shrinking)
    np.testing.assert_allclose(contributions((swapped,)).ln_norm, expected, atol=1e-9)
    parts = shrinking[..., :, None].double() * constant[..., None, :].double()
    slow = contributions_of_gradients([{"W": p} for p in parts], parts.shape[1:2])
    np.testing.assert_allclose(slow.ln_norm, expected, rtol=0, atol=1e-9)
    np.testing.assert_allclose(slow.share.sum(axis=0), 1, atol=1e-12)


@pytest.mark.parametrize("frozen", [False, True])
def test_a_backward_pass_leaves_everything_as_it_was(frozen):
    trajectory = run(lively("lstm").cell)
    cell = trajectory.cell
    for parameter in cell.parameters():
        parameter.requires_grad_(not frozen)
        parameter.grad = torch.full_like(parameter, 7.0)
    kept = [p.grad for p in cell.parameters()]
    before = [s.clone() for s in trajectory.states]
    torch_stream, numpy_stream = torch.get_rng_state(), random_state()
    caught = backward(trajectory, Last(), direction_of(trajectory))
    assert float(caught.graph[0][0].abs().sum()) > 0
    for parameter, grad in zip(cell.parameters(), kept, strict=True):
        assert parameter.grad is grad
        assert (grad == 7.0).all()
        assert parameter.requires_grad is not frozen
        parameter.grad = None
        parameter.requires_grad_(True)
    assert all(map(torch.equal, trajectory.states, before))
    assert torch.equal(torch.get_rng_state(), torch_stream)
    assert (random_state() == numpy_stream).all()


def test_the_last_losss_gradient_is_a_unit_vector_at_lag_zero():
    trajectory = lively("gru")
    caught = backward(trajectory, Last(), direction_of(trajectory))
    norms = torch.linalg.vector_norm(caught.graph[0][-1], dim=-1)
    assert torch.allclose(norms, torch.ones_like(norms), atol=1e-15)
    assert caught.graph[0].shape == (STEPS + 1, SEQUENCES, HIDDEN)
