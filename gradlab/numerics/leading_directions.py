"""Spectral norms at one lag after another, each search begun where the last ended.

The left singular vectors of J_T ... J_{t+1} hardly move from one lag to the next: a
further step back multiplies from the right, and they converge as the product grows.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar, overload

import numpy as np
import torch
from torch import Tensor

from gradlab.numerics.batch_invariant import baddbmm_, bmm
from gradlab.numerics.logscale import exponents, rescaled
from gradlab.numerics.orthonormal import orthonormal
from gradlab.numerics.spectral_norm import top_eigenvalue


Values = TypeVar("Values", Tensor, np.ndarray)

WIDTH, FRESH = 8, 2
_TOLERANCE = 2e-5
_LOOKS = 8
_RENEWED = 8
_FLAT = 8
_EASILY = 0.02
_FAR = 28


class LeadingDirections:
    """The leading left singular directions of N matrices, followed over the lags.

    Held as a block U of 8 orthonormal rows. At each lag the Ritz values of P P^T on U
    are taken, and the residual r of the top one's vector. The top value theta is low by
    about r^2 / (theta - the sixth), to second order whatever comes close inside the
    block; where that is more than 4e-5 of theta (2e-5 in ln norm), U takes steps of
    subspace iteration there, and after eight looks the Gram matrix's own eigenvalue is
    asked (:func:`gradlab.numerics.spectral_norm.top_eigenvalue`).

    At every eighth lag U takes a step in any case, its two least directions drawn anew
    before it: whatever has grown outside U since then is in the new ones, and would
    have to pass six others within eight steps to go unseen.

    The first lags, where all singular values are alike, are computed directly. A matrix
    is treated by its own numbers and lags alone, so none depends on the others. Only
    float32 gains by it; float64 is asked for more digits than it could give.
    """

    def __init__(self, count: int, rows: int, like: Tensor) -> None:
        self.drawn = _drawn(rows).to(like)
        self.basis = self.drawn[:WIDTH].expand(count, -1, -1).contiguous()
        self.restless = np.ones(count, dtype=bool)
        self.moved = np.zeros(count, dtype=bool)
        self.lag = 0

    @staticmethod
    def suits(parts: Sequence[Tensor]) -> bool:
        """Say whether following pays for matrices of such columns."""
        rows, columns = parts[0].shape[-2], sum(part.shape[-1] for part in parts)
        return parts[0].dtype == torch.float32 and min(rows, columns) > 2 * WIDTH

    def norms(self, parts: Sequence[Tensor], sizes: np.ndarray) -> np.ndarray:
        """Return the largest singular values at the next stretch of lags, float64.

        Args:
            parts: columns of the matrices, (lags * N, rows, columns) each, lag by lag.
                Stretches do not cross multiples of eight lags.
            sizes: Frobenius norms (lags * N) of the whole; those that are 0, inf or NaN
                stand for themselves.
        """
        count = len(self.basis)
        lags = len(sizes) // count
        parts, sizes, shift = _in_range(parts, sizes)
        found = np.where(sizes == 0, 0.0, sizes)
        usable = np.isfinite(sizes) & (sizes > 0)
        search = _Search(parts, self.basis.repeat(lags, 1, 1), usable, sizes)
        direct = self.lag < _FLAT
        self.lag += lags
        if usable.any():
            restless = usable & np.tile(self.restless, lags)
            search.move(restless)
            if direct:
                found[usable] = search.directly(usable)
            else:
                found[usable] = search.norms(restless)
            self.moved |= restless.reshape(lags, count).any(0)
        if self.lag % _RENEWED == 0:
            self._renew(search)
        return np.ldexp(found, shift)

    def _renew(self, search: "_Search") -> None:
        """Let U move on from where it is at the last lag, with two new directions."""
        count = len(self.basis)
        here = search.usable.copy()
        here[:-count] = False
        if here.any():
            place = self.lag * FRESH % (len(self.drawn) - FRESH)
            search.renew(here, self.drawn[place : place + FRESH])
            self.basis = search.basis[-count:]
        self.restless, self.moved = self.moved, np.zeros(count, dtype=bool)


class _Search:
    """Matrices of several lags, each with its own block of directions.

    Attributes:
        parts: their columns.
        basis: U of each.
        usable: which of them are looked at at all.
        power: (N, 1, 1), powers of two that bring P P^T near 1. LAPACK has thresholds
            of its own, and the scale of a matrix may be decided by its company: at one
            scale its last bits are its own.
        vectors: those of the Ritz values on U, where they are known of all of them.
    """

    def __init__(
        self,
        parts: Sequence[Tensor],
        basis: Tensor,
        usable: np.ndarray,
        sizes: np.ndarray,
    ) -> None:
        self.parts, self.basis, self.usable = parts, basis, usable
        power = np.ldexp(1.0, -2 * exponents(sizes))
        self.power = torch.from_numpy(power).to(basis)[:, None, None]
        self.vectors: Tensor | None = None

    def directly(self, chosen: np.ndarray) -> np.ndarray:
        """Return the norms of the chosen without a search."""
        some = self._some(chosen)
        parts = some.of(self.parts)
        square = top_eigenvalue(_back(parts, parts)).double().clamp(min=0)
        return some.out_of(square.sqrt().cpu().numpy())

    def norms(self, restless: np.ndarray) -> np.ndarray:
        """Return the norms of the usable.

        Set in ``restless``, which says whose bases have moved already, for whom it was
        necessary: the next stretch then starts with a step.
        """
        found, left = np.zeros(len(self.usable)), self.usable.copy()
        for look in range(_LOOKS):
            some = self._some(left)
            parts, basis = some.of(self.parts), some.of(self.basis)
            seen = _look(parts, basis, some.of(self.power))
            off = some.out_of(seen.off)
            found[left] = some.out_of(seen.norm)
            if look == 0:
                restless[left] = off > np.where(restless[left], _EASILY, 1.0)
                self.vectors = seen.vectors if left.all() else None
            left[left] = ~(off <= 1.0)
            if not left.any():
                return found[self.usable]
            self.move(left)
        found[left] = self.directly(left)
        return found[self.usable]

    def move(self, chosen: np.ndarray) -> None:
        """Let the bases of the chosen take a step of subspace iteration."""
        if not chosen.any():
            return
        some = self._some(chosen)
        parts, basis = some.of(self.parts), some.of(self.basis)
        back = _back(parts, [bmm(basis, part) for part in parts])
        near = some.out_of(back * some.of(self.power))
        self._put(chosen, orthonormal(near.mT).mT.contiguous())

    def renew(self, chosen: np.ndarray, drawn: Tensor) -> None:
        """Put new directions in place of the least ones, and let the bases move."""
        some = self._some(chosen)
        parts, basis = some.of(self.parts), some.of(self.basis)
        if self.vectors is None:
            inner = _inner([bmm(basis, part) for part in parts])
            _, vectors = _ritz(inner * some.of(self.power))
        else:
            vectors = some.of(self.vectors)
        basis = bmm(vectors.mT.flip(-2).contiguous(), basis)
        basis[:, -FRESH:] = drawn
        self._put(chosen, some.out_of(basis))
        self.move(chosen)

    def _put(self, chosen: np.ndarray, basis: Tensor) -> None:
        self.vectors = None
        if chosen.all():
            self.basis = basis
        else:
            self.basis[_places(chosen, basis)] = basis

    def _some(self, chosen: np.ndarray) -> "_Some":
        return _Some(chosen, self.usable)


def _in_range(
    parts: Sequence[Tensor], sizes: np.ndarray
) -> tuple[Sequence[Tensor], np.ndarray, np.ndarray]:
    """Return matrices and sizes brought near 1 where squares would leave the range.

    And the powers of two taken out of them. A block may be far smaller than the whole.
    """
    shift = exponents(sizes)
    shift[np.abs(shift) <= _FAR] = 0
    if not shift.any():
        return parts, sizes, shift
    back = torch.from_numpy(-shift)
    return [rescaled(part, back) for part in parts], np.ldexp(sizes, -shift), shift


class _Seen(NamedTuple):
    """What a look at N matrices gave.

    Attributes:
        norm: by the top Ritz value, (N) float64.
        off: by how much it may be low, over the limit, (N).
        vectors: of the Ritz values, rising, (N, 8, 8).
    """

    norm: np.ndarray
    off: np.ndarray
    vectors: Tensor


def _look(parts: Sequence[Tensor], basis: Tensor, power: Tensor) -> _Seen:
    across = [bmm(basis, part) for part in parts]
    ritz, vectors = _ritz(_inner(across) * power)
    ritz = ritz / power[..., 0]
    weights, square = vectors[..., -1:].mT, ritz[..., -1]
    back = _back(parts, [bmm(weights, image) for image in across])
    residual = back - square[:, None, None] * bmm(weights, basis)
    low_by = (residual * residual).sum((-2, -1))
    limit = 2 * _TOLERANCE * square * (square - ritz[..., FRESH])
    norm, off = square.double().sqrt(), low_by / limit
    return _Seen(norm.cpu().numpy(), off.cpu().numpy(), vectors)


def _ritz(inner: Tensor) -> tuple[Tensor, Tensor]:
    """Return eigenvalues, rising, and eigenvectors of symmetric matrices (N, 8, 8).

    In float64 where float32's iteration stalls, as it does where directions differ by
    twenty decades. Each is tried alone then, so that none depends on the others.
    """
    try:
        return torch.linalg.eigh(inner)
    except torch.linalg.LinAlgError:
        if len(inner) > 1:
            each = [_ritz(one) for one in inner.split(1)]
            return torch.cat([v for v, _ in each]), torch.cat([v for _, v in each])
        if inner.dtype == torch.float64:
            raise
        values, vectors = _ritz(inner.double())
        return values.to(inner), vectors.to(inner)


def _inner(across: Sequence[Tensor]) -> Tensor:
    """Return U P P^T U^T, (N, 8, 8)."""
    inner = bmm(across[0], across[0].mT)
    for image in across[1:]:
        baddbmm_(inner, image, image.mT)
    return inner


def _back(parts: Sequence[Tensor], across: Sequence[Tensor]) -> Tensor:
    back = bmm(across[0], parts[0].mT)
    for part, image in zip(parts[1:], across[1:], strict=True):
        baddbmm_(back, image, part.mT)
    return back


class _Some:
    """Some of the matrices, looked at in place where copying them would cost more.

    That is, among all from the first to the last of them, unless those are three times
    as many or some of them unusable: the others' numbers are then computed too, and
    thrown away.
    """

    def __init__(self, chosen: np.ndarray, usable: np.ndarray) -> None:
        places = np.flatnonzero(chosen)
        first, last = int(places[0]), int(places[-1]) + 1
        close = last - first <= 3 * len(places) and usable[first:last].all()
        self.span = slice(first, last) if close else None
        self.places = places
        self.inside = chosen[first:last]

    @overload
    def of(self, values: Tensor) -> Tensor: ...
    @overload
    def of(self, values: Sequence[Tensor]) -> list[Tensor]: ...
    def of(self, values):
        """Return them, or all that stand between them; of one tensor or of several."""
        if not isinstance(values, Tensor):
            return [self.of(value) for value in values]
        if self.span is not None:
            return values[self.span]
        return values[torch.from_numpy(self.places).to(values.device)]

    def out_of(self, results: Values) -> Values:
        """Return their own results out of those of what :meth:`of` gave."""
        if self.span is None or self.inside.all():
            return results
        own = np.flatnonzero(self.inside)
        if isinstance(results, Tensor):
            return results[torch.from_numpy(own).to(results.device)]
        return results[own]


def _places(chosen: np.ndarray, like: Tensor) -> Tensor:
    return torch.from_numpy(np.flatnonzero(chosen)).to(like.device)


def _drawn(rows: int) -> Tensor:
    """Return fixed rows in no particular direction, the first eight orthonormal."""
    drawn = np.random.default_rng(8).standard_normal((8 * WIDTH, rows))
    drawn /= np.linalg.norm(drawn, axis=-1, keepdims=True)
    drawn[:WIDTH] = np.linalg.qr(drawn[:WIDTH].T)[0].T
    return torch.from_numpy(drawn)
