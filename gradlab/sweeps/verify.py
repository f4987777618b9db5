"""Closed forms against autograd, on a small trajectory in float64."""

import math
from collections.abc import Iterable, Iterator
from inspect import signature
from itertools import chain

import torch
from torch import Tensor

from gradlab import catalog, cells
from gradlab.cells.base import Cell
from gradlab.errors import VerificationError
from gradlab.initializers import initialize_
from gradlab.jacobians import reference
from gradlab.numerics.batch_invariant import ALIGNMENT
from gradlab.seeding import stream
from gradlab.sweeps.outcome import Check
from gradlab.trajectory import Trajectory, unroll


Pair = tuple[str, Tensor, Tensor]
TOLERANCE = 1e-12
HIDDEN, FEATURES, SEQUENCES, STEPS = 7, 5, 2, 4


def check(cell_spec: str, activation: str | None) -> Check:
    """Compare one kind of cell.

    Raises:
        VerificationError: they differ; the message shows where, number by number.
    """
    kind = cell_spec if activation is None else f"{cell_spec}, {activation}"
    cell = _small(cell_spec, activation)
    trajectory = _trajectory(cell)
    wide = _small(cell_spec, activation, ALIGNMENT)
    pairs = chain(_pairs(cell, trajectory), _through_steps(wide, _trajectory(wide)))
    closed = _worst(kind, pairs)
    return Check(kind, *closed, *_worst(kind, _roads(cell, trajectory)))


def _worst(kind: str, pairs: Iterable[Pair]) -> tuple[float, int]:
    """Return the largest relative difference, NaN without pairs, and how many numbers.

    Raises:
        VerificationError: it is beyond the tolerance.
    """
    error, compared = math.nan, 0
    for name, *pair in pairs:
        ours, theirs = (tensor.detach() for tensor in pair)
        difference = relative(ours, theirs)
        if not difference <= TOLERANCE:
            raise VerificationError(
                got=f"{kind}: {name} off by {difference:.1e}\n{account(ours, theirs)}",
                expected=f"autograd's numbers to {TOLERANCE:g}",
                try_="gradlab check FILE.py on the cell, or --no-verify",
            )
        error = difference if math.isnan(error) else max(error, difference)
        compared += ours.numel()
    return error, compared


def relative(ours: Tensor, theirs: Tensor) -> float:
    """Return |ours - theirs| / |theirs|, Frobenius; 0 where both are zero.

    No absolute allowance: a gradient may be near 1e-15 and still be right.
    """
    size = float(torch.linalg.vector_norm(theirs))
    difference = float(torch.linalg.vector_norm(ours - theirs))
    if difference == 0:
        return 0.0
    return difference / size if size > 0 else math.inf


def account(ours: Tensor, theirs: Tensor, rows: int = 8) -> str:
    """Return the worst places: index, both values, their ratio, and how many there are.

    >>> print(account(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0])))
    1 of 2 numbers differ
    index (1,): ours 2, autograd 4, ratio 0.5
    """
    gap = (ours - theirs).abs()
    scale = torch.linalg.vector_norm(theirs) / math.sqrt(theirs.numel())
    wrong = ~(gap <= 10 * TOLERANCE * torch.maximum(theirs.abs(), scale))
    order = torch.where(gap.isnan(), torch.inf, gap).flatten().argsort(descending=True)
    lines = [f"{int(wrong.sum())} of {wrong.numel()} numbers differ"]
    for flat in order[: min(rows, int(wrong.sum()))].tolist():
        index = tuple(
            int(i) for i in torch.unravel_index(torch.tensor(flat), gap.shape)
        )
        mine, other = float(ours[index]), float(theirs[index])
        ratio = f"{mine / other:.6g}" if other else "none, autograd is 0"
        lines.append(
            f"index {index}: ours {mine:.9g}, autograd {other:.9g}, ratio {ratio}"
        )
    return "\n".join(lines)


def _pairs(cell: Cell, trajectory: Trajectory) -> Iterator[Pair]:
    """Yield (name, closed form, autograd) of whatever the cell has closed forms for."""
    kind = type(cell)
    some = cell.jacobians(*trajectory.steps_between(0, trajectory.length))
    for t in range(1, trajectory.length + 1):
        inputs, state, step = trajectory.step_at(t)
        if kind.jacobian is not Cell.jacobian:
            eye = torch.eye(sum(cell.state_sizes), dtype=torch.float64)
            rows = eye.expand(SEQUENCES, -1, -1)
            expected = pulled_back(cell, inputs, state, rows)
            yield (
                f"J_{t} (sequence, later, earlier)",
                cell.jacobian(inputs, state, step).dense(cell),
                expected,
            )
            yield (
                f"J_{t}, one of many (step, sequence, later, earlier)",
                some(slice(t - 1, t)).dense(cell),
                expected[None],
            )
        if kind.pullback is not Cell.pullback:
            cotangents = _cotangents(cell, t)
            yield (
                f"pullback through step {t} (sequence, cotangent, state)",
                torch.cat(cell.pullback(inputs, state, step, cotangents), -1),
                pulled_back(cell, inputs, state, torch.cat(cotangents, -1)),
            )


def _through_steps(cell: Cell, trajectory: Trajectory) -> Iterator[Pair]:
    """Yield (name, closed form, autograd) of what goes through one step of many.

    Of a cell with whole multiples of 16 units: there it may take another way.
    """
    if type(cell).pullbacks is Cell.pullbacks:
        return
    length = trajectory.length
    with torch.no_grad():
        pull = cell.pullbacks(*trajectory.steps_between(0, length))
        for t in (1, length):
            cotangents = _cotangents(cell, t)
            pulled = tuple(torch.empty_like(part) for part in cotangents)
            pull(t - 1, cotangents, pulled)
            yield (
                f"pullback through step {t} of many (sequence, cotangent, state)",
                torch.cat(pulled, -1),
                pulled_back(
                    cell, *trajectory.step_at(t)[:2], torch.cat(cotangents, -1)
                ),
            )


def _roads(cell: Cell, trajectory: Trajectory) -> Iterator[Pair]:
    """Yield (name, conveyor, autograd with h detached inside the gates), if it holds.

    That is, where the conveyor is all by which the carry is handed on directly.
    """
    if not _only_conveyed(cell, trajectory):
        return
    own = slice(-cell.state_sizes[-1], None)
    for lag in (1, trajectory.length):
        left = reference.cut_product(trajectory, lag, "no_detours")
        yield (
            f"conveyor over {lag} steps (sequence, later, earlier)",
            reference.conveyor(trajectory, lag).diag_embed(),
            left[:, own, own],
        )


def _only_conveyed(cell: Cell, trajectory: Trajectory) -> bool:
    """Say whether a cell has a closed form with a conveyor and nothing beside it."""
    carry = cell.state_names[-1]
    if type(cell).jacobian is Cell.jacobian:
        return False
    jacobian = cell.jacobian(*trajectory.step_at(1))
    if len(cell.state_names) == 1 and "kept" not in signature(cell.step).parameters:
        return False
    beside = len(cell.state_names) > 1 and carry + carry in jacobian.blocks
    return jacobian.conveyor is not None and not beside


def pulled_back(
    cell: Cell, inputs: Tensor, state: tuple[Tensor, ...], rows: Tensor
) -> Tensor:
    """Return rows @ J_t by plain autograd, (B, K, n) over the whole state.

    One row after the other: torch.func would do it at once, but importing what it
    needs takes two seconds of every sweep.
    """
    earlier = tuple(part.detach().requires_grad_() for part in state)
    with torch.enable_grad():
        later = torch.cat(cell.step(inputs, earlier).state, -1)
        found = [
            torch.autograd.grad(
                later, earlier, row, retain_graph=True, materialize_grads=True
            )
            for row in rows.unbind(-2)
        ]
    return torch.stack([torch.cat(parts, -1) for parts in found], -2)


def _small(spec: str, activation: str | None, width: int = HIDDEN) -> Cell:
    _, options = cells.parse(spec)
    sizes = [v for v in options.values() if isinstance(v, int) and v is not True]
    chosen = None if activation is None else catalog.get("activations", activation)()
    cell = cells.build(
        spec,
        FEATURES,
        max([width, *(size + 3 for size in sizes)]),
        activation=chosen,
        dtype=torch.float64,
    )
    return initialize_(cell, seed=1, length=STEPS)


def _trajectory(cell: Cell) -> Trajectory:
    rng = stream(1, "verify")
    shape = (SEQUENCES, STEPS, FEATURES)
    start = tuple(
        torch.from_numpy(rng.standard_normal((SEQUENCES, size)) / 2)
        for size in cell.state_sizes
    )
    inputs = torch.from_numpy(rng.standard_normal(shape))
    return unroll(cell, inputs, initial_state=start)


def _cotangents(cell: Cell, t: int) -> tuple[Tensor, ...]:
    rng = stream(1, "verify", "cotangents", t)
    return tuple(
        torch.from_numpy(rng.standard_normal((SEQUENCES, 3, size)))
        for size in cell.state_sizes
    )
