"""A long product of square matrices, held so that no singular value is lost.

P = V^T D Q^T with Q orthogonal, D = diag(2^k) over any range and V well conditioned.
A float holds 16 digits of the largest singular value, and after some hundred steps
the smaller ones lie hundreds of decades below: they live in k, which is exact.
"""

from typing import NamedTuple

import numpy as np
import torch
from scipy.linalg import solve_triangular
from torch import Tensor

from gradlab.numerics.batch_invariant import ALIGNMENT, bmm, pad_to_multiple
from gradlab.numerics.logscale import exponent_of, power_of_two


DEAD = -(2**40)
"""The power of two of a direction that is exactly zero."""

_DOUBTFUL = 2.0**-32
_STEEP = 2.0**8
_NOTHING = 2.0**-300
_EPS = torch.finfo(torch.float64).eps


class Factors(NamedTuple):
    """Columns Z diag(2^k), taken in another order, as Q diag(2^power) U.

    Attributes:
        order: (N, n), the columns taken.
        q: (N, n, n), orthogonal.
        power: (N, n) int64, roughly descending; ``DEAD`` for the missing rank.
        upper: (N, n, n), upper triangular, with a diagonal in [1/2, 1), or a row of
            zeros for a dead direction.
    """

    order: Tensor
    q: Tensor
    power: Tensor
    upper: Tensor


class FactoredProduct:
    """N products P of n x n matrices, grown by P <- P J: P^T = Q diag(2^power) V.

    A step factors J^T Q, whose columns are in float64's range, and multiplies V by what
    is left, J^T Q diag(2^k) = Q' diag(2^k') U and V <- U V; columns are taken in order
    of their size, so that U stays small above its diagonal and V well conditioned.
    (This is how long chains are kept apart in quantum Monte Carlo: Bai, Lee, Li & Xu
    2011.) Relative errors of all singular values are about those of one step, eps times
    the condition number of J, added up over the steps.

    Each matrix is treated by rules that look at it alone, and filled up with zeros to a
    multiple of 16 (see :mod:`gradlab.numerics.batch_invariant`); those are so many more
    dead directions.

    Args:
        count: N.
        size: n.
        device: where to compute.
    """

    def __init__(self, count: int, size: int, device: torch.device) -> None:
        self.size = size
        wide = size + -size % ALIGNMENT
        eye = torch.eye(wide, dtype=torch.float64, device=device)
        self.q = eye.expand(count, -1, -1)
        self.v = self.q
        self.power = torch.zeros(count, wide, dtype=torch.int64, device=device)
        self.finite = torch.ones(count, dtype=torch.bool, device=device)

    def advance(self, jacobians: Tensor) -> None:
        """Multiply by (N, n, n) float64 from the right."""
        self.finite = self.finite & torch.isfinite(jacobians).all(-1).all(-1)
        usable = torch.where(
            self.finite[:, None, None], pad_to_multiple(jacobians, 2), 0.0
        )
        terms = bmm(usable.abs().mT, self.q.abs()).amax(-2)
        found = factor(bmm(usable.mT, self.q), self.power, terms)
        self.q = found.q
        v = bmm(found.upper, _rows(self.v, found.order))
        shift = exponent_of(v.abs().amax(-1))
        self.v = cleared(v * _power(-shift)[..., None])
        self.power = torch.where(found.power == DEAD, DEAD, found.power + shift)


def factor(columns: Tensor, power: Tensor, terms: Tensor | None = None) -> Factors:
    """Return the factors of columns (N, n, n) times diag(2^power), (N, n).

    Householder's QR, which is stable column by column, whatever their scales; the
    columns are sorted by size beforehand, and one by one during the elimination where
    that was not enough. A column of which less than n eps is left stands for zero: in
    float64 the two are the same.

    Args:
        columns: (N, n, n) float64.
        power: (N, n) int64.
        terms: (N, n), the size of what was added up to a column's entries, where that
            can be more than the column: n eps of it is then lost already.
    """
    if terms is None:
        terms = columns.new_zeros(power.shape)
    order = _descending(columns, power)
    columns = torch.gather(columns, 2, order[:, None].expand_as(columns))
    power, terms = torch.gather(power, 1, order), torch.gather(terms, 1, order)
    q, r = torch.linalg.qr(columns)
    found = Factors(order, q, *_scaled(r, power, terms))
    again = _steep(found)
    for k in again.nonzero().squeeze(-1).tolist():
        chosen, q, r = _pivoted(columns[k].cpu().numpy(), power[k].cpu().numpy())
        place = torch.from_numpy(chosen).to(order.device)
        found.order[k] = order[k][place]
        found.q[k] = torch.from_numpy(q).to(columns)
        of_one = (power[k][place][None], terms[k][place][None])
        scaled = _scaled(torch.from_numpy(r).to(columns)[None], *of_one)
        found.power[k], found.upper[k] = scaled[0][0], scaled[1][0]
    return found


def _scaled(r: Tensor, power: Tensor, terms: Tensor) -> tuple[Tensor, Tensor]:
    """Return powers k' and U with R diag(2^power) = diag(2^k') U."""
    pivot = r.diagonal(dim1=-2, dim2=-1).abs()
    left = torch.where(_dead(r, power, terms), DEAD, power + exponent_of(pivot))
    shift = power[:, None, :] - left[..., None]
    half = shift.div(2, rounding_mode="trunc")
    upper = cleared(r * _power(half) * _power(shift - half))
    return left, torch.where((left == DEAD)[..., None], 0.0, upper)


def _dead(r: Tensor, power: Tensor, terms: Tensor) -> Tensor:
    """Say of which columns (N, n) nothing is left but rounding."""
    size = torch.maximum(r.abs().amax(-2), terms)
    share = r.diagonal(dim1=-2, dim2=-1).abs() / torch.where(size > 0, size, 1.0)
    dead = (share <= r.shape[-1] * _EPS) | (power == DEAD)
    doubtful = ~dead & (share <= _DOUBTFUL)
    for k in doubtful.any(-1).nonzero().squeeze(-1).tolist():
        of_one = (values[k].cpu().numpy() for values in (r, size, dead, doubtful))
        dead[k] = torch.from_numpy(_lost(*of_one)).to(dead.device)
    return dead


def _lost(
    r: np.ndarray, size: np.ndarray, dead: np.ndarray, doubtful: np.ndarray
) -> np.ndarray:
    """Return which columns of one triangle are dead, the doubtful looked at closely.

    A column is what its part along the earlier ones and its pivot make together. Where
    those lie close to each other they are taken many times over to make that part, and
    their rounding with them.
    """
    dead, lost = dead.copy(), len(r) * _EPS
    for j in doubtful.nonzero()[0]:
        past = (~dead[:j]).nonzero()[0]
        times = solve_triangular(r[np.ix_(past, past)], r[past, j])
        dead[j] = abs(r[j, j]) <= lost * (size[j] + np.abs(times) @ size[past])
    return dead


def cleared(values: Tensor) -> Tensor:
    """Return values near 1, those below 2^-300 as 0.

    They count for nothing beside the others, and those below 2^-1022 make arithmetic
    many times slower.
    """
    return torch.where(values.abs() < _NOTHING, 0.0, values)


def _power(exponent: Tensor) -> Tensor:
    return power_of_two(exponent, torch.float64)


def _steep(found: Factors) -> Tensor:
    """Say which (N) have a large entry, or a living direction after a dead one."""
    dead = found.power == DEAD
    living_after = (dead[:, :-1] & ~dead[:, 1:]).any(-1)
    return living_after | (found.upper.abs().amax((-2, -1)) > _STEEP)


def _descending(columns: Tensor, power: Tensor) -> Tensor:
    """Return the order (N, n) of columns by the size of their largest entries."""
    size = columns.abs().amax(-2)
    exponent = exponent_of(size)
    key = (power + exponent).double() + size * _power(-exponent)
    key = torch.where(size == 0, float(DEAD), key)
    return key.sort(dim=-1, descending=True, stable=True).indices


def _pivoted(z: np.ndarray, power: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return order, Q and R of one matrix, the largest column next at every step."""
    size = len(z)
    r, q, order = z.copy(), np.eye(size), np.arange(size)
    for k in range(size):
        norms = np.linalg.norm(r[k:, k:], axis=0)
        mantissa, exponent = np.frexp(norms)
        key = np.where(norms > 0, power[order[k:]] + exponent + mantissa, DEAD)
        best = k + int(np.argmax(key))
        r[:, [k, best]], order[[k, best]] = r[:, [best, k]], order[[best, k]]
        if norms[best - k] == 0:
            continue
        mirror = r[k:, k] / norms[best - k]
        mirror[0] += np.copysign(1.0, mirror[0])
        mirror *= np.sqrt(2.0) / np.linalg.norm(mirror)
        r[k:] -= np.outer(mirror, mirror @ r[k:])
        q[:, k:] -= np.outer(q[:, k:] @ mirror, mirror)
        r[k + 1 :, k] = 0.0
    return order, q, r


def _rows(matrices: Tensor, order: Tensor) -> Tensor:
    return torch.gather(matrices, 1, order[..., None].expand_as(matrices))
