"""A long product of square matrices in a graded factorisation.

A float holds 16 digits of the largest singular value, and after some hundred steps the
smaller ones lie hundreds of decades below. Here they live in integer powers of two.
"""

# The factorisation. Let P = J_T ... J_{t+1} grow by P <- P J, and hold its transpose as
#
#     P^T = Q D V,   Q orthogonal,  D = diag(2^k) over any range,  V well conditioned.
#
# One step multiplies by J^T from the left. J^T Q is within float64's range; only D is
# not. Column by column,
#
#     J^T Q D  =  (J^T Q) diag(2^k)  =  Q' R diag(2^k)  =  Q' diag(2^k') U,
#
# by Householder's QR of J^T Q, whose error is small in every column relative to that
# column, whatever the columns' scales (Cox & Higham 1998, Stability of Householder QR
# factorization for weighted least squares problems). With pivots r_ii and
#
#     k'_i = k_i + exponent of r_ii,      U_ij = r_ij 2^(k_j - k'_i),
#
# U has a diagonal in [1/2, 1) and, when columns are sorted by size |r_ii| 2^(k_i)
# beforehand, entries above the diagonal of at most about that size. Then V <- U V stays
# well conditioned, and the product's scales stay in k', which is exact. This is how
# long products are stabilised in determinant quantum Monte Carlo (Loh et al. 1989; Bai,
# Lee, Li & Xu 2011, Stable solutions of linear systems involving long chain of matrix
# multiplications). The singular values of P are those of D V, for which see
# `gradlab.spectra.jacobi`.
#
# Error. Each step perturbs J relatively, so every singular value gets a relative error
# of about eps cond(J) a step, however small it is next to the largest: 1e-13 to 1e-10
# in ln sigma over hundreds of steps.

from typing import NamedTuple

import numpy as np
import torch
from scipy.linalg import solve_triangular
from torch import Tensor

from gradlab.numerics.batch_invariant import ALIGNMENT, bmm, pad_to_multiple
from gradlab.numerics.logscale import exponents, ldexp


DEAD = -(2**40)
"""Sentinel: the exponent of a direction that is exactly zero."""

_SMALL_PIVOT = 2.0**-32
_LARGE_ENTRY = 2.0**8
_NEGLIGIBLE = 2.0**-300
_EPS = torch.finfo(torch.float64).eps


class Factors(NamedTuple):
    """The factorisation of Z diag(2^k), its columns reordered, as Q diag(2^power) U.

    Attributes:
        order: (N, n), the permutation of the columns.
        q: (N, n, n), orthogonal.
        power: (N, n) int64, roughly descending; ``DEAD`` where the rank is lower.
        upper: (N, n, n), upper triangular, with a diagonal in [1/2, 1), or a row of
            zeros for a dead direction.
    """

    order: Tensor
    q: Tensor
    power: Tensor
    upper: Tensor


class GradedProduct:
    """N products P of n x n matrices, grown by P <- P J: P^T = Q diag(2^power) V.

    All decisions depend on one matrix alone. Matrices are padded with zeros to a
    multiple of 16 (see :mod:`gradlab.numerics.batch_invariant`); the padding adds dead
    directions, which do not affect the scales of others.

    Attributes:
        q, v: (N, n, n) float64, padded.
        power: (N, n) int64; ``DEAD`` for directions that are exactly zero.
        finite: (N), whether all matrices so far are finite.

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
        term_sizes = bmm(usable.abs().mT, self.q.abs()).amax(-2)
        factors = graded_qr(bmm(usable.mT, self.q), self.power, term_sizes)
        self.q = factors.q
        v = bmm(factors.upper, _take_rows(self.v, factors.order))
        shift = exponents(v.abs().amax(-1))
        self.v = clear_negligible(ldexp(v, -shift[..., None]))
        self.power = torch.where(factors.power == DEAD, DEAD, factors.power + shift)


def graded_qr(
    columns: Tensor, power: Tensor, term_sizes: Tensor | None = None
) -> Factors:
    """Factor columns (N, n, n) times diag(2^power), (N, n), as Q diag(2^k') U.

    Columns are sorted by size beforehand, and pivoted one by one during the elimination
    for matrices where that was not enough. A column counts as zero when less than n eps
    of it is left after the earlier ones are projected out: that is rounding error.

    Args:
        columns: (N, n, n) float64.
        power: (N, n) int64.
        term_sizes: (N, n), the largest summand of each column where the columns are a
            matrix product. With cancellation it exceeds the column, whose rounding
            error is n eps of it.
    """
    if term_sizes is None:
        term_sizes = columns.new_zeros(power.shape)
    order = _descending(columns, power)
    columns = torch.gather(columns, 2, order[:, None].expand_as(columns))
    power = torch.gather(power, 1, order)
    term_sizes = torch.gather(term_sizes, 1, order)
    q, r = torch.linalg.qr(columns)
    factors = Factors(order, q, *_split_scales(r, power, term_sizes))
    for k in _needs_pivoting(factors).nonzero().squeeze(-1).tolist():
        chosen, q, r = _pivoted_qr(columns[k].cpu().numpy(), power[k].cpu().numpy())
        place = torch.from_numpy(chosen).to(order.device)
        factors.order[k] = order[k][place]
        factors.q[k] = torch.from_numpy(q).to(columns)
        one_matrix = (power[k][place][None], term_sizes[k][place][None])
        scaled = _split_scales(torch.from_numpy(r).to(columns)[None], *one_matrix)
        factors.power[k], factors.upper[k] = scaled[0][0], scaled[1][0]
    return factors


def clear_negligible(values: Tensor) -> Tensor:
    """Return values near 1, with those below 2^-300 set to 0.

    They add nothing to a sum with the others, and arithmetic on denormal numbers
    (below 2^-1022) is many times slower.
    """
    return torch.where(values.abs() < _NEGLIGIBLE, 0.0, values)


def _split_scales(
    r: Tensor, power: Tensor, term_sizes: Tensor
) -> tuple[Tensor, Tensor]:
    """Return powers k' and U with R diag(2^power) = diag(2^k') U."""
    pivot = r.diagonal(dim1=-2, dim2=-1).abs()
    left = torch.where(_dead(r, power, term_sizes), DEAD, power + exponents(pivot))
    shift = power[:, None, :] - left[..., None]
    upper = clear_negligible(ldexp(r, shift))
    return left, torch.where((left == DEAD)[..., None], 0.0, upper)


# Which columns are zero. Rounding leaves a pivot of n eps |column| where exact
# arithmetic leaves none, so a smaller pivot is taken for zero. Where the earlier
# columns are themselves nearly dependent, more is lost: the part of column j along them
# is sum_i x_i (column i) with R x = r_j, and each term adds eps |x_i| |column i| of
# rounding. Small pivots (below 2^-32 of their column) are therefore compared with
# n eps (|column j| + sum_i |x_i| |column i|).


def _dead(r: Tensor, power: Tensor, term_sizes: Tensor) -> Tensor:
    """Return which columns (N, n) are zero up to rounding."""
    size = torch.maximum(r.abs().amax(-2), term_sizes)
    share = r.diagonal(dim1=-2, dim2=-1).abs() / torch.where(size > 0, size, 1.0)
    dead = (share <= r.shape[-1] * _EPS) | (power == DEAD)
    doubtful = ~dead & (share <= _SMALL_PIVOT)
    for k in doubtful.any(-1).nonzero().squeeze(-1).tolist():
        one_matrix = (values[k].cpu().numpy() for values in (r, size, dead, doubtful))
        dead[k] = torch.from_numpy(_dead_columns(*one_matrix)).to(dead.device)
    return dead


def _dead_columns(
    r: np.ndarray, size: np.ndarray, dead: np.ndarray, doubtful: np.ndarray
) -> np.ndarray:
    """Return which columns (n) of one triangle (n, n) are dead."""
    dead, share = dead.copy(), len(r) * _EPS
    for j in doubtful.nonzero()[0]:
        earlier = (~dead[:j]).nonzero()[0]
        x = solve_triangular(r[np.ix_(earlier, earlier)], r[earlier, j])
        dead[j] = abs(r[j, j]) <= share * (size[j] + np.abs(x) @ size[earlier])
    return dead


def _needs_pivoting(factors: Factors) -> Tensor:
    """Return which (N) have a large entry in U, or a nonzero pivot after a zero one."""
    dead = factors.power == DEAD
    nonzero_after = (dead[:, :-1] & ~dead[:, 1:]).any(-1)
    return nonzero_after | (factors.upper.abs().amax((-2, -1)) > _LARGE_ENTRY)


def _descending(columns: Tensor, power: Tensor) -> Tensor:
    """Return the order (N, n) of columns by the size of their largest entries."""
    size = columns.abs().amax(-2)
    exponent = exponents(size)
    key = (power + exponent).double() + ldexp(size, -exponent)
    key = torch.where(size == 0, float(DEAD), key)
    return key.sort(dim=-1, descending=True, stable=True).indices


def _pivoted_qr(z: np.ndarray, power: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return order, Q and R of one matrix by Householder reflections.

    Pivoting: the column with the largest remaining norm, scaled by its power, is next.
    """
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
        reflector = r[k:, k] / norms[best - k]
        reflector[0] += np.copysign(1.0, reflector[0])
        reflector *= np.sqrt(2.0) / np.linalg.norm(reflector)
        r[k:] -= np.outer(reflector, reflector @ r[k:])
        q[:, k:] -= np.outer(q[:, k:] @ reflector, reflector)
        r[k + 1 :, k] = 0.0
    return order, q, r


def _take_rows(matrices: Tensor, order: Tensor) -> Tensor:
    return torch.gather(matrices, 1, order[..., None].expand_as(matrices))
