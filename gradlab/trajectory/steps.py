"""Iterate over the steps of a cell, and check what each returns."""

from collections.abc import Iterator, Sequence

from torch import Tensor

from gradlab.cells._states import check_states
from gradlab.cells.base import Cell, Step
from gradlab.errors import ConfigError, ShapeError


def iterate_steps(
    cell: Cell, inputs: Tensor, state: tuple[Tensor, ...]
) -> Iterator[Step]:
    """Yield the steps over ``inputs`` (T, …, B, I) from ``state`` s_0."""
    for x in inputs:
        step = step_checked(cell, x, state)
        state = step.state
        yield step


def step_checked(cell: Cell, inputs: Tensor, before: tuple[Tensor, ...]) -> Step:
    """Return the step from the state ``before``.

    Raises:
        ShapeError: if the cell returns no Step, or states of other shapes.
        ConfigError: for states that are matrices or complex; a step that changes its
            arguments in place.
    """
    arguments = (inputs, *before)
    versions = [_version(argument) for argument in arguments]
    name = getattr(cell, "name", type(cell).__name__)
    try:
        step = cell.step(inputs, before)
    except RuntimeError as error:
        message = str(error).partition("\n")[0]
        if "shapes cannot be multiplied" in message or "must match" in message:
            raise _misfit(cell, name, message, arguments) from error
        raise
    for k, (argument, version) in enumerate(zip(arguments, versions, strict=True)):
        if _version(argument) != version:
            what = f"state {cell.state_names[k - 1]}" if k else "inputs"
            raise ConfigError(
                got=f"a step of cell {name} that changes its {what} in place",
                expected="a step that leaves inputs and state as they are",
                try_="x = 2 * x in place of x.mul_(2) or x *= 2; or x.clone() before",
            )
    if not isinstance(step, Step):
        raise ShapeError(
            got=f"a {type(step).__name__} from step of cell {name}",
            expected="a Step",
            try_=f"return Step(state=({', '.join(cell.state_names)},))",
        )
    check_states(cell, step.state, [state.ndim for state in before])
    for state, old, of in zip(step.state, before, cell.state_names, strict=False):
        if state.is_floating_point() and state.dtype != old.dtype:
            raise ConfigError(
                got=f"state {of} of dtype {state.dtype} from step of cell {name}",
                expected=f"{old.dtype}, as the state before",
                try_=f"{of}.to(inputs) in step, and cell.to({old.dtype})",
            )
    shapes = [tuple(state.shape) for state in step.state]
    expected = [tuple(state.shape) for state in before]
    if shapes != expected:
        raise ShapeError(
            got=f"next states of shapes {shapes_text(shapes)} from step of cell {name}",
            expected=f"{shapes_text(expected)}, as the states before",
            try_="state_sizes, where a state is not hidden_size wide",
        )
    return step


def _misfit(
    cell: Cell, name: str, message: str, arguments: Sequence[Tensor]
) -> ShapeError:
    """Return the error for a step whose products do not fit its arguments."""
    shapes = [tuple(argument.shape) for argument in arguments]
    of = zip(("inputs", *cell.state_names), shapes, strict=False)
    return ShapeError(
        got=f"{message!r} from step of cell {name}",
        expected=f"a step for {', '.join(f'{what} {shape}' for what, shape in of)}",
        try_="state_sizes, where a state is not hidden_size wide",
    )


def _version(tensor: Tensor) -> int:
    """Return how often a tensor was changed in place; 0 where torch does not count."""
    return 0 if tensor.is_inference() else tensor._version


def shapes_text(shapes: Sequence[tuple[int, ...]]) -> str:
    """Return shapes as text for messages."""
    return ", ".join(str(shape) for shape in shapes)
