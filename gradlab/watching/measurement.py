"""Measure recorded calls: the loss's gradient by lag, products, gates."""

import math
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import torch
from torch import Tensor

from gradlab.errors import VerificationError
from gradlab.jacobians import jacobian_norms
from gradlab.modules import Call, LayerRun, replay
from gradlab.modules.parity import TOLERANCES
from gradlab.statistics.horizon import horizon
from gradlab.trajectory import Trajectory
from gradlab.watching.estimate import estimate_product
from gradlab.watching.history import LayerRow, stored_lags


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
    norm = torch.stack(norms).square().sum(0).sqrt()
    together = _over_largest(_mean_log(norm))
    estimates = estimate_product(trajectory, generator)  # (T + 1, B)
    product = estimates.mean(1)
    spread = estimates[-1].std() / estimates.shape[1] ** 0.5
    return LayerRow(
        name=run.name,
        length=length,
        sequences=estimates.shape[1],
        lags=lags,
        by_state=by_state,
        together=array("d", together[places].tolist()),
        reach=_reach(together),
        underflow=_underflow(norm, estimates),
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


def _by_lag(state: Tensor) -> Tensor:
    """Return norms of gradients (T + 1, B, n) by lag, (T + 1, B) float64."""
    return state.double().norm(dim=-1).flip(0).cpu()


def _mean_log(norms: Tensor) -> Tensor:
    """Return the mean logarithm over the sequences that the loss reaches, (T + 1)."""
    reached = (norms != 0).any(0)
    if not reached.any():
        return norms.new_full((len(norms),), -math.inf)
    return norms[:, reached].log().mean(1)


def _over_largest(curve: Tensor) -> Tensor:
    """Return logarithms over the largest of them, which is 0 then; -inf stays."""
    return curve if curve.max() == -math.inf else curve - curve.max()


def _reach(curve: Tensor) -> float:
    """Return the largest lag with at least 1/1000; inf if it is T.

    Args:
        curve: ln over the largest, by lag.
    """
    if curve.isnan().any():
        return math.nan
    if curve.max() == -math.inf:
        return 0.0
    lag = int((curve >= _REACHES).nonzero()[-1])
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
