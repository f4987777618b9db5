"""The result of one step of a cell, its keep gate, and the blocks of its Jacobian.

Orientation, for the whole package: J_t = ds_t/ds_{t-1}; rows are the later state,
columns the earlier one. Block ``("h", "c")`` is dh_t/dc_{t-1}.
Carry and conveyor are defined in :mod:`gradlab.cells.base`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from types import MappingProxyType
from typing import NamedTuple

import torch
from torch import Tensor

from gradlab.errors import ConfigError


_EMPTY: Mapping[str, Tensor] = MappingProxyType({})


@dataclass(frozen=True)
class RecurrentProduct:
    """One product ``weight_hh[rows] @ operand`` inside a step.

    Attributes:
        rows: the rows of ``weight_hh``.
        operand: (…, B, n), what they multiply.
        product: (…, B, rows), the tensor of the autograd graph; with delta_t, the
            gradient of the loss by it, the step contributes delta_t operand^T to
            dL/dweight_hh[rows].
    """

    rows: slice
    operand: Tensor
    product: Tensor


@dataclass(frozen=True)
class Step:
    """What one step returns; all tensors may have a leading time axis for many steps.

    Attributes:
        state: s_t, in the order of ``state_names``, each (…, B, n).
        gates: gate values by name, (…, B, H); empty for a plain RNN.
        pre_activations: the arguments of the gates' nonlinearities by the same names;
            the plain RNN's is called ``recurrent``.
        recurrent: the products with ``weight_hh``; empty where a cell does not give
            them.
    """

    state: tuple[Tensor, ...]
    gates: Mapping[str, Tensor] = field(default_factory=lambda: _EMPTY)
    pre_activations: Mapping[str, Tensor] = field(default_factory=lambda: _EMPTY)
    recurrent: tuple[RecurrentProduct, ...] = ()

    def at(self, index: int | slice | tuple) -> "Step":
        """Return the step with every tensor at ``index`` of its leading axes."""
        return combine(lambda tensors: tensors[0][index], [self])


def combine(function: Callable[[list[Tensor]], Tensor], steps: Sequence[Step]) -> Step:
    """Apply ``function`` to the list of each tensor's values in ``steps``.

    ``combine(torch.stack, steps)`` gives the steps along a leading time axis.
    """
    first = steps[0]
    return Step(
        tuple(function([s.state[k] for s in steps]) for k in range(len(first.state))),
        {name: function([s.gates[name] for s in steps]) for name in first.gates},
        {
            name: function([s.pre_activations[name] for s in steps])
            for name in first.pre_activations
        },
        tuple(
            RecurrentProduct(
                product.rows,
                function([s.recurrent[k].operand for s in steps]),
                function([s.recurrent[k].product for s in steps]),
            )
            for k, product in enumerate(first.recurrent)
        ),
    )


class KeepGate(NamedTuple):
    """The gate that keeps the carry.

    Attributes:
        name: one of ``gate_names``.
        sign: +1 if a high gate keeps the carry, -1 if it replaces it.
    """

    name: str
    sign: int


@dataclass(frozen=True)
class Diagonal:
    """A diagonal block, given by its diagonal ``values`` (…, B, n)."""

    values: Tensor

    def dense(self) -> Tensor:
        """Return the block as a matrix (…, B, n, n)."""
        return torch.diag_embed(self.values)


@dataclass(frozen=True)
class StepJacobian:
    """J_t = ds_t/ds_{t-1} in blocks, with the conveyor stored separately.

    Attributes:
        blocks: by later and earlier state, e.g. ``("h", "c")`` for dh_t/dc_{t-1}:
            (…, B, later, earlier) or :class:`Diagonal`. Without the conveyor; absent
            blocks are zero.
        conveyor: (…, B, n), the diagonal to add to the carry's own block (the last
            state's: c by c for the LSTM, h by h for the GRU), or None.
    """

    blocks: Mapping[tuple[str, str], Tensor | Diagonal]
    conveyor: Tensor | None = None

    def dense(self, names: Sequence[str], sizes: Sequence[int]) -> Tensor:
        """Return J_t as one matrix (…, B, n, n), n being the sum of ``sizes``.

        Args:
            names: of the states, in their order.
            sizes: their widths.
        """
        self.check_blocks(names)
        vectors = (
            block.values if isinstance(block, Diagonal) else block[..., 0]
            for block in self.blocks.values()
        )
        like = next(vectors, self.conveyor)
        assert like is not None, "neither a block nor a conveyor"
        matrix = like.new_zeros(*like.shape[:-1], sum(sizes), sum(sizes))
        offsets = [sum(sizes[:k]) for k in range(len(sizes))]
        slices = {
            name: slice(o, o + n)
            for name, o, n in zip(names, offsets, sizes, strict=True)
        }
        for (later, earlier), block in self.blocks.items():
            dense = block.dense() if isinstance(block, Diagonal) else block
            matrix[..., slices[later], slices[earlier]] = dense
        if self.conveyor is not None:
            carry = slices[names[-1]]
            matrix[..., carry, carry].diagonal(dim1=-2, dim2=-1).add_(self.conveyor)
        return matrix

    def check_blocks(self, names: Sequence[str]) -> None:
        """Check that each block is of a later and an earlier state among ``names``.

        Raises:
            ConfigError: for another key.
        """
        known = set(product(names, repeat=2))
        for key in self.blocks:
            if key not in known:
                raise ConfigError(
                    got=f"a block {key!r} of a StepJacobian",
                    expected=f"later and earlier state, each of {', '.join(names)}",
                    try_=f"blocks={{{(names[0], names[0])}: ...}}",
                )


def distinct_names(
    parts: Sequence[tuple[str, ...]], separator: str = "", taken: Sequence[str] = ()
) -> tuple[str, ...]:
    """Join the parts of each name, by dots where two names would read alike.

    Args:
        parts: of each name, all different.
        separator: between the parts of a name.
        taken: names that none of these may be.

    >>> distinct_names([("h", "c"), ("c", "h")])
    ('hc', 'ch')
    >>> distinct_names([("h", "hh"), ("hh", "h")])
    ('h.hh', 'hh.h')
    """
    for between in (separator, "."):
        names = tuple(between.join(one) for one in parts)
        if len({*names, *taken}) == len(names) + len(taken):
            return names
    return tuple(map(str, parts))
