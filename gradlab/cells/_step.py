"""What a step and its derivative are made of.

Orientation, written here once: J_t = ds_t/ds_{t-1}, rows are the later state, columns
the earlier one. Block ``"hc"`` is dh_t/dc_{t-1}.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import torch
from torch import Tensor


if TYPE_CHECKING:
    from gradlab.cells.base import Cell

_EMPTY: Mapping[str, Tensor] = MappingProxyType({})


@dataclass(frozen=True)
class Recurrent:
    """One use of weight_hh inside a step.

    Attributes:
        rows: which rows of ``weight_hh`` are used.
        operand: (…, B, n), what they multiply.
        product: (…, B, rows), ``weight_hh[rows] @ operand`` as it stands in the graph;
            the gradient that reaches it is delta_t, and the step's contribution to
            dL/dweight_hh[rows] is the outer product of delta_t and the operand.
    """

    rows: slice
    operand: Tensor
    product: Tensor


@dataclass(frozen=True)
class Step:
    """What one step gives.

    Attributes:
        state: the next state, in the order of ``state_names``, each (…, B, n).
        gates: gate values by name, (…, B, H); empty for a plain RNN.
        pre_activations: what the gates' nonlinearities were applied to, same names;
            the plain RNN's is called ``recurrent``.
        recurrent: the uses of ``weight_hh``; empty where a cell does not say.
    """

    state: tuple[Tensor, ...]
    gates: Mapping[str, Tensor] = field(default_factory=lambda: _EMPTY)
    pre_activations: Mapping[str, Tensor] = field(default_factory=lambda: _EMPTY)
    recurrent: tuple[Recurrent, ...] = ()

    def at(self, k: int | slice) -> "Step":
        """Return the k-th of steps along a leading time axis, or some of them."""
        return Step(
            tuple(part[k] for part in self.state),
            {name: value[k] for name, value in self.gates.items()},
            {name: value[k] for name, value in self.pre_activations.items()},
            tuple(
                Recurrent(use.rows, use.operand[k], use.product[k])
                for use in self.recurrent
            ),
        )


@dataclass(frozen=True)
class Diagonal:
    """A diagonal block, given by its diagonal ``values`` (…, B, n)."""

    values: Tensor

    def dense(self) -> Tensor:
        """Return the block as a matrix (…, B, n, n)."""
        return torch.diag_embed(self.values)


@dataclass(frozen=True)
class StepJacobian:
    """J_t = ds_t/ds_{t-1} in blocks, the conveyor kept apart.

    Attributes:
        blocks: by later and earlier state, e.g. ``"hc"`` for dh_t/dc_{t-1}:
            (…, B, later, earlier) or :class:`Diagonal`. WITHOUT the conveyor; a block
            that is absent is zero.
        conveyor: (…, B, n), the diagonal to add to the carry's own block (the last
            state's: ``"cc"`` for the LSTM, ``"hh"`` for the GRU), or None.
    """

    blocks: Mapping[str, Tensor | Diagonal]
    conveyor: Tensor | None = None

    def dense(self, cell: "Cell") -> Tensor:
        """Return the whole of J_t, (…, B, n, n) with n the width of the whole state."""
        example = next(
            block.values if isinstance(block, Diagonal) else block[..., 0]
            for block in self.blocks.values()
        )
        names, sizes = cell.state_names, cell.state_sizes
        matrix = example.new_zeros(*example.shape[:-1], sum(sizes), sum(sizes))
        offsets = [sum(sizes[:k]) for k in range(len(sizes))]
        place = {
            name: slice(o, o + n)
            for name, o, n in zip(names, offsets, sizes, strict=True)
        }
        for key, block in self.blocks.items():
            later, earlier = split_block(key, names)
            dense = block.dense() if isinstance(block, Diagonal) else block
            matrix[..., place[later], place[earlier]] = dense
        if self.conveyor is not None:
            carry = place[names[-1]]
            matrix[..., carry, carry].diagonal(dim1=-2, dim2=-1).add_(self.conveyor)
        return matrix


def split_block(key: str, names: tuple[str, ...]) -> tuple[str, str]:
    """Return (later, earlier) of a block's key; state names may be long.

    >>> split_block("hc", ("h", "c"))
    ('h', 'c')
    """
    for later in names:
        if key.startswith(later) and key[len(later) :] in names:
            return later, key[len(later) :]
    raise KeyError(key)
