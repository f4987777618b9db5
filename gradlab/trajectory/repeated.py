"""Run the steps of a trajectory again, to see whether they give the same states."""

from itertools import cycle, islice

import torch
from torch import Tensor

from gradlab.activations.base import Activation
from gradlab.cells._repeat import differs, not_repeated
from gradlab.cells.base import Cell
from gradlab.numerics.random_state import random_state_kept
from gradlab.trajectory.contract import require_followed, require_separate_sequences


# So many steps are run again by themselves at least: what counts its calls up to such a
# number is found out, however short the run. And so many at most of those that another
# number of sequences gave another state.
_LEAST, _MOST = 16, 64
_NUMBERS_AT_ONCE = 2**22


@torch.no_grad()
def repeat_steps(cell: Cell, inputs: Tensor, states: tuple[Tensor, ...]) -> bool:
    """Run all steps again, those of many times at once as sequences of one batch.

    That a step is a function of inputs and state is what every derivative rests on, and
    that sequences do not depend on each other, which is looked at then
    (:mod:`gradlab.trajectory.contract`). The package's own cells are known to be so and
    are not run. Draws nothing from the generators of torch, NumPy and Python.

    Args:
        cell: one cell, or an ensemble.
        inputs: (T, …M, B, I).
        states: s_0 .. s_T, one (T + 1, …M, B, n) per state name.

    Returns:
        whether steps of many times at once give the stored states: False for a cell
        that has something of its own for each sequence of a batch.

    Raises:
        ConfigError: a step gives another state when it is run again by itself, mixes
            the sequences of a batch, or hides from autograd how it uses the state.
    """
    if is_ours(cell):
        return True
    with random_state_kept(inputs.device):
        wrong = _wrong_at_once(cell, inputs, states)
        length = len(inputs)
        spread = wrong[:: -(-len(wrong) // _MOST)] if wrong else []
        chosen = spread or list(range(length))
        for t in islice(cycle(reversed(chosen)), max(_LEAST, len(spread))):
            before, after = (tuple(s[t + k] for s in states) for k in (0, 1))
            if differs(cell.step(inputs[t], before).state, after).any():
                raise not_repeated(cell)
        require_separate_sequences(cell, inputs, states)
        first, last = (tuple(s[k] for s in states) for k in (-2, -1))
        require_followed(cell, inputs[-1], first, last)
    return not wrong


def is_ours(cell: Cell) -> bool:
    """Return whether a cell, its layers and its activations are of this package."""
    return all(
        type(part).__module__.startswith("gradlab.")
        for module in cell.modules()
        for part in (module, *vars(module).values())
        if isinstance(part, Cell | Activation)
    )


def _wrong_at_once(cell: Cell, inputs: Tensor, states: tuple[Tensor, ...]) -> list[int]:
    """Return the steps that, many at once, give other states than those stored."""
    numbers = max(1, sum(state[0].numel() for state in states))
    at_once = max(1, _NUMBERS_AT_ONCE // numbers)
    wrong: list[int] = []
    for start in range(0, len(inputs), at_once):
        x = inputs[start : start + at_once]
        before = tuple(state[start : start + len(x)] for state in states)
        after = tuple(state[start + 1 : start + 1 + len(x)] for state in states)
        where = _differing(cell, x, before, after)
        wrong += [
            start + t for t in where.flatten(1).any(-1).nonzero().flatten().tolist()
        ]
    return wrong


def _differing(
    cell: Cell, inputs: Tensor, before: tuple[Tensor, ...], after: tuple[Tensor, ...]
) -> Tensor:
    """Return where steps of many times at once differ from ``after``, (T, …M, B)."""
    lead = inputs.shape[:-1]
    if not cell.supports_ensembles:
        inputs, before, after = (
            inputs.flatten(0, 1),
            *(tuple(s.flatten(0, 1) for s in part) for part in (before, after)),
        )
    try:
        found = cell.step(inputs, before).state
        return differs(found, after).reshape(lead)
    except Exception:  # the cell cannot: that is what is asked
        return torch.ones(lead, dtype=torch.bool)
