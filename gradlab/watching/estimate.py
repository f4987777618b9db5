"""Estimate how much of any gradient is left, from random cotangents."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import torch
from torch import Tensor

from gradlab.cells.base import RecurrentProduct
from gradlab.modules.backpropagation import backpropagate
from gradlab.trajectory import Trajectory


COTANGENTS = 4
_SMALLEST = {torch.float32: 1e-34, torch.float64: 1e-300}
"""Of a product's largest entry: from there on it is scaled anew."""
_AT_ONCE = 100
"""Steps until it is in any case: PyTorch's defaults lose some 50 nats over them, and
what is beyond float32 would be computed twice."""


def estimate_product(trajectory: Trajectory, generator: torch.Generator) -> Tensor:
    """Return an estimate of ln of the spectral norm of ds_T/ds_t by lag, (T + 1, B).

    From K = 4 random unit cotangents u_i of the whole state, taken back: v_i = u_i J.
    With n entries, (n / K) sum |v_i|^2 estimates |J|_F^2 without bias, and the mean of
    n^2 (v_i . v_j)^2 over pairs tr((J J^T)^2), whose fourth root, the Schatten norm of
    order 4, lies between the spectral norm and |J|_F, close to the first where few
    directions are left, as in long products (Hutchinson 1990; Kong & Valiant 2017). 0
    at lag 0, where all directions are.
    """
    states = trajectory.states
    widths = [state.shape[-1] for state in states]
    shape = (states[0].shape[1], COTANGENTS, sum(widths))
    unit = torch.randn(shape, generator=generator, dtype=torch.float64)
    unit = unit / unit.norm(dim=-1, keepdim=True)
    ln = _ln_pulled(trajectory, unit.to(states[0])).cpu()
    ln[0] = 0.0
    return ln


def _ln_pulled(trajectory: Trajectory, cotangents: Tensor) -> Tensor:
    """Return the estimate from cotangents of s_T, (B, K, n) -> (T + 1, B).

    Taken back as far as the dtype's range lasts; from there on scaled anew, and in
    float64 where a single step leaves float32's.
    """
    ln = cotangents.new_empty(trajectory.length + 1, len(cotangents)).double()
    ln_scale = torch.zeros_like(ln[0])
    finite = all(state.isfinite().all() for state in trajectory.states)
    end, most = trajectory.length, _AT_ONCE  # steps left, steps of one pull
    while True:
        begin = max(0, end - most)
        pulled = _pull(_steps(trajectory, begin, end), cotangents)
        largest = _largest(pulled)
        lag = trajectory.length - end
        ln[lag : lag + len(pulled)] = _ln_schatten(pulled, largest) + ln_scale
        steps = _within(largest) if finite else end - begin
        if steps == 0 and cotangents.dtype == torch.float32:
            trajectory, cotangents = _in_float64(trajectory), cotangents.double()
            continue
        steps = max(steps, 1)
        if steps == end:
            return ln
        most, end = min(2 * steps, _AT_ONCE), end - steps
        cotangents = pulled[steps]
        ln_scale += torch.where(largest[steps] > 0, largest[steps], 1.0).double().log()


def _largest(pulled: Tensor) -> Tensor:
    """Return the largest size of an entry, (T + 1, B, K, n) -> (T + 1, B).

    A maximum norm by ``torch.linalg`` takes ten times as long.
    """
    return torch.maximum(pulled.amax((-2, -1)), -pulled.amin((-2, -1)))


def _within(largest: Tensor) -> int:
    """Return the steps over which no sequence's largest entry leaves the dtype's range.

    Args:
        largest: by lag, (steps + 1, B).
    """
    least = _SMALLEST[largest.dtype]
    beyond = ~((largest >= least) & (largest <= 1 / least)) & (largest[0] > 0)
    found = beyond.any(1)
    return int(found.int().argmax()) - 1 if found.any() else len(largest) - 1


def _pull(trajectory: Trajectory, cotangents: Tensor) -> Tensor:
    """Return u_i J by lag from cotangents of s_T, (B, K, n) -> (T + 1, B, K, n)."""
    states, entering = trajectory.states, []
    parts = cotangents.split([state.shape[-1] for state in states], -1)
    for state, part in zip(states, parts, strict=True):
        entering.append(state.new_zeros(*state.shape[:2], *part.shape[1:]))
        entering[-1][-1] = part
    found = backpropagate(_with_axis(trajectory), tuple(entering)).state
    return torch.cat(found, -1).flip(0)


def _ln_schatten(pulled: Tensor, largest: Tensor) -> Tensor:
    """Return the estimate from u_i J, (T + 1, B, K, n) -> (T + 1, B).

    Divides ``pulled`` by each sequence's and lag's ``largest`` entry, (T + 1, B).
    """
    count, width = pulled.shape[-2:]
    pulled /= torch.where(largest > 0, largest, 1.0)[..., None, None]
    products = (pulled @ pulled.mT).double()
    squares = products.diagonal(dim1=-2, dim2=-1)
    frobenius = squares.mean(-1) * width
    pairs = products.square().sum((-2, -1)) - squares.square().sum(-1)
    fourth = (pairs.clamp(min=0) / (count * (count - 1))).sqrt() * width
    norm = torch.where(fourth > 0, torch.minimum(fourth, frobenius), frobenius).sqrt()
    return norm.log() + largest.double().log()


def _with_axis(trajectory: Trajectory) -> Trajectory:
    """Return views with an axis of one before the last, for cotangents."""
    return _mapped(trajectory, lambda values: values.unsqueeze(-2))


def _steps(trajectory: Trajectory, begin: int, end: int) -> Trajectory:
    """Return views of s_begin .. s_end."""
    if end - begin == trajectory.length:
        return trajectory
    states = tuple(state[begin : end + 1] for state in trajectory.states)
    return replace(_mapped(trajectory, lambda values: values[begin:end]), states=states)


def _mapped(trajectory: Trajectory, views: Callable[[Tensor], Tensor]) -> Trajectory:
    return replace(
        trajectory,
        inputs=views(trajectory.inputs),
        states=tuple(map(views, trajectory.states)),
        gates={name: views(gate) for name, gate in trajectory.gates.items()},
        pre_activations={k: views(a) for k, a in trajectory.pre_activations.items()},
        recurrent=tuple(
            RecurrentProduct(p.rows, views(p.operand), views(p.product))
            for p in trajectory.recurrent
        ),
    )


def _in_float64(trajectory: Trajectory) -> Trajectory:
    """Return the steps from the same states, in float64."""
    cell = deepcopy(trajectory.cell).double()
    inputs = trajectory.inputs.double()
    before = tuple(state[:-1].double() for state in trajectory.states)
    step = cell.step(inputs, before)
    states = tuple(
        torch.cat([old[:1], new]) for old, new in zip(before, step.state, strict=True)
    )
    return Trajectory(
        cell, inputs, states, step.gates, step.pre_activations, step.recurrent
    )
