"""What the states of a cell may be."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from gradlab.errors import ConfigError


def check_states(cell: Any, states: Sequence[Tensor], axes: Sequence[int]) -> None:
    """Check that states are vectors of real numbers, one for each name.

    Args:
        cell: a :class:`gradlab.Cell`, whose states they are.
        states: in the cell's order.
        axes: how many axes each should have.

    Raises:
        ConfigError: they are not.
    """
    names, owner = cell.state_names, getattr(cell, "name", type(cell).__name__)
    if len(set(names)) < len(names):
        raise ConfigError(
            got=f"states {', '.join(names)} of cell {owner}",
            expected="a name of its own for each state",
            try_='state_names = ("h", "c")',
        )
    for name, state, usual in zip(names, states, axes, strict=False):
        if state.ndim > usual:
            shape = tuple(state.shape[usual - 1 :])
            raise ConfigError(
                got=f"state {name} of cell {owner} with {shape} numbers a sequence",
                expected="a vector for each sequence",
                try_=f"handing it on as {name}.flatten({-len(shape)}), its length in "
                f"state_sizes, and {name}.unflatten(-1, {shape}) inside step",
            )
        if state.is_complex():
            raise ConfigError(
                got=f"complex numbers in state {name} of cell {owner}",
                expected="real numbers",
                try_=f"two states {name}_re and {name}_im, its real and imaginary "
                f"part, and torch.complex({name}_re, {name}_im) inside step",
            )
