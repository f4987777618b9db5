"""Whether a step that is run again gives the state it gave before.

A derivative is that of the step that ran only if the step is a function of inputs and
state: one with random numbers of its own, or that counts its calls, is another function
each time.
"""

from typing import Any

import torch
from torch import Tensor

from gradlab.cells._step import Step
from gradlab.errors import ConfigError


def differs(found: tuple[Tensor, ...], before: tuple[Tensor, ...]) -> Tensor:
    """Return where states (…, n) differ by more than rounding does, (…) bool.

    Rounding in another order, as with another number of sequences, moves a state by a
    few eps of its largest number; here up to sqrt(eps) of it counts as the same.
    """
    wrong = [
        ~_close(one.detach(), other.detach())
        for one, other in zip(found, before, strict=True)
    ]
    return torch.stack(wrong).any(0)


def _close(found: Tensor, before: Tensor) -> Tensor:
    if not before.is_floating_point():
        return (found == before).all(-1)
    largest = before.abs().nan_to_num(0.0, 0.0).amax(-1, keepdim=True)
    near = (found - before).abs() <= torch.finfo(before.dtype).eps ** 0.5 * largest
    same = (found == before) | (found.isnan() & before.isnan())
    return (near | same).all(-1)


def require_repeated(
    cell: Any,
    after: tuple[Tensor, ...],
    inputs: Tensor,
    state: tuple[Tensor, ...],
    step: Step,
) -> None:
    """Check that a step that was run again, to differentiate it, gave the same state.

    In another dtype, or with other sequences beside it, rounding can take a step over
    a threshold. It then still agrees with itself.

    Args:
        cell: a :class:`gradlab.Cell`, whose step it is.
        after: the state it gave now.
        inputs: x_t.
        state: s_{t-1}.
        step: what it gave before.

    Raises:
        ConfigError: it did not.
    """
    if differs(after, step.state).any():
        with torch.no_grad():
            again = cell.step(inputs, state).state
        if differs(again, after).any():
            raise not_repeated(cell)


def not_repeated(cell: Any) -> ConfigError:
    """Return the error for a cell whose step is another function each time."""
    name = getattr(cell, "name", type(cell).__name__)
    return ConfigError(
        got=f"another next state when a step of cell {name} was run again with the "
        "same inputs and state",
        expected="a step that depends on inputs and state alone",
        try_="a random mask or a clock as one more state: initial_state draws it from "
        "a torch.Generator with a seed, step reads it by detach() and hands it on; "
        "dropout off by eval()",
    )
