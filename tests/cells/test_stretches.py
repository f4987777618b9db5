"""Several steps at once: the same as one after the other, bit for bit."""

from typing import Any

import pytest
import torch

from gradlab.cells import Cell, Diagonal, Step, stack
from gradlab.numerics import batch_invariant
from tests.cells.cases import PLAIN, members, rough, visit


STEPS = 5
SPECS = [*PLAIN, "lstm:layers=2", "gru:layers=2"]


def same(a: torch.Tensor | Diagonal | None, b: torch.Tensor | Diagonal | None) -> bool:
    if isinstance(a, Diagonal) and isinstance(b, Diagonal):
        return same(a.values, b.values)
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        return torch.equal(a, b)
    return a is b is None


def stretches(spec: str, hidden: int, stacked: bool):
    """A cell, STEPS of it along a leading time axis, and one of them by its number."""
    one = rough(spec, hidden=hidden, dtype=torch.float32)
    cell = stack(list(members(one, 3))) if stacked else one
    inputs, state, step = visit(cell, STEPS, *([3] if stacked else []), 4)

    def at(k: int) -> tuple:
        return inputs[k], tuple(part[k] for part in state), step.at(k)

    return cell, (inputs, state, step), at


@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize("hidden", [7, 16])
@pytest.mark.parametrize("spec", SPECS)
def test_jacobians_of_some_steps_are_those_of_each(spec, hidden, stacked):
    cell, together, at = stretches(spec, hidden, stacked)
    with torch.no_grad():
        some = cell.jacobians(*together)
        for span in (slice(0, STEPS), slice(1, 3), slice(4, 5)):
            found = some(span)
            for place, k in enumerate(range(STEPS)[span]):
                expected = cell.jacobian(*at(k))
                assert found.blocks.keys() == expected.blocks.keys()
                for key, block in expected.blocks.items():
                    got = found.blocks[key]
                    got = (
                        Diagonal(got.values[place])
                        if isinstance(got, Diagonal)
                        else got[place]
                    )
                    assert same(got, block)
                conveyor = found.conveyor
                assert same(
                    None if conveyor is None else conveyor[place], expected.conveyor
                )


@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize("spec", SPECS)
def test_jacobians_written_over_earlier_ones_are_the_same(spec, stacked):
    cell, together, _ = stretches(spec, 16, stacked)
    with torch.no_grad():
        some = cell.jacobians(*together)
        earlier = some(slice(3, 5))
        found, expected = some(slice(0, 2), earlier.memory), some(slice(0, 2))
    assert found.blocks.keys() == expected.blocks.keys()
    assert all(same(found.blocks[key], expected.blocks[key]) for key in found.blocks)
    assert same(found.conveyor, expected.conveyor)


@pytest.mark.parametrize("spec", ["rnn", "lstm", "gru"])
def test_the_memory_of_earlier_jacobians_is_used(spec):
    cell, together, _ = stretches(spec, 16, stacked=False)
    with torch.no_grad():
        some = cell.jacobians(*together)
        dense = some(slice(3, 5)).memory
        found = some(slice(0, 2), dense).blocks
    assert dense
    assert all(found[key].data_ptr() == dense[key].data_ptr() for key in dense)


@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize("hidden", [7, 16])
@pytest.mark.parametrize("spec", SPECS)
def test_pullbacks_of_any_step_are_its_pullback(spec, hidden, stacked):
    """To rounding: at whole multiples of 16 units some multiply by blocks of J_t."""
    cell, together, at = stretches(spec, hidden, stacked)
    draw = torch.Generator().manual_seed(3)
    inputs = together[0]
    rows = tuple(
        torch.randn(*inputs.shape[1:-1], 6, size, generator=draw)
        for size in cell.state_sizes
    )
    with torch.no_grad():
        pull = cell.pullbacks(*together)
        for k in (0, 3, STEPS - 1):
            into = tuple(torch.empty_like(part) for part in rows)
            pull(k, rows, into)
            pairs = zip(into, cell.pullback(*at(k), rows), strict=True)
            for got, expected in pairs:
                torch.testing.assert_close(got, expected, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("spec", ["lstm", "lstm:coupled+peephole", "gru"])
def test_pullbacks_through_the_gates_are_the_pullback(spec, monkeypatch):
    """As they are on a GPU, bit for bit."""
    cell, together, at = stretches(spec, 16, stacked=False)
    monkeypatch.setattr(type(cell), "_explicit", False)
    rows = tuple(torch.ones(4, 6, size) for size in cell.state_sizes)
    into = tuple(torch.empty_like(part) for part in rows)
    with torch.no_grad():
        cell.pullbacks(*together)(3, rows, into)
        pairs = zip(into, cell.pullback(*at(3), rows), strict=True)
        assert all(torch.equal(got, expected) for got, expected in pairs)


@pytest.mark.parametrize("spec", SPECS)
def test_pullbacks_of_a_member_are_its_own_alone(spec):
    cells = list(members(rough(spec, hidden=32, dtype=torch.float32), 3))
    together = stack(cells)
    inputs, state, step = visit(together, STEPS, 3, 4)
    draw = torch.Generator().manual_seed(3)
    rows = tuple(
        torch.randn(3, 4, 12, size, generator=draw) for size in together.state_sizes
    )
    into = tuple(torch.empty_like(part) for part in rows)
    with torch.no_grad():
        together.pullbacks(inputs, state, step)(2, rows, into)
        for member, cell in enumerate(cells):
            here: Any = (slice(None), member)
            own = (inputs[here], tuple(part[here] for part in state), step.at(here))
            alone = tuple(torch.empty_like(part[member]) for part in rows)
            cell.pullbacks(*own)(2, tuple(part[member] for part in rows), alone)
            pairs = zip(alone, into, strict=True)
            assert all(torch.equal(a, b[member]) for a, b in pairs)


@pytest.mark.parametrize("lead", [(), (3,)])
@pytest.mark.parametrize("sides", [(16, 32), (48, 16), (10, 16), (16, 7)])
def test_pulling_is_pull_through(sides, lead):
    draw = torch.Generator().manual_seed(4)
    weight = torch.randn(*lead, *sides, generator=draw)
    rows = torch.randn(*lead, 4, 5, sides[0], generator=draw)
    expected = batch_invariant.pull_through(rows, weight)
    found = batch_invariant.pulling(weight)(rows, torch.empty_like(expected))
    assert torch.equal(found, expected)


class Plain(Cell):
    """A user's cell: nothing but a step."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.weight = torch.nn.Parameter(torch.ones(hidden_size, hidden_size))

    def step(self, inputs, state):
        return Step(state=(torch.tanh(inputs + state[0] @ self.weight.mT),))


def test_a_users_cell_gives_some_steps_too():
    cell = Plain(4, 4).double()
    inputs, state, step = visit(cell, STEPS, 2)
    found = cell.jacobians(inputs, state, step)(slice(1, 4)).blocks["hh"]
    expected = cell.jacobian(inputs, state, step).blocks["hh"][1:4]
    torch.testing.assert_close(found, expected)
