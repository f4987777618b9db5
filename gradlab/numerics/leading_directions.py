"""Spectral norms at consecutive lags, by subspace iteration with a warm start.

Used where norms are wanted at every lag; single matrices go through
:mod:`gradlab.numerics.spectral_norm`, which starts cold.
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

# The left singular vectors of P = J_T ... J_{t+1} hardly move from one lag to the next:
# one more step back multiplies from the right, and they converge as the product grows.
# So a block U (8 orthonormal rows) of one lag starts the search at the next. With the
# Ritz values theta_1 >= theta_2 >= .. of P P^T on U, y the vector of theta_1 and
# r = |P P^T y - theta_1 y|, the largest eigenvalue exceeds theta_1 by at most about
# r^2 / (theta_1 - theta_6): second order in r, with the gap to what is left outside
# the leading part of the block (Parlett, The Symmetric Eigenvalue Problem, 1998,
# ch. 11). The bound is compared with twice the tolerance of ln norm, since the
# eigenvalue is the norm squared.
WIDTH, FRESH = 8, 2  # rows of U; those of them that are replaced by new ones
_TOLERANCE = 2e-5  # of ln norm
_MAX_ITERATIONS = 8
_RENEW_EVERY = 8  # lags
_DIRECT_LAGS = 8  # the first ones, where singular values are too alike for a search
_STAYS_ACCURATE = 0.02  # an error below this share of the limit needs no further step
_FAR = 28  # binary exponents beyond which squares might leave float32


class LeadingDirections:
    """The leading left singular directions of N matrices, followed over the lags.

    Where the estimated error of the top Ritz value exceeds the tolerance, U takes steps
    of subspace iteration; after eight of them the largest eigenvalue of the Gram matrix
    is computed instead (:func:`gradlab.numerics.spectral_norm.top_eigenvalue`).

    At every eighth lag U takes a step in any case, with its last two directions
    replaced by fixed pseudo-random ones before it: a direction that has grown outside U
    has a component in those, and to be missed would have to overtake six others within
    eight steps.

    Each matrix is treated by its own numbers and lags alone, so its bits do not depend
    on the others. For float32 only: float64 would need more digits than this gives.
    """

    def __init__(self, count: int, rows: int, like: Tensor) -> None:
        self.drawn = _pseudo_random_rows(rows).to(like)
        self.basis = self.drawn[:WIDTH].expand(count, -1, -1).contiguous()
        self.needs_update = np.ones(count, dtype=bool)
        self.moved = np.zeros(count, dtype=bool)
        self.lag = 0

    @staticmethod
    def suits(parts: Sequence[Tensor]) -> bool:
        """Say whether the warm start pays for matrices of these shapes."""
        rows, columns = parts[0].shape[-2], sum(part.shape[-1] for part in parts)
        return parts[0].dtype == torch.float32 and min(rows, columns) > 2 * WIDTH

    def norms(self, parts: Sequence[Tensor], sizes: np.ndarray) -> np.ndarray:
        """Return the largest singular values at the next lags, (lags * N) float64.

        Args:
            parts: columns of the matrices, (lags * N, rows, columns) each, lag by lag.
                One call's lags do not cross a multiple of eight.
            sizes: Frobenius norms (lags * N) of the whole; where one is 0, inf or NaN,
                that is the result.
        """
        count = len(self.basis)
        lags = len(sizes) // count
        parts, sizes, shift = _in_range(parts, sizes)
        found = np.where(sizes == 0, 0.0, sizes)
        usable = np.isfinite(sizes) & (sizes > 0)
        search = _Search(parts, self.basis.repeat(lags, 1, 1), usable, sizes)
        direct = self.lag < _DIRECT_LAGS
        self.lag += lags
        if usable.any():
            needs_update = usable & np.tile(self.needs_update, lags)
            search.move(needs_update)
            if direct:
                found[usable] = search.directly(usable)
            else:
                found[usable] = search.norms(needs_update)
            self.moved |= needs_update.reshape(lags, count).any(0)
        if self.lag % _RENEW_EVERY == 0:
            self._renew(search)
        return np.ldexp(found, shift)

    def _renew(self, search: "_Search") -> None:
        """Step from the last lag's U, with two new directions, for the next lags."""
        count = len(self.basis)
        here = search.usable.copy()
        here[:-count] = False
        if here.any():
            place = self.lag * FRESH % (len(self.drawn) - FRESH)
            search.renew(here, self.drawn[place : place + FRESH])
            self.basis = search.basis[-count:]
        self.needs_update, self.moved = self.moved, np.zeros(count, dtype=bool)


class _Search:
    """The search at several lags, each matrix with its own block of directions.

    Attributes:
        parts: columns of the matrices.
        basis: U of each.
        usable: where the norm is neither 0 nor inf nor NaN.
        power: (N, 1, 1), powers of two that bring P P^T near 1. LAPACK compares entries
            with absolute thresholds, and how a matrix is scaled may depend on the other
            members: at a scale of its own its last bits are its own.
        vectors: Ritz vectors on U, where they are known for every matrix.
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
        """Return the norms of the chosen from their Gram matrices."""
        subset = self._subset(chosen)
        parts = subset.take(self.parts)
        square = top_eigenvalue(_apply_transpose(parts, parts)).double().clamp(min=0)
        return subset.pick(square.sqrt().cpu().numpy())

    def norms(self, needs_update: np.ndarray) -> np.ndarray:
        """Return the norms of the usable.

        ``needs_update`` says whose bases have taken a step already, and is set to whose
        needed one: the next lags then start with a step.
        """
        found, left = np.zeros(len(self.usable)), self.usable.copy()
        for iteration in range(_MAX_ITERATIONS):
            subset = self._subset(left)
            parts, basis = subset.take(self.parts), subset.take(self.basis)
            ritz = _rayleigh_ritz(parts, basis, subset.take(self.power))
            error = subset.pick(ritz.error)
            found[left] = subset.pick(ritz.norm)
            if iteration == 0:
                needs_update[left] = error > np.where(
                    needs_update[left], _STAYS_ACCURATE, 1.0
                )
                self.vectors = ritz.vectors if left.all() else None
            left[left] = ~(error <= 1.0)
            if not left.any():
                return found[self.usable]
            self.move(left)
        found[left] = self.directly(left)
        return found[self.usable]

    def move(self, chosen: np.ndarray) -> None:
        """Take a step of subspace iteration, U <- orth(U P P^T), for the chosen."""
        if not chosen.any():
            return
        subset = self._subset(chosen)
        parts, basis = subset.take(self.parts), subset.take(self.basis)
        back = _apply_transpose(parts, [bmm(basis, part) for part in parts])
        near = subset.pick(back * subset.take(self.power))
        self._put(chosen, orthonormal(near.mT).mT.contiguous())

    def renew(self, chosen: np.ndarray, drawn: Tensor) -> None:
        """Replace the last directions of U by new ones and take a step."""
        subset = self._subset(chosen)
        parts, basis = subset.take(self.parts), subset.take(self.basis)
        if self.vectors is None:
            inner = _inner([bmm(basis, part) for part in parts])
            _, vectors = _ritz(inner * subset.take(self.power))
        else:
            vectors = subset.take(self.vectors)
        basis = bmm(vectors.mT.flip(-2).contiguous(), basis)
        basis[:, -FRESH:] = drawn
        self._put(chosen, subset.pick(basis))
        self.move(chosen)

    def _put(self, chosen: np.ndarray, basis: Tensor) -> None:
        self.vectors = None
        if chosen.all():
            self.basis = basis
        else:
            self.basis[_places(chosen, basis)] = basis

    def _subset(self, chosen: np.ndarray) -> "_Subset":
        return _Subset(chosen, self.usable)


def _in_range(
    parts: Sequence[Tensor], sizes: np.ndarray
) -> tuple[Sequence[Tensor], np.ndarray, np.ndarray]:
    """Return matrices and sizes near 1, and the powers of two taken out of them.

    Where squares would leave the range of float32: a block may be far smaller than the
    whole product, by whose scale the mantissas are held.
    """
    shift = exponents(sizes)
    shift[np.abs(shift) <= _FAR] = 0
    if not shift.any():
        return parts, sizes, shift
    back = torch.from_numpy(-shift)
    return [rescaled(part, back) for part in parts], np.ldexp(sizes, -shift), shift


class _RitzApproximation(NamedTuple):
    """Ritz approximations of N matrices.

    Attributes:
        norm: from the top Ritz value, (N) float64.
        error: its estimated error over the allowed one, (N).
        vectors: of the Ritz values in ascending order, (N, 8, 8).
    """

    norm: np.ndarray
    error: np.ndarray
    vectors: Tensor


def _rayleigh_ritz(
    parts: Sequence[Tensor], basis: Tensor, power: Tensor
) -> _RitzApproximation:
    across = [bmm(basis, part) for part in parts]
    ritz, vectors = _ritz(_inner(across) * power)
    ritz = ritz / power[..., 0]
    weights, square = vectors[..., -1:].mT, ritz[..., -1]
    back = _apply_transpose(parts, [bmm(weights, image) for image in across])
    residual = back - square[:, None, None] * bmm(weights, basis)
    excess = (residual * residual).sum((-2, -1))
    limit = 2 * _TOLERANCE * square * (square - ritz[..., FRESH])
    norm, error = square.double().sqrt(), excess / limit
    return _RitzApproximation(norm.cpu().numpy(), error.cpu().numpy(), vectors)


def _ritz(inner: Tensor) -> tuple[Tensor, Tensor]:
    """Return eigenvalues, ascending, and eigenvectors of symmetric matrices (N, 8, 8).

    In float64 where LAPACK's float32 iteration fails to converge, as it does where
    directions differ by twenty decades; one matrix at a time then, so that none
    depends on the others.
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


def _apply_transpose(parts: Sequence[Tensor], across: Sequence[Tensor]) -> Tensor:
    back = bmm(across[0], parts[0].mT)
    for part, image in zip(parts[1:], across[1:], strict=True):
        baddbmm_(back, image, part.mT)
    return back


class _Subset:
    """A subset of the matrices, as a slice where copying them would cost more.

    The slice runs from the first to the last of them, unless that is three times as
    many or includes unusable ones; results of the others in it are thrown away.
    """

    def __init__(self, chosen: np.ndarray, usable: np.ndarray) -> None:
        places = np.flatnonzero(chosen)
        first, last = int(places[0]), int(places[-1]) + 1
        close = last - first <= 3 * len(places) and usable[first:last].all()
        self.span = slice(first, last) if close else None
        self.places = places
        self.inside = chosen[first:last]

    @overload
    def take(self, values: Tensor) -> Tensor: ...
    @overload
    def take(self, values: Sequence[Tensor]) -> list[Tensor]: ...
    def take(self, values):
        """Return the subset or the slice around it, of one tensor or of several."""
        if not isinstance(values, Tensor):
            return [self.take(value) for value in values]
        if self.span is not None:
            return values[self.span]
        return values[torch.from_numpy(self.places).to(values.device)]

    def pick(self, results: Values) -> Values:
        """Return the subset of results computed from what :meth:`take` gave."""
        if self.span is None or self.inside.all():
            return results
        own = np.flatnonzero(self.inside)
        if isinstance(results, Tensor):
            return results[torch.from_numpy(own).to(results.device)]
        return results[own]


def _places(chosen: np.ndarray, like: Tensor) -> Tensor:
    return torch.from_numpy(np.flatnonzero(chosen)).to(like.device)


def _pseudo_random_rows(rows: int) -> Tensor:
    """Return fixed pseudo-random unit rows, the first eight orthonormal."""
    drawn = np.random.default_rng(8).standard_normal((8 * WIDTH, rows))
    drawn /= np.linalg.norm(drawn, axis=-1, keepdims=True)
    drawn[:WIDTH] = np.linalg.qr(drawn[:WIDTH].T)[0].T
    return torch.from_numpy(drawn)
