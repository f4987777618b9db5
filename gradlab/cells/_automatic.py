"""Derivatives by autograd, for cells without closed forms.

The sequences of a batch do not depend on each other. So a step of K copies of every
sequence, and one backward pass with another cotangent in each copy, gives K rows of
every sequence's Jacobian. Plain autograd is enough for that: what torch.func cannot
differentiate, such as an old ``autograd.Function`` or ``torch.utils.checkpoint``, is no
exception, and the seconds that the first call of torch.func takes are saved.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from gradlab.cells._repeat import differs, require_repeated
from gradlab.cells._step import Step


_NUMBERS_AT_ONCE = 2**20
"""Of all copies of a state; autograd holds some twenty times as many."""


def jacobian(
    cell: Any,
    inputs: Tensor,
    state: tuple[Tensor, ...],
    step: Step,
    by: Sequence[int],
) -> list[tuple[Tensor, ...]]:
    """Return ds_t by some arguments of a step, of the k-th state as ``[k][j]``.

    Each is (…, B, n_k, n_j), detached.

    Args:
        cell: a :class:`gradlab.Cell`, whose step it is.
        inputs: x_t.
        state: s_{t-1}.
        step: what the step gave.
        by: the arguments, 0 for the inputs and k + 1 for the k-th state.

    Raises:
        ConfigError: the step gives another state now.
    """
    sizes = [part.shape[-1] for part in step.state]
    unit = torch.eye(sum(sizes), dtype=step.state[0].dtype, device=inputs.device)
    rows = tuple(
        part.expand(*inputs.shape[:-1], *part.shape) for part in unit.split(sizes, -1)
    )
    found = vjp(cell, inputs, state, step, rows, by)
    return list(zip(*(part.split(sizes, -2) for part in found), strict=True))


def vjp(
    cell: Any,
    inputs: Tensor,
    state: tuple[Tensor, ...],
    step: Step,
    cotangents: tuple[Tensor, ...],
    by: Sequence[int],
) -> tuple[Tensor, ...]:
    """Return cotangents @ Jacobian by argument, (…, B, K, n_j), detached.

    As :func:`jacobian`; ``cotangents`` are K rows for each state, (…, B, K, n_k).
    """
    numbers = sum(part.numel() for part in state)
    copies = max(1, _NUMBERS_AT_ONCE // max(1, numbers))
    parts = zip(*(rows.split(copies, -2) for rows in cotangents), strict=True)
    found = [_some_rows(cell, (inputs, *state), step, rows, by) for rows in parts]
    if len(found) == 1:
        return found[0]
    return tuple(torch.cat(columns, -2) for columns in zip(*found, strict=True))


def depends_on_others(
    cell: Any, inputs: Tensor, state: tuple[Tensor, ...], sequence: int
) -> bool:
    """Return whether a sequence's next state has a derivative by another's state.

    Where sequences do not meet, the derivative is no small number but zero, in every
    dtype: nothing that rounding does can make it another, and no tolerance is needed.

    Args:
        cell: a :class:`gradlab.Cell`, whose step it is.
        inputs: x_t, (…M, B, I).
        state: s_{t-1}.
        sequence: its index along B.
    """
    by_state = range(1, len(state) + 1)
    with _graph(cell, (inputs, *state), by_state) as (outputs, leaves):
        rows = []
        for output in outputs:  # unequal weights: a normalised state has a fixed sum
            weights = torch.arange(1, output.shape[-1] + 1).to(output).sqrt()
            row = torch.zeros_like(output)
            row[..., sequence, :] = weights
            rows.append(row)
        found = _gradients(outputs, rows, leaves, once=True)
    others = torch.arange(inputs.shape[-2], device=inputs.device) != sequence
    return any(
        bool(part[..., others, :].nan_to_num(0.0, 0.0, 0.0).any()) for part in found
    )


def is_followed(cell: Any, inputs: Tensor, state: tuple[Tensor, ...]) -> bool:
    """Return whether autograd finds a path from the state to the next one."""
    by_state = range(1, len(state) + 1)
    with _graph(cell, (inputs, *state), by_state) as (outputs, _):
        return any(output.requires_grad for output in outputs)


@contextmanager
def frozen(module: nn.Module) -> Iterator[None]:
    """Let no parameter require a gradient, so that a backward pass fills no ``.grad``.

    (``backward(inputs=...)`` does not, either, but reentrant checkpoints refuse it.)
    """
    trained = [one for one in module.parameters() if one.requires_grad]
    for parameter in trained:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in trained:
            parameter.requires_grad_(True)


def _some_rows(
    cell: Any,
    arguments: tuple[Tensor, ...],
    step: Step,
    cotangents: tuple[Tensor, ...],
    by: Sequence[int],
) -> tuple[Tensor, ...]:
    """Return some rows: from copies of the sequences, or one after the other.

    Copies go wrong where a cell has something of its own for each sequence of a batch.
    """
    try:
        after, found = _of_copies(cell, arguments, cotangents, by)
        wrong = bool(differs(after, step.state).any())
    except Exception:  # one after the other it raises what it raises by itself
        wrong = True
    if wrong:
        after, found = _one_by_one(cell, arguments, cotangents, by)
        require_repeated(cell, after, arguments[0], arguments[1:], step)
    return found


def _of_copies(
    cell: Any,
    arguments: tuple[Tensor, ...],
    cotangents: tuple[Tensor, ...],
    by: Sequence[int],
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Return the next state of each copy, (K, …, B, n), and the rows."""
    count, lead = cotangents[0].shape[-2], arguments[0].shape[:-1]

    def as_batch(copies: Tensor) -> Tensor:
        whole = cell.supports_ensembles
        return copies.contiguous() if whole else copies.flatten(0, -2)

    copied = [as_batch(one.detach().expand(count, *one.shape)) for one in arguments]
    rows = [as_batch(part.movedim(-2, 0)) for part in cotangents]
    with _graph(cell, copied, by) as (outputs, leaves):
        found = _gradients(outputs, rows, leaves, once=True)
    after = tuple(one.detach().reshape(count, *lead, one.shape[-1]) for one in outputs)
    return after, tuple(
        part.reshape(count, *lead, part.shape[-1]).movedim(0, -2) for part in found
    )


def _one_by_one(
    cell: Any,
    arguments: tuple[Tensor, ...],
    cotangents: tuple[Tensor, ...],
    by: Sequence[int],
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Return the next state, and the rows, a backward pass for each."""
    with _graph(cell, arguments, by) as (outputs, leaves):
        rows = zip(*(part.unbind(-2) for part in cotangents), strict=True)
        found = [_gradients(outputs, row, leaves, once=False) for row in rows]
    after = tuple(output.detach() for output in outputs)
    return after, tuple(torch.stack(part, -2) for part in zip(*found, strict=True))


@contextmanager
def _graph(
    cell: Any, arguments: Sequence[Tensor], by: Sequence[int]
) -> Iterator[tuple[tuple[Tensor, ...], list[Tensor]]]:
    """Yield the next state with an autograd graph, and the leaves it comes from."""
    inputs, *state = (one.detach() for one in arguments)
    leaves = [inputs, *state]
    for place in by:
        leaves[place] = leaves[place].clone().requires_grad_()
    with frozen(cell), torch.enable_grad():
        after = cell.step(leaves[0], tuple(leaves[1:])).state
        yield after, [leaves[place] for place in by]


def _gradients(
    outputs: Sequence[Tensor],
    rows: Sequence[Tensor],
    leaves: Sequence[Tensor],
    *,
    once: bool,
) -> tuple[Tensor, ...]:
    """Return the gradient of rows . outputs by each leaf, zeros where there is none.

    ``once``: the graph is not needed any more.
    """
    for leaf in leaves:
        leaf.grad = None
    pairs = zip(outputs, rows, strict=True)
    total = torch.stack([(output * row).sum() for output, row in pairs]).sum()
    if total.requires_grad:
        total.backward(retain_graph=not once)
    return tuple(
        torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for leaf in leaves
    )
