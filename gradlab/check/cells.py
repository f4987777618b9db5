"""Checks of a cell, with its defaults and with each of its options.

Carry and conveyor are defined in :mod:`gradlab.cells.base`.
"""

from collections.abc import Callable, Iterator
from inspect import signature

import torch
from torch import Tensor

from gradlab import cells
from gradlab.cells import Cell, Step
from gradlab.cells._spec import COMMON, is_activation
from gradlab.cells._states import check_states
from gradlab.check import closed_forms
from gradlab.check.bits import differing_bits
from gradlab.check.closed_forms import FEATURES, small_cell, small_trajectory
from gradlab.check.finding import TOLERANCE, Finding, distance, first_wrong, worst
from gradlab.initializers import initialize_
from gradlab.numerics.batch_invariant import ALIGNMENT
from gradlab.trajectory import Trajectory
from gradlab.trajectory.steps import step_checked


_HIDDEN, _BATCH = 7, 2


def state_shapes(leaf: type[Cell]) -> Finding:
    """Check that the next state is like the state before, in both dtypes."""

    def wrong(cell: Cell) -> Iterator[str]:
        for dtype in (torch.float32, torch.float64):
            start = cell.to(dtype).initial_state(_BATCH)
            expected = _shapes(start)
            # What cannot be run at all is refused with the sentences of unroll.
            check_states(cell, start, [2] * len(start))
            with torch.no_grad():
                # in the state's dtype, which no parameter may decide
                zeros = start[0].new_zeros(_BATCH, cell.input_size)
                step_checked(cell, zeros, start)
            _, state, step = _visit(cell)
            got = _shapes(step.state)
            if got != expected:
                yield f"next state {got} where the initial state is {expected}"
            dtypes = {part.dtype for part in step.state}
            if any(True for _ in cell.parameters()) and dtypes != {dtype}:
                yield f"{', '.join(map(str, dtypes))} from {dtype}"
            if _shapes(state) != expected:
                yield f"state sizes {cell.state_sizes}"

    return _all(leaf, wrong, "a next state like the state before")


def gate_shapes(leaf: type[Cell]) -> Finding:
    """Check that gates are (B, H), and weight_hh has a block of rows for each."""

    def wrong(cell: Cell) -> Iterator[str]:
        _, _, step = _visit(cell)
        for name, gate in (*step.gates.items(), *step.pre_activations.items()):
            if gate.shape != (_BATCH, cell.hidden_size):
                yield f"{name} of shape {tuple(gate.shape)}"
        rows = getattr(cell, "weight_hh", None)
        blocks = len(cell.weight_blocks) * cell.hidden_size
        if cell.gate_names and rows is not None and rows.shape[0] != blocks:
            yield f"{rows.shape[0]} rows of weight_hh"
        if cell.keep_gate is not None and cell.keep_gate[0] not in cell.gate_names:
            yield f"keep gate {cell.keep_gate[0]!r}"
        if cell.input_gate not in (None, *cell.gate_names):
            yield f"input gate {cell.input_gate!r}"

    return _all(leaf, wrong, "gates (batch, hidden) and a block of rows for each")


def axes(leaf: type[Cell]) -> Finding:
    """Check that a sweep can set what ``axes`` names."""

    def wrong() -> Iterator[str]:
        parameters = signature(leaf).parameters
        taken = any(
            p.name == "activation" or p.kind is p.VAR_KEYWORD
            for p in parameters.values()
        )
        if "activation" in leaf.axes and not taken:
            yield "activation, and a constructor without a keyword activation"
        if "forget_bias" in leaf.axes and small_cell(leaf.name).keep_gate is None:
            yield "forget_bias, and keep_gate None"
        if "input_bias" in leaf.axes and small_cell(leaf.name).input_gate is None:
            yield "input_bias, and input_gate None"
        for axis in ("init", "gain"):
            if axis in leaf.axes and not small_cell(leaf.name).recurrent_parameters:
                yield f"{axis}, and no weight_hh"

    return first_wrong(wrong(), "axes that the constructor, gates and weights allow")


def pure(leaf: type[Cell]) -> Finding:
    """Check that a step is deterministic and has no side effects."""

    def wrong(cell: Cell) -> Iterator[str]:
        inputs, state, step = _visit(cell)
        before = [t.clone() for t in (inputs, *state, *cell.parameters())]
        random = torch.random.get_rng_state()
        again = cell.step(inputs, state)
        if not torch.equal(random, torch.random.get_rng_state()):
            yield "random numbers drawn"
        if not _equal(step.state, again.state):
            yield "another next state the second time"
        if not _equal(before, [inputs, *state, *cell.parameters()]):
            yield "inputs, state or weights changed"
        small_trajectory(cell)  # refuses a step that is another one later on

    return _all(leaf, wrong, "a step that depends on inputs and state alone")


def sequences_independent(leaf: type[Cell]) -> Finding:
    """Check that a sequence's next state does not depend on other sequences."""

    def error(cell: Cell) -> float:
        inputs, state, step = _visit(cell)
        alone = cell.step(inputs[:1], tuple(s[:1] for s in state)).state
        return distance(torch.cat(alone, -1), torch.cat(step.state, -1)[:1])

    return worst((spec, error(cell)) for spec, cell in _every(leaf))


def jacobian(leaf: type[Cell]) -> Finding:
    """Compare ``jacobian`` with autograd, step by step and all at once."""
    return _compare(leaf, closed_forms.jacobians, _HIDDEN)


def vjp(leaf: type[Cell]) -> Finding:
    """Compare ``vjp`` with autograd, step by step and all at once.

    At a multiple of 16, too, where matrices need no padding.
    """
    return _compare(leaf, closed_forms.vjps, _HIDDEN, ALIGNMENT)


def input_jacobian(leaf: type[Cell]) -> Finding:
    """Compare ``input_jacobian`` with autograd, one step and all at once."""
    return _compare(leaf, closed_forms.input_jacobians, _HIDDEN)


def conveyor(leaf: type[Cell]) -> Finding:
    """Compare the conveyor with autograd where h is detached inside the gates.

    Only for cells whose carry depends on its earlier value by the conveyor alone.
    """
    return _compare(leaf, closed_forms.conveyors, _HIDDEN)


def linear_recurrence(leaf: type[Cell]) -> Finding:
    """Check what ``linear_recurrence`` says of a cell that declares it.

    J_t is the same at another state, and J_t J_t^T is diagonal, as that of a complex
    diagonal in pairs of real numbers is. Where the cell gives a conveyor, J_t is that.
    """
    if not leaf.linear_recurrence:
        return Finding(True, "not declared", "any")

    def wrong(cell: Cell) -> Iterator[str]:
        inputs, state, step = _visit(cell)
        layout = cell.state_names, cell.state_sizes
        found = cell.jacobian(inputs, state, step)
        whole = found.dense(*layout)
        other = tuple(part + 1 for part in state)
        there = cell.jacobian(inputs, other, cell.step(inputs, other))
        if distance(there.dense(*layout), whole) > TOLERANCE:
            yield "another Jacobian at another state"
        gram = whole @ whole.mT
        squares = torch.diag_embed(gram.diagonal(dim1=-2, dim2=-1))
        if distance(squares, gram) > TOLERANCE:
            yield "a Jacobian that mixes units"
        alone = found.conveyor
        if alone is not None and distance(torch.diag_embed(alone), whole) > TOLERANCE:
            yield "more than the conveyor"

    # Layers above read the one below: the whole of such a cell is no linear recurrence.
    return first_wrong(
        (
            f"{spec}: {what}"
            for spec, cell in _every(leaf)
            if len(cell.layer_cells) == 1
            for what in wrong(cell)
        ),
        "a recurrence that inputs alone set, unit by unit",
    )


def recurrent_uses(leaf: type[Cell]) -> Finding:
    """Check that the uses of weight_hh of a step add up to its gradient."""

    def error(cell: Cell) -> float:
        inputs, state, _ = _visit(cell)
        step = cell.step(inputs, state)
        if not step.recurrent:
            return 0.0
        loss = torch.stack([(s * s).sum() for s in step.state]).sum()
        products = [use.product for use in step.recurrent]
        deltas = torch.autograd.grad(loss, products, retain_graph=True)
        weights = [cell.get_parameter(name) for name in cell.recurrent_parameters]
        expected = torch.cat(torch.autograd.grad(loss, weights))
        got = torch.zeros_like(expected)
        for use, delta in zip(step.recurrent, deltas, strict=True):
            got[use.rows] += delta.mT @ use.operand
        return distance(got, expected)

    return worst((spec, error(cell)) for spec, cell in _every(leaf))


def seeded(leaf: type[Cell]) -> Finding:
    """Check that weights depend on the seed, and on nothing else."""

    def wrong(spec: str) -> Iterator[str]:
        first, second, other = (_drawn(spec, seed) for seed in (0, 0, 1))
        if not _equal(first.parameters(), second.parameters()):
            yield f"{spec}: other weights at the same seed"
        if list(other.parameters()) and _equal(first.parameters(), other.parameters()):
            yield f"{spec}: the same weights at another seed"

    return first_wrong(
        (found for spec in _specs(leaf) for found in wrong(spec)),
        "weights that depend on the seed alone",
    )


def bits(leaf: type[Cell]) -> Finding:
    """Check that a member has the same bits alone, in 4 and in 11."""
    if not leaf.supports_ensembles:
        return Finding(True, "no ensembles: each is computed alone", "any")
    found = (
        f"{spec}, hidden {hidden}: {wrong}"
        for spec in _specs(leaf)
        for hidden in (10, 37)
        for wrong in differing_bits([_drawn(spec, seed, hidden) for seed in range(11)])
    )
    return first_wrong(found, "the same bits alone, in 4 and in 11", "the same bits")


def _specs(leaf: type[Cell]) -> list[str]:
    """Return the plain cell and one spec for each of its options, two layers too."""
    found = [leaf.name]
    for key, default in (COMMON | leaf.options).items():
        if isinstance(default, bool):
            value = ""
        elif isinstance(default, float):
            value = f"={default / 2 or 0.5:g}"
        elif isinstance(default, int):
            value = "=2"
        elif is_activation(default):
            value = "=hardsigmoid"
        else:
            continue
        found.append(f"{leaf.name}:{key}{value}")
    return found


def _drawn(spec: str, seed: int, hidden: int = _HIDDEN) -> Cell:
    cell = cells.build(spec, FEATURES, hidden, seed=seed, dtype=torch.float32)
    return initialize_(cell, seed=seed)


def _every(leaf: type[Cell], hidden: int = _HIDDEN) -> Iterator[tuple[str, Cell]]:
    for spec in _specs(leaf):
        yield spec, small_cell(spec, hidden=hidden)


def _compare(
    leaf: type[Cell],
    comparisons: Callable[[Trajectory], Iterator[closed_forms.Comparison]],
    *widths: int,
) -> Finding:
    """Return the largest relative error over all options and widths."""
    return worst(
        (f"{spec}, {name}", distance(ours, theirs))
        for hidden in widths
        for spec, cell in _every(leaf, hidden)
        for name, ours, theirs in comparisons(small_trajectory(cell))
    )


def _visit(cell: Cell) -> tuple[Tensor, tuple[Tensor, ...], Step]:
    """Return random inputs, the state (random, or the cell's own) and the step."""
    generator = torch.Generator().manual_seed(1)
    own = cell.initial_state(_BATCH)
    inputs, *state = (
        torch.randn(_BATCH, width, generator=generator).to(own[0])
        for width in (cell.input_size, *cell.state_sizes)
    )
    if not cell.starts_at_zero:
        state = list(own)
    with torch.no_grad():
        return inputs, tuple(state), cell.step(inputs, tuple(state))


def _all(
    leaf: type[Cell], wrong: Callable[[Cell], Iterator[str]], expected: str
) -> Finding:
    found = (f"{spec}: {what}" for spec, cell in _every(leaf) for what in wrong(cell))
    return first_wrong(found, expected)


def _shapes(state: tuple[Tensor, ...]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(part.shape) for part in state)


def _equal(first, second) -> bool:
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


CHECKS = {
    "the next state has the declared shapes": state_shapes,
    "gates have the declared shapes": gate_shapes,
    "the declared axes apply": axes,
    "a step depends on inputs and state alone": pure,
    "sequences are independent": sequences_independent,
    "the Jacobian is autograd's": jacobian,
    "the vjp is autograd's": vjp,
    "the input's Jacobian is autograd's": input_jacobian,
    "the conveyor is autograd's": conveyor,
    "a linear recurrence is one": linear_recurrence,
    "the uses of weight_hh add up to its gradient": recurrent_uses,
    "weights depend on the seed alone": seeded,
    "bits are the same alone and in an ensemble": bits,
}
