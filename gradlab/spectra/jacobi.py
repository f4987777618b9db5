"""Singular values of rows on very different scales, all of them to high accuracy."""

# A = diag(2^k) X, X well conditioned and k over any range, as a graded factorisation
# leaves it. An SVD of A as a float matrix has errors of eps sigma_1 in every value, so
# values below eps sigma_1 are noise, and 2^k may not be a float at all. One-sided
# Jacobi (Hestenes 1958) rotates pairs of rows from the left until all are orthogonal;
# their lengths are then the singular values. Each rotation is a small relative change
# of its two rows, whatever their scales, so every singular value comes out with a
# relative error of about eps cond(X), independent of k (Demmel & Veselic 1992,
# Jacobi's method is more accurate than QR).
#
# One rotation. Rows p and q are x_p 2^k_p and x_q 2^k_q with k_q <= k_p. With
# r = 2^(k_q - k_p) <= 1, a = |x_p|^2, b = |x_q|^2 and c = <x_p, x_q>, in units of
# 2^k_p the rows are x_p and r x_q, and the tangent t of the angle solves
#
#     t^2 + 2 zeta' t - 1 = 0,     zeta' = (a - b r^2) / (2 c r),
#
# the smaller root being t = sign / (|zeta'| + sqrt(zeta'^2 + 1)). With zeta = r zeta'
#
#     t / r = sign / (|zeta| + sqrt(zeta^2 + r^2)),
#
# which does not underflow where r does. The rotated rows, each in its own scale, are
#
#     x_p <- cos (x_p + (t r) x_q),       x_q <- cos (x_q - (t / r) x_p),
#
# so the two scales never meet in one number.
#
# Before the rotations, QR of the transpose, a few times over: each pass makes A more
# nearly diagonal at the rate of the ratios of neighbouring singular values (QLP,
# Stewart 1999) and costs far less than a sweep. Rotations then separate what is close.

from collections.abc import Iterator

import torch
from torch import Tensor

from gradlab.numerics.batch_invariant import bmm
from gradlab.numerics.logscale import exponents, ldexp, power_of_two
from gradlab.spectra.graded import DEAD, clear_negligible, graded_qr


_QR_PASSES, _SWEEPS = 12, 60
_LAPACK_RANGE = 2.0**10
_EPS = torch.finfo(torch.float64).eps


def singular_values(x: Tensor, power: Tensor) -> tuple[Tensor, Tensor]:
    """Return the singular values of diag(2^power) x, mantissas and powers of two.

    By LAPACK where the nonzero values are within a factor of 2^10 of each other, where
    its relative error is 2e-13; by :class:`OneSidedJacobi` otherwise.

    Args:
        x: (N, n, n) float64; finite, and well conditioned apart from its rows of zeros.
        power: (N, n) int64; ignored for rows of zeros.

    Returns:
        (N, n) and (N, n), unsorted; NaN where 60 sweeps did not converge, which is
        not known to happen.
    """
    nonzero = (x != 0).any(-1)
    rank = nonzero.sum(-1, keepdim=True)
    # Powers of zero rows are ignored: relative to one of them, rows below 2^-1074 would
    # underflow.
    top = torch.where(nonzero, power, DEAD).amax(-1, keepdim=True)
    top = torch.where(rank > 0, top, 0)
    mantissa = torch.linalg.svdvals(x * power_of_two(power - top, x.dtype)[..., None])
    power_found = top.expand_as(power).clone()
    places = torch.arange(x.shape[-1], device=x.device)
    mantissa = torch.where(places < rank, mantissa, 0.0)
    least = torch.gather(mantissa, 1, (rank - 1).clamp(min=0)).squeeze(-1)
    remaining = (least * _LAPACK_RANGE < mantissa[:, 0]).nonzero().squeeze(-1)
    if remaining.numel():
        rows = OneSidedJacobi(x[remaining], power[remaining])
        mantissa[remaining], power_found[remaining] = rows.lengths()
        mantissa[remaining[~rows.converged]] = torch.nan
    return mantissa, power_found


class OneSidedJacobi:
    """N matrices diag(2^power) x, rotated until their rows are orthogonal.

    All decisions depend on one matrix alone, and a converged matrix is not changed
    again, so results do not depend on the batch.

    Attributes:
        x: (N, n, n) float64, n a multiple of 16.
        power: (N, n) int64.
        converged: (N), whether all rows are orthogonal.
    """

    def __init__(self, x: Tensor, power: Tensor) -> None:
        self.x, self.power = x, power
        self.converged = torch.zeros(len(x), dtype=torch.bool, device=x.device)
        self._qr_passes()
        self._sweeps()

    def lengths(self) -> tuple[Tensor, Tensor]:
        """Return the rows' lengths, mantissas (N, n) and powers of two (N, n)."""
        return (self.x * self.x).sum(-1).sqrt(), self.power

    def _qr_passes(self) -> None:
        """Factor the transpose over and over, until rows are nearly orthogonal."""
        for k in range(_QR_PASSES):
            active = (~self.converged).nonzero().squeeze(-1)
            if not active.numel():
                return
            found = graded_qr(self.x[active].mT, self.power[active])
            self.x[active], self.power[active] = found.upper, found.power
            if k:
                not_orthogonal = _not_orthogonal(found.upper, found.power)
                self.converged[active] = ~not_orthogonal.any(-1).any(-1)

    def _sweeps(self) -> None:
        """Rotate every pair of rows that is not orthogonal, in rounds."""
        for _ in range(_SWEEPS):
            active = (~self.converged).nonzero().squeeze(-1)
            if not active.numel():
                return
            x, power = _normalize_rows(self.x[active], self.power[active])
            not_orthogonal = _not_orthogonal(x, power)
            self.converged[active] = ~not_orthogonal.any(-1).any(-1)
            for first, second in _round_robin(x.shape[1], x.device):
                chosen = not_orthogonal[:, first, second]
                if chosen.any():
                    x = _rotate(x, power, first, second, chosen)
            self.x[active], self.power[active] = x, power


def _not_orthogonal(x: Tensor, power: Tensor) -> Tensor:
    """Return which pairs of rows are not orthogonal yet, (N, n, n) bool.

    With the cosine c of their angle and r <= 1 the ratio of their lengths, taking them
    for orthogonal changes the singular values by a relative c or c^2 / (1 - r^2),
    whichever is less.
    """
    gram = bmm(x, x.mT)
    square = gram.diagonal(dim1=-2, dim2=-1)
    squares = square[..., None] * square[:, None]
    shift = power[..., None] - power[:, None]
    ratio = square[..., None] * clear_negligible(power_of_two(2 * shift, x.dtype))
    ratio = ratio / torch.where(square > 0, square, 1.0)[:, None]
    gap = 1 - torch.where(ratio > 1, 1 / ratio, ratio)
    far = (gram * gram > (x.shape[-1] * _EPS) ** 2 * squares) & (
        gram * gram > 0.25 * _EPS * gap * squares
    )
    return far & ~torch.eye(x.shape[-1], dtype=torch.bool, device=x.device)


def _normalize_rows(x: Tensor, power: Tensor) -> tuple[Tensor, Tensor]:
    """Return rows with largest entries in [1/2, 1), and their powers."""
    shift = exponents(x.abs().amax(-1))
    return clear_negligible(ldexp(x, -shift[..., None])), power + shift


def _rotate(
    x: Tensor, power: Tensor, first: Tensor, second: Tensor, chosen: Tensor
) -> Tensor:
    """Rotate the pairs (first, second) of rows where ``chosen`` is true."""
    swap = power[:, first] < power[:, second]
    p, q = torch.where(swap, second, first), torch.where(swap, first, second)
    x_p, x_q = _take_rows(x, p), _take_rows(x, q)
    a, b, c = (x_p * x_p).sum(-1), (x_q * x_q).sum(-1), (x_p * x_q).sum(-1)
    exponent_gap = torch.gather(power, 1, q) - torch.gather(power, 1, p)
    r = clear_negligible(power_of_two(exponent_gap, x.dtype))
    chosen = chosen & (c != 0)
    zeta = (a - b * r * r) / (2 * torch.where(chosen, c, 1.0))
    sign = torch.where(zeta < 0, -1.0, 1.0).to(x.dtype)
    t_over_r = sign / (zeta.abs() + (zeta * zeta + r * r).sqrt())
    t_over_r = torch.where(chosen, t_over_r, 0.0)
    t = t_over_r * r
    cosine = 1 / (1 + t * t).sqrt()
    new_p = cosine[..., None] * (x_p + (t * r)[..., None] * x_q)
    new_q = cosine[..., None] * (x_q - t_over_r[..., None] * x_p)
    places = torch.cat([p, q], 1)[..., None].expand(-1, -1, x.shape[-1])
    return x.scatter(1, places, torch.cat([new_p, new_q], 1))


def _take_rows(x: Tensor, rows: Tensor) -> Tensor:
    return torch.gather(x, 1, rows[..., None].expand(-1, -1, x.shape[-1]))


def _round_robin(count: int, device: torch.device) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield all pairs of an even number of rows once, in rounds of disjoint pairs."""
    circle = list(range(1, count))
    half = count // 2
    for _ in range(count - 1):
        ring = [0, *circle]
        yield (
            torch.tensor(ring[:half], device=device),
            torch.tensor(ring[: half - 1 : -1], device=device),
        )
        circle = circle[1:] + circle[:1]
