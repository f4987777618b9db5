"""Measure recorded calls: the loss's gradient by lag, products, gates."""

import math
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
_REACHES = math.log(1e-3)
_KEEPING = ("forget_gate", "update_gate")


@torch.no_grad()
def measure(
    calls: Sequence[Call], *, scale: float, seed: int, exact: bool = False
) -> tuple[tuple[LayerRow, LayerRun], ...]:
    """Return row and run of each layer and direction of calls a loss has reached.

    In float32, float64 where all calls are: products below 1e-38 (1e-308) count as 0.

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
        return tuple((_row(run, scale, generator, exact), run) for run in runs)


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
    together = _mean_log(torch.stack(norms).square().sum(0).sqrt())
    estimates = estimate_product(trajectory, generator)  # (T + 1, B)
    product = estimates.mean(1)
    spread = estimates[-1].std() / estimates.shape[1] ** 0.5
    return LayerRow(
        name=run.name,
        length=length,
        sequences=estimates.shape[1],
        lags=lags,
        by_state=by_state,
        reach=_reach(together),
        product=array("d", product[places].tolist()),
        left=float(product[-1]),
        left_error=float(spread) if estimates.shape[1] > 1 else math.nan,
        horizon=float(horizon(range(length + 1), product.numpy())),
        exact_horizon=_exact_horizon(trajectory) if exact else math.nan,
        gates={name: float(gate.mean()) for name, gate in trajectory.gates.items()},
        conveyor=_conveyor(trajectory),
        update_ratio=math.nan,
        magnitudes=known,
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
    entering = []
    for state, part in zip(states, unit.split(widths, -1), strict=True):
        entering.append(state.new_zeros(*state.shape[:2], COTANGENTS, state.shape[-1]))
        entering[-1][-1] = part.to(state)
    found = backpropagate(_with_axis(trajectory), tuple(entering)).state
    ln = _ln_schatten(torch.cat(found, -1)).flip(0).cpu()
    ln[0] = 0.0
    if all(state.isfinite().all() for state in states):  # else NaN stays
        ln = ln.nan_to_num(math.inf, math.inf, -math.inf)  # beyond the dtype's range
    return ln


def _ln_schatten(pulled: Tensor) -> Tensor:
    """Return the estimate from u_i J, (T + 1, B, K, n) -> (T + 1, B)."""
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

    def views(values: Tensor) -> Tensor:
        return values.unsqueeze(-2)

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
