"""The product of Jacobians as a polynomial in the number of recurrent passes."""

# With J_t = A_t + eps B_t the product J_T ... J_{t+1} is a polynomial in eps. A is the
# path of the carry (the last state: c of an LSTM, h of a GRU) by its gates alone (the
# conveyor d, and dh_t/dc_{t-1} of an LSTM), B is everything else,
# so the power of eps counts passes through the recurrent weights (Kanuparthi et al.
# 2019, h-detach, scale B so):
#
#     LSTM   A = [[0, D(s d)], [0, D(d)]]     B = [[hh, 0], [ch, 0]]
#     GRU    A = D(keep)                      B = J - A
#
# Comparing powers of eps in P J_t gives one recursion for each coefficient P_k, for
# the remainder R of more than K passes and for the whole product P:
#
#     P_k <- P_k A + P_{k-1} B       R <- R (A + B) + P_K B       P <- P (A + B)
#
# R has a recursion of its own because P - sum P_k would be a difference of large
# numbers.

import torch
from torch import Tensor

from gradlab.jacobians.batched_jacobian import BatchedJacobian
from gradlab.jacobians.layout import Layout
from gradlab.numerics.batch_invariant import baddbmm_, bmm
from gradlab.numerics.logscale import Scaled, exponents, power_of_two


Columns = dict[str, Tensor]
_NEGLIGIBLE = 120
_SMALLEST = -126
_ZERO = -(2**40)
"""The power of two of a row that is exactly zero."""


class Expansion:
    """The carry's rows of N products, split by the number of recurrent passes.

    Parts differ by hundreds of decades, and so do the rows of one part where units
    forget at different rates. Multiplication from the right does not mix rows, so each
    row of each part of each sequence has its own power of two and is rescaled to near 1
    after every step. Within a row, an entry that underflows the dtype (2^-149 in
    float32, 2^-1074 in float64) relative to the largest is lost, even if it would
    dominate at a longer lag.

    Attributes:
        columns: mantissas by earlier state, (N, K + 3, n, m): the powers 0 .. K, the
            remainder, and the whole; padded to multiples of 16.
        exponent: (N, K + 3, n) int64, the rows' powers of two.

    Args:
        layout: of the state.
        count: N.
        like: a tensor of the dtype and device.
        max_passes: K.
    """

    def __init__(
        self, layout: Layout, count: int, like: Tensor, max_passes: int
    ) -> None:
        self.layout, self.max_passes = layout, max_passes
        self.carry = layout.names[-1]
        eye = layout.identity(like)
        rows = eye[layout.slice_of(self.carry)]
        parts = like.new_zeros(max_passes + 3, *rows.shape)
        parts[0] = parts[-1] = rows
        self.columns = {
            name: parts[..., layout.slice_of(name)]
            .expand(count, -1, -1, -1)
            .contiguous()
            for name in layout.names
        }
        self.exponent = torch.zeros(
            count, *parts.shape[:2], dtype=torch.int64, device=like.device
        )

    def carry_block(self) -> Scaled:
        """Return the carry's own block of every part, (N, K + 3, n, n), padded.

        All rows of a part get its largest power of two; an entry that underflows by
        that is too small to change a norm.
        """
        own = self.columns[self.carry]
        nonzero = (own != 0).any(-1)
        top = torch.where(nonzero, self.exponent, _ZERO).amax(-1)
        top = torch.where(nonzero.any(-1), top, 0)
        shift = torch.where(nonzero, self.exponent - top[..., None], 0)
        factors = power_of_two(shift, own.dtype)
        return Scaled(own * factors[..., None], top)

    def advance(self, step: BatchedJacobian) -> None:
        """Multiply by J_t from the right: all recursions at the top of this file."""
        # In place: P_k A, and R (A + B) and P (A + B). To the next part: P_k B.
        in_place: Columns = {self.carry: self._times_a(step)}
        to_next: Columns = {}
        remainder = self.max_passes + 1
        for name in self.columns:
            by_b = self._times_b(step, name)
            if by_b is None:
                continue
            if name not in in_place:
                in_place[name] = torch.zeros_like(self.columns[name])
            in_place[name][:, remainder:] += by_b[:, remainder:]
            to_next[name] = by_b[:, :remainder]
        if not to_next:
            own = self.columns[self.carry]
            to_next = {self.carry: torch.zeros_like(own[:, :remainder])}
        self._add(in_place, to_next)

    def _times_a(self, step: BatchedJacobian) -> Tensor:
        """Return the carry's column block of P A, the only nonzero one."""
        conveyor = step.conveyor
        assert conveyor is not None, "checked by the caller: the cell has a conveyor"
        total: Tensor | None = self.columns[self.carry] * conveyor[:, None, None, :]
        for later, column in self.columns.items():
            if later != self.carry:
                total = _multiply_add(column, step, later, self.carry, total)
        assert total is not None
        return total

    def _times_b(self, step: BatchedJacobian, earlier: str) -> Tensor | None:
        """Return a column block of P B, (N, K + 3, n, m); None where B has none."""
        if earlier == self.carry:
            own = self.columns[self.carry]
            return _multiply_add(own, step, self.carry, self.carry)
        total = None
        for later, column in self.columns.items():
            total = _multiply_add(column, step, later, earlier, total)
        return total

    def _add(self, in_place: Columns, to_next: Columns) -> None:
        """Add the terms in place and those to the next part; rescale rows to near 1."""
        next_part = slice(1, self.max_passes + 2)
        exponent_to_next = self.exponent[:, : self.max_passes + 1]
        of_in_place = _row_exponents(self.exponent, in_place)
        of_to_next = torch.full_like(of_in_place, _ZERO)
        of_to_next[:, next_part] = _row_exponents(exponent_to_next, to_next)
        target = torch.maximum(of_in_place, of_to_next)
        like = self.columns[self.carry]
        scale = _factors(self.exponent - target, of_in_place, like)
        scale_to_next = _factors(
            exponent_to_next - target[:, next_part],
            of_to_next[:, next_part],
            like,
        )
        for name in self.columns:
            if name not in in_place:
                self.columns[name].zero_()
                continue
            part = in_place[name].mul_(scale)
            if name in to_next:
                part[:, next_part] += to_next[name] * scale_to_next
            self.columns[name] = part
        self.exponent = torch.where(target > _ZERO, target, 0)


def _multiply_add(
    column: Tensor,
    step: BatchedJacobian,
    later: str,
    earlier: str,
    total: Tensor | None = None,
) -> Tensor | None:
    """Return total + column @ block of J_t, without the conveyor; None if both are."""
    count, parts, rows, _ = column.shape
    dense = step.dense.get((later, earlier))
    if dense is not None and total is None:
        total = bmm(column.flatten(1, 2), dense).view(count, parts, rows, -1)
    elif dense is not None and total is not None:
        baddbmm_(total.flatten(1, 2), column.flatten(1, 2), dense)
    values = step.diagonal.get((later, earlier))
    if values is not None:
        scaled = column * values[:, None, None, :]
        total = scaled if total is None else total.add_(scaled)
    return total


def _row_exponents(exponent: Tensor, columns: Columns) -> Tensor:
    """Return e with entries below 2**e, (N, parts, n), of rows over all columns.

    ``_ZERO`` for rows of zeros. Mantissas are taken as at least 2**-126, whose
    reciprocal is a float32.
    """
    largest = [part.abs().amax(-1) for part in columns.values()]
    size = torch.stack(largest).amax(0)
    found = exponent + exponents(size).clamp(min=_SMALLEST)
    return torch.where(size == 0, _ZERO, found)


def _factors(shift: Tensor, exponent: Tensor, like: Tensor) -> Tensor:
    """Return 2**shift as (N, parts, n, 1); 0 for rows that cannot change the sum."""
    significant = (shift >= -_NEGLIGIBLE) & (exponent > _ZERO)
    factors = power_of_two(shift, like.dtype)
    return torch.where(significant, factors, 0.0)[..., None]
