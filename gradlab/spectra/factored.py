"""A long product of square matrices, held so that no singular value is lost.

P = V^T D Q^T with Q orthogonal, D = diag(2^k) over any range and V well conditioned.
A float holds 16 digits of the largest singular value, and after some hundred steps
the smaller ones lie hundreds of decades below: they live in k, which is exact.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gradlab.batched import filled, multiply
from gradlab.logscale import exponent_of, power_of_two


DEAD = -(2**40)
"""The power of two of a direction that is exactly zero."""

_STEEP = 2.0**8
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

    Each matrix is treated by rules that look at it alone.

    Args:
        count: N.
        size: n.
        device: where to compute.
    """

    def __init__(self, count: int, size: int, device: torch.device) -> None:
        eye = torch.eye(size, dtype=torch.float64, device=device)
        self.q = eye.expand(count, -1, -1)
        self.v = self.q
        self.power = torch.zeros(count, size, dtype=torch.int64, device=device)
        self.finite = torch.ones(count, dtype=torch.bool, device=device)

    def advance(self, jacobians: Tensor) -> None:
        """Multiply by (N, n, n) float64 from the right."""
        self.finite = self.finite & torch.isfinite(jacobians).all(-1).all(-1)
        usable = torch.where(self.finite[:, None, None], jacobians, 0.0)
        found = factor(_product(usable.mT, self.q), self.power)
        self.q = found.q
        v = _product(found.upper, _rows(self.v, found.order))
        shift = exponent_of(v.abs().amax(-1))
        self.v = v * _power(-shift)[..., None]
        self.power = torch.where(found.power == DEAD, DEAD, found.power + shift)


def factor(columns: Tensor, power: Tensor) -> Factors:
    """Return the factors of columns (N, n, n) times diag(2^power), (N, n).

    Householder's QR, which is stable column by column, whatever their scales; the
    columns are sorted by size beforehand, and one by one during the elimination where
    that was not enough. A column of which less than n eps is left stands for zero: in
    float64 the two are the same.
    """
    order = _descending(columns, power)
    columns = torch.gather(columns, 2, order[:, None].expand_as(columns))
    power = torch.gather(power, 1, order)
    q, r = torch.linalg.qr(columns)
    found = Factors(order, q, *_scaled(r, power))
    again = _steep(found)
    for k in again.nonzero().squeeze(-1).tolist():
        chosen, q, r = _pivoted(columns[k].cpu().numpy(), power[k].cpu().numpy())
        place = torch.from_numpy(chosen).to(order.device)
        found.order[k] = order[k][place]
        found.q[k] = torch.from_numpy(q).to(columns)
        scaled = _scaled(torch.from_numpy(r).to(columns)[None], power[k][place][None])
        found.power[k], found.upper[k] = scaled[0][0], scaled[1][0]
    return found


def _scaled(r: Tensor, power: Tensor) -> tuple[Tensor, Tensor]:
    """Return powers k' and U with R diag(2^power) = diag(2^k') U."""
    pivot = r.diagonal(dim1=-2, dim2=-1).abs()
    least = r.shape[-1] * _EPS * r.abs().amax(-2)
    dead = (pivot <= least) | (power == DEAD)
    left = torch.where(dead, DEAD, power + exponent_of(pivot))
    shift = power[:, None, :] - left[..., None]
    half = shift.div(2, rounding_mode="trunc")
    upper = r * _power(half) * _power(shift - half)
    return left, torch.where(dead[..., None], 0.0, upper)


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


def _product(a: Tensor, b: Tensor) -> Tensor:
    size = a.shape[-1]
    return multiply(filled(a, 2), filled(b, 2))[:, :size, :size]


def _rows(matrices: Tensor, order: Tensor) -> Tensor:
    return torch.gather(matrices, 1, order[..., None].expand_as(matrices))
