"""Singular values of rows on very different scales, all of them to high accuracy."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gradlab.numerics.batch_invariant import bmm
from gradlab.numerics.logscale import exponent_of, power_of_two
from gradlab.spectra.factored import DEAD, cleared, factor


_FLIPS, _SWEEPS = 12, 60
_TAME = 2.0**10
_EPS = torch.finfo(torch.float64).eps


def singular_values(x: Tensor, power: Tensor) -> tuple[Tensor, Tensor]:
    """Return the singular values of diag(2^power) x, mantissas and powers of two.

    By LAPACK where all but zeros lie within ten bits of each other, which then gets
    them right to 2e-13 of themselves; by :class:`Rows` otherwise.

    Args:
        x: (N, n, n) float64; finite, and well conditioned apart from its rows of zeros.
        power: (N, n) int64.

    Returns:
        (N, n) and (N, n), in no order; NaN where 60 sweeps were not enough, which is
        not known to happen.
    """
    nonzero = (x != 0).any(-1)
    rank = nonzero.sum(-1, keepdim=True)
    # A row of zeros has no scale. Were its power counted, rows all below 2^-1074 would
    # be measured against it and their own scale clamped there.
    top = torch.where(nonzero, power, DEAD).amax(-1, keepdim=True)
    top = torch.where(rank > 0, top, 0)
    mantissa = torch.linalg.svdvals(x * power_of_two(power - top, x.dtype)[..., None])
    power_found = top.expand_as(power).clone()
    places = torch.arange(x.shape[-1], device=x.device)
    mantissa = torch.where(places < rank, mantissa, 0.0)
    least = torch.gather(mantissa, 1, (rank - 1).clamp(min=0)).squeeze(-1)
    rest = (least * _TAME < mantissa[:, 0]).nonzero().squeeze(-1)
    if rest.numel():
        rows = Rows(x[rest], power[rest])
        mantissa[rest], power_found[rest] = rows.lengths()
        mantissa[rest[~rows.done]] = torch.nan
    return mantissa, power_found


class Rows:
    """N matrices diag(2^power) x, turned from the left and right until rows are apart.

    The lengths of orthogonal rows are singular values. First by QR of the transpose,
    again and again, which is cheap and parts what lies apart (Stewart's QLP); then by
    one-sided Jacobi (Hestenes 1958), which parts the rest. Either gets every singular
    value right to about eps times the condition number of x alone, whatever the powers
    (Demmel & Veselic 1992).

    Each matrix is treated by rules that look at it alone, and is not touched again when
    it is done.

    Attributes:
        x: (N, n, n) float64, n a multiple of 16.
        power: (N, n) int64.
        done: (N), whether all rows are orthogonal.
    """

    def __init__(self, x: Tensor, power: Tensor) -> None:
        self.x, self.power = x, power
        self.done = torch.zeros(len(x), dtype=torch.bool, device=x.device)
        self._flip_all()
        self._turn_all()

    def lengths(self) -> tuple[Tensor, Tensor]:
        """Return the rows' lengths, mantissas (N, n) and powers of two (N, n)."""
        return (self.x * self.x).sum(-1).sqrt(), self.power

    def _flip_all(self) -> None:
        for k in range(_FLIPS):
            left = (~self.done).nonzero().squeeze(-1)
            if not left.numel():
                return
            found = factor(self.x[left].mT, self.power[left])
            self.x[left], self.power[left] = found.upper, found.power
            if k:
                aslant = _aslant(found.upper, found.power)
                self.done[left] = ~aslant.any(-1).any(-1)

    def _turn_all(self) -> None:
        for _ in range(_SWEEPS):
            left = (~self.done).nonzero().squeeze(-1)
            if not left.numel():
                return
            x, power = _level(self.x[left], self.power[left])
            aslant = _aslant(x, power)
            self.done[left] = ~aslant.any(-1).any(-1)
            for first, second in _rounds(x.shape[1], x.device):
                turn = aslant[:, first, second]
                if turn.any():
                    x = _turn(x, power, first, second, turn)
            self.x[left], self.power[left] = x, power


def _aslant(x: Tensor, power: Tensor) -> Tensor:
    """Say which pairs of rows are too far from orthogonal, (N, n, n).

    With the cosine c of their angle and r <= 1 the ratio of their lengths, taking them
    for orthogonal changes the singular values by c of themselves or c^2 / (1 - r^2),
    whichever is less.
    """
    gram = bmm(x, x.mT)
    square = gram.diagonal(dim1=-2, dim2=-1)
    both = square[..., None] * square[:, None]
    shift = power[..., None] - power[:, None]
    ratio = square[..., None] * cleared(power_of_two(2 * shift, x.dtype))
    ratio = ratio / torch.where(square > 0, square, 1.0)[:, None]
    gap = 1 - torch.where(ratio > 1, 1 / ratio, ratio)
    far = (gram * gram > (x.shape[-1] * _EPS) ** 2 * both) & (
        gram * gram > 0.25 * _EPS * gap * both
    )
    return far & ~torch.eye(x.shape[-1], dtype=torch.bool, device=x.device)


def _level(x: Tensor, power: Tensor) -> tuple[Tensor, Tensor]:
    """Bring rows to entries near 1."""
    shift = exponent_of(x.abs().amax(-1))
    return cleared(x * power_of_two(-shift, x.dtype)[..., None]), power + shift


def _turn(
    x: Tensor, power: Tensor, first: Tensor, second: Tensor, turn: Tensor
) -> Tensor:
    """Make the pairs (first, second) of rows orthogonal where ``turn`` is true.

    The scales never meet in one number: with r = 2^(k_q - k_p) <= 1 the turn of
    x_p 2^k_p and x_q 2^k_q by the tangent t gives x_p + t r x_q and x_q - (t / r) x_p,
    and t / r is computed as such.
    """
    swap = power[:, first] < power[:, second]
    p, q = torch.where(swap, second, first), torch.where(swap, first, second)
    x_p, x_q = _taken(x, p), _taken(x, q)
    a, b, c = (x_p * x_p).sum(-1), (x_q * x_q).sum(-1), (x_p * x_q).sum(-1)
    apart = torch.gather(power, 1, q) - torch.gather(power, 1, p)
    r = cleared(power_of_two(apart, x.dtype))
    turn = turn & (c != 0)
    zeta = (a - b * r * r) / (2 * torch.where(turn, c, 1.0))
    sign = torch.where(zeta < 0, -1.0, 1.0).to(x.dtype)
    over_r = sign / (zeta.abs() + (zeta * zeta + r * r).sqrt())
    over_r = torch.where(turn, over_r, 0.0)
    t = over_r * r
    cosine = 1 / (1 + t * t).sqrt()
    new_p = cosine[..., None] * (x_p + (t * r)[..., None] * x_q)
    new_q = cosine[..., None] * (x_q - over_r[..., None] * x_p)
    places = torch.cat([p, q], 1)[..., None].expand(-1, -1, x.shape[-1])
    return x.scatter(1, places, torch.cat([new_p, new_q], 1))


def _taken(x: Tensor, rows: Tensor) -> Tensor:
    return torch.gather(x, 1, rows[..., None].expand(-1, -1, x.shape[-1]))


def _rounds(count: int, device: torch.device) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield pairs of an even number of rows: all once, those of a round disjoint."""
    circle = list(range(1, count))
    half = count // 2
    for _ in range(count - 1):
        ring = [0, *circle]
        yield (
            torch.tensor(ring[:half], device=device),
            torch.tensor(ring[: half - 1 : -1], device=device),
        )
        circle = circle[1:] + circle[:1]
