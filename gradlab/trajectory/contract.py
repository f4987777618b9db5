"""What every derivative rests on, looked at where a user's cell has run.

That sequences do not depend on each other, and that autograd can follow the state. The
package's own cells are known to be so and are not asked.
"""

import torch
from torch import Tensor

from gradlab.cells._automatic import depends_on_others, is_followed
from gradlab.cells._repeat import differs
from gradlab.cells.base import Cell
from gradlab.errors import ConfigError


_NUDGE = 1e-3
"""Of a state: most of a smooth step's numbers move, few of a threshold's."""


def require_separate_sequences(
    cell: Cell, inputs: Tensor, states: tuple[Tensor, ...]
) -> None:
    """Refuse a step that mixes the sequences of a batch.

    At the first and the last step, of the first and the last sequence: autograd must
    find no derivative by another's state, and among copies of itself a sequence must
    have the next state it had. The batch keeps its size, so that products are rounded
    the same way, in any dtype, and a cell may have something of its own for each
    sequence.

    Args:
        cell: one cell, or an ensemble; a batch of one is accepted.
        inputs: (T, …M, B, I).
        states: s_0 .. s_T, one (T + 1, …M, B, n) per state name.

    Raises:
        ConfigError: it does.
    """
    count, length = inputs.shape[-2], len(inputs)
    if count == 1:
        return
    for t in sorted({0, length - 1}):
        before, after = (tuple(s[k] for s in states) for k in (t, t + 1))
        for sequence in (0, count - 1):
            x, *state = (
                whole[..., sequence, None, :].expand_as(whole).contiguous()
                for whole in (inputs[t], *before)
            )
            moved = differs(cell.step(x, tuple(state)).state, after)[..., sequence]
            if moved.any() or _has_derivative(cell, inputs[t], before, sequence):
                raise _mixes(cell)


def require_followed(
    cell: Cell, inputs: Tensor, before: tuple[Tensor, ...], after: tuple[Tensor, ...]
) -> None:
    """Refuse a step that depends on the state where autograd cannot see it.

    Where there is no path through autograd, all Jacobians are zero. That is right of a
    step that ignores its state, and of one with thresholds alone.

    Args:
        cell: one cell, or an ensemble.
        inputs: x_t.
        before: s_{t-1}.
        after: s_t.

    Raises:
        ConfigError: a slightly other state gives another next one, without a path.
    """
    nudged = tuple(s + _NUDGE * (s.abs() + 1) for s in before)
    try:
        if is_followed(cell, inputs, before):
            return
        found = cell.step(inputs, nudged).state
    except Exception:  # what it cannot do it says where it is asked for
        return
    moved = [
        ((new != old) & ~new.isnan()).flatten()
        for new, old in zip(found, after, strict=True)
    ]
    if torch.cat(moved).float().mean() > 0.5:
        raise ConfigError(
            got=f"a step of cell {_name(cell)} whose next state depends on the state, "
            "but through nothing that autograd records",
            expected="a step that autograd can follow from state to state",
            try_="torch's functions without no_grad, detach, .data and NumPy",
        )


def _has_derivative(
    cell: Cell, inputs: Tensor, state: tuple[Tensor, ...], sequence: int
) -> bool:
    try:
        return depends_on_others(cell, inputs, state, sequence)
    except Exception:  # where it is differentiated it raises that again
        return False


def _mixes(cell: Cell) -> ConfigError:
    return ConfigError(
        got=f"a step of cell {_name(cell)} in which the sequences of a batch depend "
        "on each other",
        expected="a next state that depends on its own sequence alone",
        try_="normalising over features (torch.nn.LayerNorm) in place of the batch; "
        "cell.eval() for BatchNorm",
    )


def _name(cell: Cell) -> str:
    return getattr(cell, "name", type(cell).__name__)
