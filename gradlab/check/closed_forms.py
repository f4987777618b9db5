"""Closed forms of a cell compared with autograd, on a small trajectory in float64.

The conformance suite compares them for every cell and option, and a sweep for each kind
of cell that it measures. Autograd's numbers are those of
:mod:`gradlab.jacobians.reference`: no torch.func, whose first use costs seconds.
Carry and conveyor are defined in :mod:`gradlab.cells.base`.
"""

import math
from collections.abc import Iterable, Iterator
from inspect import signature
from typing import NamedTuple

import torch
from torch import Tensor

from gradlab import catalog, cells
from gradlab.cells.base import Cell
from gradlab.check.finding import TOLERANCE, distance
from gradlab.errors import VerificationError
from gradlab.initializers import initialize_
from gradlab.jacobians import reference
from gradlab.seeding import stream
from gradlab.trajectory import Trajectory, unroll


HIDDEN, FEATURES, SEQUENCES, STEPS, COTANGENTS = 7, 5, 2, 4, 3


class Comparison(NamedTuple):
    """The name of a quantity, and its values by closed form and by autograd."""

    name: str
    ours: Tensor
    theirs: Tensor


class Agreement(NamedTuple):
    """Largest differences of closed forms from autograd.

    Attributes:
        error: |ours - autograd| / |autograd|, the largest of Jacobians and
            vector-Jacobian products; NaN where a cell has no closed form.
        compared: how many numbers were compared.
        conveyor: the same error of the conveyor; NaN where there is none to compare.
        conveyor_compared: how many numbers were compared there.
    """

    error: float
    compared: int
    conveyor: float
    conveyor_compared: int


def verify(spec: str, activation: str | None = None) -> Agreement:
    """Compare the closed forms of a cell, given by its spec, with autograd.

    Raises:
        VerificationError: an error exceeds ``TOLERANCE``; the message lists the worst
            numbers.
    """
    kind = spec if activation is None else f"{spec}, {activation}"
    trajectory = small_trajectory(small_cell(spec, activation))
    return Agreement(
        *_largest_error(kind, _closed_forms(trajectory)),
        *_largest_error(kind, conveyors(trajectory)),
    )


def has_closed_forms(spec: str) -> bool:
    """Return whether a cell overrides ``jacobian`` or ``vjp``."""
    return any(_overridden(catalog.get("cells", cells.parse(spec)[0])))


def jacobians(trajectory: Trajectory) -> Iterator[Comparison]:
    """Yield J_t of each step alone, and of all steps at once with ``out``."""
    cell, length = trajectory.cell, trajectory.length
    layout = cell.state_names, cell.state_sizes
    theirs = _jacobian(trajectory)
    name = "J_{}{} (sequence, later, earlier)"
    for t in range(1, length + 1):
        ours = cell.jacobian(*trajectory.step_at(t)).dense(*layout)
        yield Comparison(name.format(t, ""), ours, theirs[t - 1])
    steps = trajectory.batched_steps(0, length)
    with torch.no_grad():
        ours = cell.jacobian(*steps, out=cell.jacobian(*steps)).dense(*layout)
    ours = ours.reshape(theirs.shape)
    for t in range(1, length + 1):
        yield Comparison(name.format(t, " of all at once"), ours[t - 1], theirs[t - 1])


def vjps(trajectory: Trajectory) -> Iterator[Comparison]:
    """Yield random rows @ J_t: step by step, and of all steps at once with ``out``."""
    cell, length = trajectory.cell, trajectory.length
    rows = stream(1, "verify", "rows").standard_normal(
        (length, SEQUENCES, COTANGENTS, sum(cell.state_sizes))
    )
    whole = torch.from_numpy(rows)
    theirs = whole @ _jacobian(trajectory)
    parts = [p.contiguous() for p in whole.split(list(cell.state_sizes), -1)]
    name = "vjp through step {}{} (sequence, cotangent, state)"
    for t in range(1, length + 1):
        found = cell.vjp(*trajectory.step_at(t), tuple(p[t - 1] for p in parts))
        yield Comparison(name.format(t, ""), torch.cat(found, -1), theirs[t - 1])
    inputs, state, step = trajectory.batched_steps(0, length)
    at_once = [p.reshape(*inputs.shape[:-1], *p.shape[-2:]) for p in parts]
    out = tuple(torch.ones_like(part) for part in at_once)
    with torch.no_grad():
        cell.vjp(inputs, state, step, tuple(at_once), out=out)
    ours = torch.cat(out, -1).reshape(theirs.shape)
    for t in range(1, length + 1):
        yield Comparison(name.format(t, " of all at once"), ours[t - 1], theirs[t - 1])


def input_jacobians(trajectory: Trajectory) -> Iterator[Comparison]:
    """Yield ds_t/dx_t of the first step alone, and of all steps at once."""
    cell = trajectory.cell
    inputs, state, step = trajectory.batched_steps(0, trajectory.length)
    whole = reference.input_jacobian(cell, inputs, state)
    of_each = whole.reshape(trajectory.length, SEQUENCES, *whole.shape[-2:])
    with torch.no_grad():
        first = cell.input_jacobian(*trajectory.step_at(1))
        at_once = cell.input_jacobian(inputs, state, step)
    for name, ours, expected in (
        ("ds_1/dx_1 (sequence, state, input)", first, of_each[0]),
        ("ds_t/dx_t of all at once (step, sequence, state, input)", at_once, of_each),
    ):
        whole = torch.cat([ours[state] for state in cell.state_names], -2)
        yield Comparison(name, whole.reshape(expected.shape), expected)


def conveyors(trajectory: Trajectory) -> Iterator[Comparison]:
    """Yield the conveyor over 1 and T steps, against autograd with h detached in gates.

    Nothing where the carry depends on its earlier value in another way, too: the
    derivative with h detached then differs from the conveyor.
    """
    cell = trajectory.cell
    if not _carry_is_conveyor(trajectory):
        return
    carry = slice(-cell.state_sizes[-1], None)
    for lag in (1, trajectory.length):
        conveyor_only = reference.cut_product(trajectory, lag, "no_detours")
        yield Comparison(
            f"conveyor over {lag} steps (sequence, later, earlier)",
            reference.conveyor(trajectory, lag).diag_embed(),
            conveyor_only[:, carry, carry],
        )


def list_differences(ours: Tensor, theirs: Tensor, rows: int = 8) -> str:
    """Return how many numbers differ and the worst: index, both values, their ratio.

    >>> print(list_differences(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0])))
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


def small_cell(spec: str, activation: str | None = None, hidden: int = HIDDEN) -> Cell:
    """Return a float64 cell of ``hidden`` units, or wider where an option needs it."""
    _, options = cells.parse(spec)
    sizes = [v for v in options.values() if isinstance(v, int) and v is not True]
    phi = None if activation is None else catalog.get("activations", activation)()
    width = max([hidden, *(size + 3 for size in sizes)])
    cell = cells.build(spec, FEATURES, width, activation=phi, dtype=torch.float64)
    return initialize_(cell, seed=1, length=STEPS)


def small_trajectory(cell: Cell) -> Trajectory:
    """Return a few steps of a cell with random inputs.

    From a random state, unless the cell says where it starts.
    """
    rng = stream(1, "verify")
    start = tuple(
        torch.from_numpy(rng.standard_normal((SEQUENCES, size)) / 2)
        for size in cell.state_sizes
    )
    inputs = torch.from_numpy(rng.standard_normal((SEQUENCES, STEPS, FEATURES)))
    return unroll(cell, inputs, initial_state=start if cell.starts_at_zero else None)


def _closed_forms(trajectory: Trajectory) -> Iterator[Comparison]:
    jacobian, vjp = _overridden(type(trajectory.cell))
    if jacobian:
        yield from jacobians(trajectory)
    if vjp:
        yield from vjps(trajectory)


def _overridden(cell: type[Cell]) -> tuple[bool, bool]:
    """Return whether a cell has a ``jacobian`` and a ``vjp`` of its own."""
    return cell.jacobian is not Cell.jacobian, cell.vjp is not Cell.vjp


def _jacobian(trajectory: Trajectory) -> Tensor:
    inputs, state, _ = trajectory.batched_steps(0, trajectory.length)
    whole = reference.step_jacobian(trajectory.cell, inputs, state)
    return whole.reshape(trajectory.length, SEQUENCES, *whole.shape[-2:])


def _carry_is_conveyor(trajectory: Trajectory) -> bool:
    """Return whether the carry depends on its earlier value by the conveyor alone."""
    cell = trajectory.cell
    carry = cell.state_names[-1]
    if type(cell).jacobian is Cell.jacobian:
        return False
    arguments = signature(cell.step).parameters
    if len(cell.state_names) == 1 and "keep_path_carry" not in arguments:
        return False
    jacobian = cell.jacobian(*trajectory.step_at(1))
    other = len(cell.state_names) > 1 and (carry, carry) in jacobian.blocks
    return jacobian.conveyor is not None and not other


def _largest_error(kind: str, comparisons: Iterable[Comparison]) -> tuple[float, int]:
    """Return the largest relative error, NaN without any, and how many numbers."""
    largest, count = math.nan, 0
    for name, *pair in comparisons:
        ours, theirs = (tensor.detach() for tensor in pair)
        error = distance(ours, theirs)
        if not error <= TOLERANCE or not ours.isfinite().all():
            raise VerificationError(
                got=f"{kind}: {name} off by {error:.1e}\n"
                f"{list_differences(ours, theirs)}",
                expected=f"autograd's numbers to {TOLERANCE:g}",
                try_="gradlab check FILE.py on the cell, or --no-verify",
            )
        largest = error if math.isnan(largest) else max(largest, error)
        count += ours.numel()
    return largest, count
