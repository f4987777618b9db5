"""Several steps at once: the same as one after the other, bit for bit."""

from typing import Any

import pytest
import torch

from gradlab.cells import Cell, Diagonal, Step, StepJacobian, ensemble
from tests.cells.cases import PLAIN, members, rough, visit


STEPS = 5
SPECS = [*PLAIN, "lstm:layers=2", "gru:layers=2"]


def same(a: torch.Tensor | Diagonal | None, b: torch.Tensor | Diagonal | None) -> bool:
    if isinstance(a, Diagonal) and isinstance(b, Diagonal):
        return same(a.values, b.values)
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        return torch.equal(a, b)
    return a is b is None


def several_steps(spec: str, hidden: int, many: bool):
    """A cell, STEPS of it along a leading time axis, and one of them by its number."""
    one = rough(spec, hidden=hidden, dtype=torch.float32)
    cell = ensemble(list(members(one, 3))) if many else one
    inputs, state, step = visit(cell, STEPS, *([3] if many else []), 4)

    def at(k: int) -> tuple:
        return inputs[k], tuple(part[k] for part in state), step.at(k)

    return cell, (inputs, state, step), at


def some(inputs, state, step, span: slice) -> tuple:
    return inputs[span], tuple(part[span] for part in state), step.at(span)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("hidden", [7, 16])
@pytest.mark.parametrize("spec", SPECS)
def test_the_jacobian_of_a_slice_of_time_is_that_of_each_step(spec, hidden, many):
    cell, together, at = several_steps(spec, hidden, many)
    with torch.no_grad():
        for span in (slice(0, STEPS), slice(1, 3), slice(4, 5)):
            found = cell.jacobian(*some(*together, span))
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


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("spec", SPECS)
def test_a_jacobian_written_to_out_is_the_same(spec, many):
    cell, together, _ = several_steps(spec, 16, many)
    now = some(*together, slice(0, 2))
    with torch.no_grad():
        earlier = cell.jacobian(*some(*together, slice(3, 5)))
        found, expected = cell.jacobian(*now, out=earlier), cell.jacobian(*now)
    assert found.blocks.keys() == expected.blocks.keys()
    assert all(same(found.blocks[key], expected.blocks[key]) for key in found.blocks)
    assert same(found.conveyor, expected.conveyor)


@pytest.mark.parametrize("spec", ["rnn", "lstm", "gru"])
def test_the_dense_blocks_of_out_are_reused(spec):
    cell, together, _ = several_steps(spec, 16, many=False)
    with torch.no_grad():
        earlier = cell.jacobian(*some(*together, slice(3, 5))).blocks
        dense = {k: b for k, b in earlier.items() if isinstance(b, torch.Tensor)}
        out = StepJacobian(earlier)
        found = cell.jacobian(*some(*together, slice(0, 2)), out=out).blocks
    assert dense
    assert all(found[key].data_ptr() == dense[key].data_ptr() for key in dense)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("hidden", [7, 16])
@pytest.mark.parametrize("spec", SPECS)
def test_the_vjp_of_a_slice_of_time_is_that_of_each_step(spec, hidden, many):
    cell, together, at = several_steps(spec, hidden, many)
    draw = torch.Generator().manual_seed(3)
    rows = tuple(
        torch.randn(*together[0].shape[:-1], 6, size, generator=draw)
        for size in cell.state_sizes
    )
    out = tuple(torch.ones_like(part) for part in rows)
    with torch.no_grad():
        fresh = cell.vjp(*together, rows)
        found = cell.vjp(*together, rows, out=out)
        for k in range(STEPS):
            expected = cell.vjp(*at(k), tuple(part[k] for part in rows))
            for one, two, three in zip(fresh, found, expected, strict=True):
                assert torch.equal(one[k], three)
                assert torch.equal(two[k], three)
    assert all(f.data_ptr() == o.data_ptr() for f, o in zip(found, out, strict=True))


@pytest.mark.parametrize("hidden", [10, 32, 37])
@pytest.mark.parametrize("spec", [*SPECS, "gru:layers=3"])
def test_the_vjp_of_a_member_is_its_own_alone(spec, hidden):
    cells = list(members(rough(spec, hidden=hidden, dtype=torch.float32), 3))
    together = ensemble(cells)
    inputs, state, step = visit(together, STEPS, 3, 4)
    draw = torch.Generator().manual_seed(3)
    rows = tuple(
        torch.randn(STEPS, 3, 4, 12, size, generator=draw)
        for size in together.state_sizes
    )
    with torch.no_grad():
        found = together.vjp(inputs, state, step, rows)
        for member, cell in enumerate(cells):
            here: Any = (slice(None), member)
            own = (inputs[here], tuple(part[here] for part in state), step.at(here))
            alone = cell.vjp(*own, tuple(part[here] for part in rows))
            pairs = zip(alone, found, strict=True)
            assert all(torch.equal(a, b[here]) for a, b in pairs)


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
    found = cell.jacobian(*some(inputs, state, step, slice(1, 4))).blocks["h", "h"]
    expected = cell.jacobian(inputs, state, step).blocks["h", "h"][1:4]
    torch.testing.assert_close(found, expected)
