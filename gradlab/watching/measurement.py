"""Measure recorded calls: the loss's gradient by lag, products, gates."""

import math
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace

import torch
from torch import Tensor

from gradlab.cells.base import RecurrentProduct
from gradlab.errors import VerificationError
from gradlab.jacobians import jacobian_norms
from gradlab.modules import Call, LayerRun, replay
from gradlab.modules.backpropagation import backpropagate
from gradlab.modules.parity import TOLERANCES
from gradlab.statistics.horizon import horizon
from gradlab.trajectory import Trajectory
from gradlab.watching.history import LayerRow, stored_lags


COTANGENTS = 4
_SMALLEST = {torch.float32: 1e-34, torch.float64: 1e-300}
"""Of a product's largest entry: from there on it is scaled anew."""
_REACHES = math.log(1e-3)
_KEEPING = ("forget_gate", "update_gate")


@torch.no_grad()
def measure(
    calls: Sequence[Call], *, scale: float, seed: int, exact: bool = False
) -> tuple[tuple[LayerRow, LayerRun], ...]:
    """Return row and run of each layer and direction of calls a loss has reached.

    In float32, float64 where all calls are. Products are scaled on the way, and are
    exact zeros only where they are in float64. The loss's own gradient is not: it is 0
    where it is below 1e-38 (float64: 1e-308), as in a backward pass of that dtype.

    Args:
        calls: after a backward pass.
        scale: by which the loss was multiplied; NaN where it is not known.
        seed: of the random cotangents.
        exact: whether to compute the horizon from whole Jacobians as well.

    Raises:
        VerificationError: the replay is not what the module computed.
    """
    doubles = all(call.outputs.dtype == torch.float64 for call in calls)
    generator = torch.Generator().manual_seed(seed)
    with _subnormals_flushed():
        runs = replay(calls, torch.float64 if doubles else torch.float32)
        for run in runs:
            _verify(run)
        rows = [_row(run, scale, generator, exact) for run in runs]
        if any(row.unreached for row in rows):
            rows = _why_unreached(rows, runs if doubles else replay(calls))
        return tuple(zip(rows, runs, strict=True))


def _why_unreached(
    rows: Sequence[LayerRow], doubles: Sequence[LayerRun]
) -> list[LayerRow]:
    """Tell the layers whose gradient underflows from those that have none.

    Args:
        rows: of all layers.
        doubles: their runs in float64.
    """
    underflows = {
        row.name
        for row, run in zip(rows, doubles, strict=True)
        if row.unreached and any(state.any() for state in run.gradients.state)
    }
    others = bool(underflows) or any(row.underflow < math.inf for row in rows)
    unknown = math.nan if others else math.inf
    return [
        replace(row, underflow=0.0 if row.name in underflows else unknown)
        if row.unreached
        else row
        for row in rows
    ]


def _verify(run: LayerRun) -> None:
    """Refuse a replay whose steps do not lead from the module's h_{t-1} to its h_t."""
    call, found = run.calls[0], run.trajectory.states[0][1:]
    within = torch.arange(len(found))[:, None] < run.lengths
    apart = (run.hidden - found).abs().amax(-1).cpu()[within].max()
    limit = TOLERANCES[call.autocast or call.outputs.dtype]
    if apart > limit * max(1.0, float(found.abs().max())):
        raise VerificationError(
            got=f"steps of {run.name} that differ by {float(apart):.1e} from its own",
            expected=f"no more than {limit:g}",
            try_="layers= without it, or on a GPU no dropout between its layers",
        )


def _row(
    run: LayerRun, scale: float, generator: torch.Generator, exact: bool
) -> LayerRow:
    trajectory, backward = run.aligned()
    length, lags = trajectory.length, stored_lags(trajectory.length)
    places = list(lags)
    norms = [_by_lag(state) for state in backward.state]
    known = scale == scale
    ln_scale = math.log(scale) if known else 0.0
    by_state = {
        name: array("d", (curve - ln_scale)[places].tolist())
        for name, curve in zip("hc", map(_mean_log, norms), strict=False)
    }
    together = torch.stack(norms).square().sum(0).sqrt()
    estimates = estimate_product(trajectory, generator)  # (T + 1, B)
    product = estimates.mean(1)
    spread = estimates[-1].std() / estimates.shape[1] ** 0.5
    return LayerRow(
        name=run.name,
        length=length,
        sequences=estimates.shape[1],
        lags=lags,
        by_state=by_state,
        reach=_reach(_mean_log(together)),
        underflow=_underflow(together, estimates),
        product=array("d", product[places].tolist()),
        left=float(product[-1]),
        left_error=float(spread) if estimates.shape[1] > 1 else math.nan,
        dead_sequences=int((estimates[-1] == -math.inf).sum()),
        horizon=float(horizon(range(length + 1), product.numpy())),
        exact_horizon=_exact_horizon(trajectory) if exact else math.nan,
        gates={name: float(gate.mean()) for name, gate in trajectory.gates.items()},
        conveyor=_conveyor(trajectory),
        update_ratio=math.nan,
        magnitudes=known,
        dtype=str(trajectory.states[0].dtype).removeprefix("torch."),
    )


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
    end, most = trajectory.length, trajectory.length  # steps left, steps of one pull
    while True:
        begin = max(0, end - most)
        pulled = _pull(_steps(trajectory, begin, end), cotangents)
        largest = torch.linalg.vector_norm(pulled, math.inf, (-2, -1))
        lag = trajectory.length - end
        ln[lag : lag + len(pulled)] = _ln_schatten(pulled) + ln_scale  # scales it
        steps = _within(largest) if finite else end - begin
        if steps == 0 and cotangents.dtype == torch.float32:
            trajectory, cotangents = _in_float64(trajectory), cotangents.double()
            continue
        steps = max(steps, 1)
        if steps == end:
            return ln
        most, end = 2 * steps, end - steps
        cotangents = pulled[steps]
        ln_scale += torch.where(largest[steps] > 0, largest[steps], 1.0).double().log()


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


def _ln_schatten(pulled: Tensor) -> Tensor:
    """Return the estimate from u_i J, (T + 1, B, K, n) -> (T + 1, B).

    Divides ``pulled`` by each sequence's and lag's largest entry.
    """
    count, width = pulled.shape[-2:]
    largest = torch.linalg.vector_norm(pulled, math.inf, (-2, -1), keepdim=True)
    pulled /= torch.where(largest > 0, largest, 1.0)
    products = (pulled @ pulled.mT).double()
    squares = products.diagonal(dim1=-2, dim2=-1)
    frobenius = squares.mean(-1) * width
    pairs = products.square().sum((-2, -1)) - squares.square().sum(-1)
    fourth = (pairs.clamp(min=0) / (count * (count - 1))).sqrt() * width
    norm = torch.where(fourth > 0, torch.minimum(fourth, frobenius), frobenius).sqrt()
    return norm.log() + largest[..., 0, 0].double().log()


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


def _by_lag(state: Tensor) -> Tensor:
    """Return norms of gradients (T + 1, B, n) by lag, (T + 1, B) float64."""
    return state.double().norm(dim=-1).flip(0).cpu()


def _mean_log(norms: Tensor) -> Tensor:
    """Return the mean logarithm over the sequences that the loss reaches, (T + 1)."""
    reached = (norms != 0).any(0)
    if not reached.any():
        return norms.new_full((len(norms),), -math.inf)
    return norms[:, reached].log().mean(1)


def _reach(curve: Tensor) -> float:
    """Return the largest lag with at least 1/1000 of the largest; inf if it is T."""
    if curve.isnan().any():
        return math.nan
    if curve.max() == -math.inf:
        return 0.0
    lag = int((curve >= curve.max() + _REACHES).nonzero()[-1])
    return math.inf if lag == len(curve) - 1 else float(lag)


def _underflow(norms: Tensor, ln_products: Tensor) -> float:
    """Return the first lag at which a sequence's gradient is 0 and its product is not.

    Args:
        norms: of dL/ds_t by lag, (T + 1, B).
        ln_products: of ds_T/ds_t.
    """
    arrived = (norms != 0).cumsum(0) > 0
    lost = (arrived & (norms == 0) & (ln_products > -math.inf)).any(1)
    return float(lost.int().argmax()) if lost.any() else math.inf


def _exact_horizon(trajectory: Trajectory) -> float:
    return float(jacobian_norms(trajectory, "joint").horizon)


def _conveyor(trajectory: Trajectory) -> float:
    """Return ln of what the keeping gate alone leaves over all steps."""
    kept = [gate for name, gate in trajectory.gates.items() if name in _KEEPING]
    if not kept:
        return math.nan
    return float(kept[0].double().log().sum(0).amax(-1).mean())


@contextmanager
def _subnormals_flushed() -> Iterator[None]:
    """Have the CPU take numbers below its range as 0: they cost a multiple."""
    was = bool(torch.tensor([1e-40]).mul(1.0) == 0)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(was)
