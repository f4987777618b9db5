"""Closed forms against autograd, on a small trajectory in float64."""

import math
from collections.abc import Iterable, Iterator, Sequence
from inspect import signature

import torch
from torch import Tensor

from gradlab import catalog, cells
from gradlab.cells.base import Cell, Step
from gradlab.errors import VerificationError
from gradlab.initializers import initialize_
from gradlab.jacobians import reference
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
    closed = _worst(kind, _pairs(cell, trajectory))
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
    """Yield (name, closed form, autograd) of whatever the cell has closed forms for.

    Step by step, and of all steps at once, written over an earlier result.
    """
    if type(cell).jacobian is not Cell.jacobian:
        eye = torch.eye(sum(cell.state_sizes), dtype=torch.float64)
        rows = eye.expand(trajectory.length, SEQUENCES, -1, -1)
        yield from _compared(
            "J_{t}{how} (sequence, later, earlier)",
            [
                cell.jacobian(*s).dense(cell.state_names, cell.state_sizes)
                for s in _steps(trajectory)
            ],
            _jacobians_at_once(cell, trajectory),
            _by_autograd(cell, trajectory, rows),
        )
    if type(cell).vjp is not Cell.vjp:
        each = [_cotangents(cell, t) for t in range(1, trajectory.length + 1)]
        yield from _compared(
            "vjp through step {t}{how} (sequence, cotangent, state)",
            [
                torch.cat(cell.vjp(*s, rows), -1)
                for s, rows in zip(_steps(trajectory), each, strict=True)
            ],
            _vjps_at_once(cell, trajectory, each),
            _by_autograd(cell, trajectory, [torch.cat(rows, -1) for rows in each]),
        )


def _steps(
    trajectory: Trajectory,
) -> Iterator[tuple[Tensor, tuple[Tensor, ...], Step]]:
    return map(trajectory.step_at, range(1, trajectory.length + 1))


def _compared(
    name: str, single: Iterable[Tensor], at_once: Iterable[Tensor], right: list[Tensor]
) -> Iterator[Pair]:
    for how, found in (("", single), (" of all steps at once", at_once)):
        for t, (ours, theirs) in enumerate(zip(found, right, strict=True), start=1):
            yield name.format(t=t, how=how), ours, theirs


def _jacobians_at_once(cell: Cell, trajectory: Trajectory) -> Tensor:
    steps = trajectory.steps_between(0, trajectory.length)
    with torch.no_grad():
        return cell.jacobian(*steps, out=cell.jacobian(*steps)).dense(
            cell.state_names, cell.state_sizes
        )


def _vjps_at_once(
    cell: Cell, trajectory: Trajectory, cotangents: Sequence[tuple[Tensor, ...]]
) -> Tensor:
    stacked = tuple(torch.stack(parts) for parts in zip(*cotangents, strict=True))
    out = tuple(torch.ones_like(part) for part in stacked)
    with torch.no_grad():
        cell.vjp(*trajectory.steps_between(0, trajectory.length), stacked, out=out)
    return torch.cat(out, -1)


def _by_autograd(
    cell: Cell, trajectory: Trajectory, rows: Iterable[Tensor]
) -> list[Tensor]:
    return [
        pulled_back(cell, inputs, state, some)
        for (inputs, state, _), some in zip(_steps(trajectory), rows, strict=True)
    ]


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
    if (
        len(cell.state_names) == 1
        and "keep_path_carry" not in signature(cell.step).parameters
    ):
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


def _small(spec: str, activation: str | None) -> Cell:
    _, options = cells.parse(spec)
    sizes = [v for v in options.values() if isinstance(v, int) and v is not True]
    chosen = None if activation is None else catalog.get("activations", activation)()
    cell = cells.build(
        spec,
        FEATURES,
        max([HIDDEN, *(size + 3 for size in sizes)]),
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
