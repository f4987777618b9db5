"""The product of Jacobians as a polynomial: one matrix a power, carried side by side.

With J_t = A_t + eps B_t the product J_T ... J_{t+1} is a polynomial in eps. A keeps to
the carry's own road (the conveyor, and how the carry is read out into other states), B
is everything else, so the power counts passes through the recurrent weights::

    LSTM   A = [[0, D(s d)], [0, D(d)]]     B = [[hh, 0], [ch, 0]]
    GRU    A = D(keep)                      B = J - A

    P_k <- P_k A + P_{k-1} B       R <- R (A + B) + P_K B       P <- P (A + B)

R is what more than K passes bring, carried like the others: P less the rest would be
a difference of large numbers. Kanuparthi et al. 2019 (h-detach) scale B so.
"""

import numpy as np
import torch
from torch import Tensor

from gradlab.jacobians.flat import FlatJacobian
from gradlab.jacobians.layout import Layout
from gradlab.numerics.batch_invariant import baddbmm_, bmm
from gradlab.numerics.logscale import exponents, frobenius_norms


Columns = dict[str, Tensor]
_FAR = 120
_NOTHING = -(2**40)


class Expansion:
    """The carry's rows of N products, split by the number of passes.

    Each part is held as mantissas times its own power of two and brought back near 1
    after every step: parts differ by hundreds of decades. Every rule looks at one part
    of one sequence alone.

    Attributes:
        columns: mantissas by earlier state, (N, K + 3, n, m): the powers 0 .. K, what
            is beyond, and the whole; filled up to multiples of 16.
        exponent: (N, K + 3) int64, powers of two taken out.
    """

    def __init__(self, layout: Layout, count: int, like: Tensor, most: int) -> None:
        self.layout, self.most = layout, most
        self.carry = layout.names[-1]
        eye = layout.identity(like)
        rows = eye[layout.rows(self.carry)]
        held = torch.zeros(most + 3, *rows.shape, dtype=like.dtype, device=like.device)
        held[0] = held[-1] = rows
        self.columns = {
            name: held[..., layout.rows(name)].expand(count, -1, -1, -1).contiguous()
            for name in layout.names
        }
        self.exponent = np.zeros((count, most + 3), dtype=np.int64)

    @property
    def own(self) -> Tensor:
        """The mantissas of the carry's own block, (N, K + 3, n, n)."""
        return self.columns[self.carry]

    def advance(self, step: FlatJacobian) -> None:
        """Multiply by J_t from the right."""
        staying: Columns = {self.carry: self._along(step)}
        passing = {name: self._through(step, name) for name in self.columns}
        arriving: Columns = {}
        beyond = self.most + 1
        for name, moved in passing.items():
            if moved is None:
                continue
            if name not in staying:
                staying[name] = torch.zeros_like(self.columns[name])
            staying[name][:, beyond:] += moved[:, beyond:]
            arriving[name] = moved[:, :beyond]
        self._join(staying, arriving)

    def _along(self, step: FlatJacobian) -> Tensor:
        """Return P A, whose only column block is the carry's, (N, K + 3, n, n)."""
        conveyor = step.conveyor
        assert conveyor is not None, "asked before: the cell has a conveyor"
        kept: Tensor | None = self.own * conveyor[:, None, None, :]
        for later, column in self.columns.items():
            if later != self.carry:
                kept = _times(column, step, later, self.carry, kept)
        assert kept is not None
        return kept

    def _through(self, step: FlatJacobian, earlier: str) -> Tensor | None:
        """Return a column block of P B, (N, K + 3, n, m); None where B has none."""
        if earlier == self.carry:
            return _times(self.own, step, self.carry, self.carry)
        total = None
        for later, column in self.columns.items():
            total = _times(column, step, later, earlier, total)
        return total

    def _join(self, staying: Columns, arriving: Columns) -> None:
        """Add what comes from one pass less; bring every part's size back near 1."""
        if not arriving:
            arriving = {self.carry: torch.zeros_like(self.own[:, : self.most + 1])}
        fewer, place = self.exponent[:, : self.most + 1], slice(1, self.most + 2)
        here = _tops(self.exponent, staying)
        there = np.full_like(here, _NOTHING)
        there[:, place] = _tops(fewer, arriving)
        target = np.maximum(here, there)
        stay = _factors(self.exponent - target, here, self.own)
        come = _factors(fewer - target[:, place], there[:, place], self.own)
        for name in self.columns:
            if name not in staying:
                self.columns[name].zero_()
                continue
            part = staying[name].mul_(stay)
            if name in arriving:
                part[:, place] += arriving[name] * come
            self.columns[name] = part
        self.exponent = np.where(target > _NOTHING, target, 0)


def _times(
    column: Tensor,
    step: FlatJacobian,
    later: str,
    earlier: str,
    total: Tensor | None = None,
) -> Tensor | None:
    """Add column times a block of J_t (without the conveyor) to a total, if any."""
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


def _tops(exponent: np.ndarray, columns: Columns) -> np.ndarray:
    """Return e with sizes below 2**e (N, parts), of parts over all their columns.

    Far below everything for an exact zero; a mantissa's own counts from 2**-126 on, the
    reciprocal of which float32 can hold.
    """
    squares = np.zeros(())
    for part in columns.values():
        norms = frobenius_norms(part.flatten(0, 1)).reshape(part.shape[:2])
        with np.errstate(over="ignore", invalid="ignore"):
            squares = squares + norms**2
    sizes = np.sqrt(squares)
    tops = exponent + np.maximum(exponents(sizes), -126)
    return np.where(sizes == 0, _NOTHING, tops)


def _factors(shift: np.ndarray, top: np.ndarray, like: Tensor) -> Tensor:
    """Return 2**shift as (N, parts, 1, 1); 0 for what is lost beside the rest."""
    counts = (shift >= -_FAR) & (top > _NOTHING)
    factors = np.where(counts, np.ldexp(1.0, np.where(counts, shift, 0)), 0.0)
    return torch.from_numpy(factors).to(like)[:, :, None, None]
