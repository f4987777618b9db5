"""What a cell must hold, with its defaults and with each of its options."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from gradlab import cells
from gradlab.cells import Cell, Step
from gradlab.cells._spec import COMMON, is_activation
from gradlab.check.finding import Finding, distance, first_wrong, holds, worst
from gradlab.initializers import initialize_
from gradlab.numerics.batch_invariant import ALIGNMENT


_INPUTS, _HIDDEN, _BATCH = 3, 5, 2


def state_shapes(leaf: type[Cell]) -> Finding:
    """The next state has the shapes ``state_names`` and ``state_sizes`` say."""

    def wrong(cell: Cell) -> Iterator[str]:
        _, state, step = _visit(cell)
        got = tuple(tuple(s.shape) for s in step.state)
        expected = tuple(tuple(s.shape) for s in state)
        if got != expected:
            yield f"next state {got} from {expected}"
        start = tuple(tuple(s.shape) for s in cell.initial_state(_BATCH))
        if start != expected:
            yield f"initial state {start}"

    return _all(leaf, wrong, "a next state like the state before")


def gate_shapes(leaf: type[Cell]) -> Finding:
    """Gates are (batch, hidden), and weight_hh has a block of rows for each."""

    def wrong(cell: Cell) -> Iterator[str]:
        _, _, step = _visit(cell)
        for name, gate in (*step.gates.items(), *step.pre_activations.items()):
            if gate.shape != (_BATCH, _HIDDEN):
                yield f"{name} of shape {tuple(gate.shape)}"
        rows = getattr(cell, "weight_hh", None)
        blocks = len(cell.weight_blocks) * _HIDDEN
        if cell.gate_names and rows is not None and rows.shape[0] != blocks:
            yield f"{rows.shape[0]} rows of weight_hh"
        if cell.keep_gate is not None and cell.keep_gate[0] not in cell.gate_names:
            yield f"keep gate {cell.keep_gate[0]!r}"

    return _all(leaf, wrong, "gates (batch, hidden) and a block of rows for each")


def pure(leaf: type[Cell]) -> Finding:
    """A step gives the same twice, and touches nothing but its result."""

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

    return _all(leaf, wrong, "a step that depends on inputs and state alone")


def sequences_apart(leaf: type[Cell]) -> Finding:
    """A sequence's next state does not depend on the other sequences."""

    def error(cell: Cell) -> float:
        inputs, state, step = _visit(cell)
        alone = cell.step(inputs[:1], tuple(s[:1] for s in state)).state
        return distance(_join(alone), _join(step.state)[:1])

    return worst((spec, error(cell)) for spec, cell in _every(leaf))


def jacobian(leaf: type[Cell]) -> Finding:
    """``jacobian`` is autograd's, one sequence at a time."""
    return worst((spec, _jacobian_error(cell)) for spec, cell in _every(leaf))


def jacobian_over_time(leaf: type[Cell]) -> Finding:
    """``jacobian`` takes a leading time axis, and ``out`` changes no number."""

    def error(cell: Cell) -> float:
        inputs, state, step = _visit(cell, 3)
        with torch.no_grad():
            earlier = cell.jacobian(inputs, state, step)
            got = cell.jacobian(inputs, state, step, out=earlier).dense(
                cell.state_names, cell.state_sizes
            )
        return distance(got, twin(cell, inputs, state))

    return worst(
        (spec, max(_jacobian_error(cell, 2), error(cell)))
        for spec, cell in _every(leaf)
    )


def vjp(leaf: type[Cell]) -> Finding:
    """``vjp`` is cotangents times autograd's Jacobian, also with time axis and ``out``.

    At whole multiples of 16, too, where matrices need no padding.
    """

    def error(cell: Cell) -> float:
        inputs, state, step = _visit(cell, 3)
        rows = _draw(3, _BATCH, 3, sum(cell.state_sizes), seed=3)
        parts = tuple(p.contiguous() for p in rows.split(list(cell.state_sizes), -1))
        out = tuple(torch.ones_like(part) for part in parts)
        with torch.no_grad():
            fresh = cell.vjp(inputs, state, step, parts)
            cell.vjp(inputs, state, step, parts, out=out)
        expected = rows @ twin(cell, inputs, state)
        return max(distance(_join(found), expected) for found in (fresh, out))

    return worst(
        (spec, max(error(cell), error(wide)))
        for (spec, cell), (_, wide) in zip(
            _every(leaf), _every(leaf, ALIGNMENT), strict=True
        )
    )


def input_jacobian(leaf: type[Cell]) -> Finding:
    """``input_jacobian`` is autograd's, and takes a leading time axis."""

    def error(cell: Cell, *lead: int) -> float:
        inputs, state, step = _visit(cell, *lead)
        with torch.no_grad():
            got = cell.input_jacobian(inputs, state, step)
        rows = torch.cat([got[name] for name in cell.state_names], -2)
        return distance(rows, input_twin(cell, inputs, state))

    return worst(
        (spec, max(error(cell), error(cell, 2))) for spec, cell in _every(leaf)
    )


def recurrent_uses(leaf: type[Cell]) -> Finding:
    """The uses of weight_hh a step reports add up to its gradient, in all layers."""

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
    """Weights depend on the seed, and on nothing else."""

    def wrong(spec: str) -> Iterator[str]:
        first, second, other = (_initialized(spec, seed) for seed in (0, 0, 1))
        if not _equal(first.parameters(), second.parameters()):
            yield f"{spec}: other weights at the same seed"
        if list(other.parameters()) and _equal(first.parameters(), other.parameters()):
            yield f"{spec}: the same weights at another seed"

    return first_wrong(
        (found for spec in _specs(leaf) for found in wrong(spec)),
        "weights decided by the seed",
    )


def bits(leaf: type[Cell]) -> Finding:
    """If ensembles are supported, a member has the same bits alone, in 4 and in 11."""
    if not leaf.supports_ensembles:
        return holds(True, "no ensembles: each is computed alone", "any")
    found = (
        f"other bits at {spec}, hidden {hidden}, in {count}"
        for spec in _specs(leaf)
        for hidden, count in (((10, 11), (37, 4)) if spec == leaf.name else ((37, 4),))
        if not _same_bits(spec, hidden, count)
    )
    return first_wrong(found, "the same bits alone, in 4 and in 11", "the same bits")


def twin(cell: Cell, inputs: Tensor, state: tuple[Tensor, ...]) -> Tensor:
    """Return J_t by torch.func.jacrev, one sequence at a time, (…, B, n, n)."""
    return _derivative(cell, inputs, state, of=0)


def input_twin(cell: Cell, inputs: Tensor, state: tuple[Tensor, ...]) -> Tensor:
    """Return ds_t/dx_t by torch.func.jacrev, one sequence at a time, (…, B, n, I)."""
    return _derivative(cell, inputs, state, of=1)


def _derivative(
    cell: Cell, inputs: Tensor, state: tuple[Tensor, ...], *, of: int
) -> Tensor:
    """Return ds_t by s_{t-1} (``of`` 0) or by x_t (1)."""
    sizes = list(cell.state_sizes)

    def advance(joined: Tensor, x: Tensor) -> Tensor:
        before = tuple(s[None] for s in joined.split(sizes))
        return _join(cell.step(x[None], before).state)[0]

    joined = _join(state)
    pairs = zip(joined.flatten(0, -2), inputs.flatten(0, -2), strict=True)
    rows = [torch.func.jacrev(advance, of)(s, x).detach() for s, x in pairs]
    return torch.stack(rows).reshape(*joined.shape, -1)


def _jacobian_error(cell: Cell, *lead: int) -> float:
    inputs, state, step = _visit(cell, *lead)
    with torch.no_grad():
        got = cell.jacobian(inputs, state, step).dense(
            cell.state_names, cell.state_sizes
        )
    return distance(got, twin(cell, inputs, state))


def _specs(leaf: type[Cell]) -> list[str]:
    """Return the plain cell and one spec for each of its options, two layers too."""
    given = {True: "", False: ""}
    found = [leaf.name]
    for key, default in (COMMON | leaf.options).items():
        if isinstance(default, bool):
            value = given[default]
        elif isinstance(default, int):
            value = "=2"
        elif is_activation(default):
            value = "=hardsigmoid"
        else:
            continue
        found.append(f"{leaf.name}:{key}{value}")
    return found


def _initialized(spec: str, seed: int, hidden: int = _HIDDEN, **kind) -> Cell:
    cell = cells.build(spec, _INPUTS, hidden, seed=seed, **kind)
    return initialize_(cell, seed=seed)


def _every(leaf: type[Cell], hidden: int = _HIDDEN) -> Iterator[tuple[str, Cell]]:
    for spec in _specs(leaf):
        yield spec, _initialized(spec, 0, hidden, dtype=torch.float64)


def _all(
    leaf: type[Cell], wrong: Callable[[Cell], Iterator[str]], expected: str
) -> Finding:
    found = (f"{spec}: {what}" for spec, cell in _every(leaf) for what in wrong(cell))
    return first_wrong(found, expected)


def _visit(cell: Cell, *lead: int) -> tuple[Tensor, tuple[Tensor, ...], Step]:
    """Return random inputs and state, (*lead, B, ·), and the step from there."""
    inputs = _draw(*lead, _BATCH, cell.input_size, seed=1)
    widths = cell.state_sizes
    state = tuple(
        _draw(*lead, _BATCH, width, seed=2 + k) for k, width in enumerate(widths)
    )
    with torch.no_grad():
        return inputs, state, cell.step(inputs, state)


def _same_bits(spec: str, hidden: int, count: int) -> bool:
    members = [
        _initialized(spec, seed, hidden, dtype=torch.float32) for seed in range(count)
    ]
    together = cells.ensemble(members)
    inputs = _draw(count, 3, _INPUTS, seed=1).float()
    with torch.no_grad():
        group = _trace(together, inputs, (count, 3))
        alone = [_trace(m, x, (3,)) for m, x in zip(members, inputs, strict=True)]
    return all(
        torch.equal(whole[k], part)
        for k, parts in enumerate(alone)
        for whole, part in zip(group, parts, strict=True)
    )


def _trace(cell: Cell, inputs: Tensor, lead: tuple[int, ...]) -> list[Tensor]:
    state, found = cell.initial_state(*lead), []
    for _ in range(3):
        step = cell.step(inputs, state)
        found += [
            *step.state,
            cell.jacobian(inputs, state, step).dense(
                cell.state_names, cell.state_sizes
            ),
        ]
        found += cell.input_jacobian(inputs, state, step).values()
        state = step.state
    return found


def _draw(*shape: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def _join(parts: tuple[Tensor, ...]) -> Tensor:
    return torch.cat(tuple(parts), -1)


def _equal(first, second) -> bool:
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


CHECKS = {
    "the next state has the shapes the cell says": state_shapes,
    "gates have the shapes the cell says": gate_shapes,
    "a step depends on inputs and state alone": pure,
    "sequences do not touch each other": sequences_apart,
    "the Jacobian is autograd's": jacobian,
    "the Jacobian takes a leading time axis": jacobian_over_time,
    "the vjp is autograd's": vjp,
    "the input's Jacobian is autograd's": input_jacobian,
    "the uses of weight_hh add up to its gradient": recurrent_uses,
    "weights are decided by the seed": seeded,
    "bits do not depend on company": bits,
}
