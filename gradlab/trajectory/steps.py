"""One step after the other."""

from collections.abc import Iterator, Sequence

from torch import Tensor

from gradlab.cells.base import Cell, Step
from gradlab.errors import ShapeError


def walk(cell: Cell, inputs: Tensor, state: tuple[Tensor, ...]) -> Iterator[Step]:
    """Yield the steps over ``inputs`` (T, …, B, I) from ``state``."""
    for x in inputs:
        step = step_from(cell, x, state)
        state = step.state
        yield step


def step_from(cell: Cell, inputs: Tensor, before: tuple[Tensor, ...]) -> Step:
    """Return the step from a state, if it is one, with states shaped as those before.

    Raises:
        ShapeError: where a user's cell gives something else.
    """
    step = cell.step(inputs, before)
    name = getattr(cell, "name", type(cell).__name__)
    if not isinstance(step, Step):
        raise ShapeError(
            got=f"a {type(step).__name__} from step of cell {name}",
            expected="a Step",
            try_=f"return Step(state=({', '.join(cell.state_names)},))",
        )
    shapes = [tuple(state.shape) for state in step.state]
    expected = [tuple(state.shape) for state in before]
    if shapes != expected:
        raise ShapeError(
            got=f"next states of shapes {said(shapes)} from step of cell {name}",
            expected=f"{said(expected)}, as the states before",
            try_="state_sizes, where a state is not hidden_size wide",
        )
    return step


def said(shapes: Sequence[tuple[int, ...]]) -> str:
    """Return shapes as a message says them."""
    return ", ".join(str(shape) for shape in shapes)
