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
from gradlab.numerics.logscale import exponents_np, rescaled
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
BLOCK_SIZE, NEW_ROWS = 8, 2  # rows of U; how many of them a refresh replaces
_TOLERANCE = 2e-5  # of ln norm
_MAX_ITERATIONS = 8
_REFRESH_EVERY = 8  # lags
_DIRECT_LAGS = 8  # the first ones, where singular values are too alike for a search
_STAYS_ACCURATE = 0.02  # an error below this share of the limit needs no further step
_FAR = 28  # binary exponents; fourth powers beyond might leave float32


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
        self.random_rows = _pseudo_random_rows(rows).to(like)
        self.basis = self.random_rows[:BLOCK_SIZE].expand(count, -1, -1).contiguous()
        self.begins_with_step = np.ones(count, dtype=bool)
        self.too_inaccurate = np.zeros(count, dtype=bool)
        self.lag = 0

    @staticmethod
    def suits(column_blocks: Sequence[Tensor]) -> bool:
        """Say whether the warm start pays for matrices of these shapes."""
        first = column_blocks[0]
        columns = sum(block.shape[-1] for block in column_blocks)
        is_large = min(first.shape[-2], columns) > 2 * BLOCK_SIZE
        return first.dtype == torch.float32 and is_large

    def norms(self, column_blocks: Sequence[Tensor], sizes: np.ndarray) -> np.ndarray:
        """Return the largest singular values at the next lags, (lags * N) float64.

        Args:
            column_blocks: columns of the matrices, (lags * N, rows, columns) each, lag
                by lag. One call's lags do not cross a multiple of eight.
            sizes: Frobenius norms (lags * N) of the whole; where one is 0, inf or NaN,
                that is the result.
        """
        count = len(self.basis)
        lags = len(sizes) // count
        column_blocks, sizes, shift = _in_range(column_blocks, sizes)
        found = np.where(sizes == 0, 0.0, sizes)
        usable = np.isfinite(sizes) & (sizes > 0)
        search = _Search(column_blocks, self.basis.repeat(lags, 1, 1), usable, sizes)
        direct = self.lag < _DIRECT_LAGS
        self.lag += lags
        if usable.any():
            stepped = usable & np.tile(self.begins_with_step, lags)
            search.iterate(stepped)
            if direct:
                found[usable], too_inaccurate = search.directly(usable), stepped
            else:
                found[usable], too_inaccurate = search.norms(stepped)
            self.too_inaccurate |= too_inaccurate.reshape(lags, count).any(0)
        if self.lag % _REFRESH_EVERY == 0:
            self._refresh(search)
        return np.ldexp(found, shift)

    def _refresh(self, search: "_Search") -> None:
        """Step from the last lag's U, with two new directions, for the next lags."""
        count = len(self.basis)
        of_last_lag = search.usable.copy()
        of_last_lag[:-count] = False
        if of_last_lag.any():
            start = self.lag * NEW_ROWS % (len(self.random_rows) - NEW_ROWS)
            search.refresh(of_last_lag, self.random_rows[start : start + NEW_ROWS])
            self.basis = search.basis[-count:]
        self.begins_with_step = self.too_inaccurate
        self.too_inaccurate = np.zeros(count, dtype=bool)


class _Search:
    """The search at several lags, each matrix with its own block of directions.

    Attributes:
        column_blocks: columns of the matrices.
        basis: U of each.
        usable: where the norm is neither 0 nor inf nor NaN.
        scale: (N, 1, 1), powers of two that bring P P^T near 1. LAPACK compares entries
            with absolute thresholds, and how a matrix is scaled may depend on the other
            members: at a scale of its own its last bits do not.
        vectors: Ritz vectors on U, where they are known for every matrix.
    """

    def __init__(
        self,
        column_blocks: Sequence[Tensor],
        basis: Tensor,
        usable: np.ndarray,
        sizes: np.ndarray,
    ) -> None:
        self.column_blocks, self.basis, self.usable = column_blocks, basis, usable
        scale = np.ldexp(1.0, -2 * exponents_np(sizes))
        self.scale = torch.from_numpy(scale).to(basis)[:, None, None]
        self.vectors: Tensor | None = None

    def directly(self, chosen: np.ndarray) -> np.ndarray:
        """Return the norms of the chosen from their Gram matrices."""
        subset = self._subset(chosen)
        column_blocks = subset.gather(self.column_blocks)
        gram = _apply_transpose(column_blocks, column_blocks)
        square = top_eigenvalue(gram).double().clamp(min=0)
        return subset.filter(square.sqrt().cpu().numpy())

    def norms(self, stepped: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the norms of the usable, and whose U was too inaccurate at first.

        Args:
            stepped: (N), whose U has taken a step at this lag already. What is almost
                accurate after one would not have been without it, so for these the
                bound is lower.
        """
        too_inaccurate = np.zeros(len(self.usable), dtype=bool)
        found, left = np.zeros(len(self.usable)), self.usable.copy()
        for iteration in range(_MAX_ITERATIONS):
            subset = self._subset(left)
            column_blocks = subset.gather(self.column_blocks)
            basis = subset.gather(self.basis)
            ritz = _rayleigh_ritz(column_blocks, basis, subset.gather(self.scale))
            error = subset.filter(ritz.error)
            found[left] = subset.filter(ritz.norm)
            if iteration == 0:
                limit = np.where(stepped[left], _STAYS_ACCURATE, 1.0)
                too_inaccurate[left] = error > limit
                self.vectors = ritz.vectors if left.all() else None
            left[left] = ~(error <= 1.0)
            if not left.any():
                return found[self.usable], too_inaccurate
            self.iterate(left)
        found[left] = self.directly(left)
        return found[self.usable], too_inaccurate

    def iterate(self, chosen: np.ndarray) -> None:
        """Take a step of subspace iteration, U <- orth(U P P^T), for the chosen."""
        if not chosen.any():
            return
        subset = self._subset(chosen)
        column_blocks = subset.gather(self.column_blocks)
        basis = subset.gather(self.basis)
        up = [bmm(basis, block) for block in column_blocks]
        upp = _apply_transpose(column_blocks, up)
        scaled = subset.filter(upp * subset.gather(self.scale))
        self._put(chosen, orthonormal(scaled.mT).mT.contiguous())

    def refresh(self, chosen: np.ndarray, random_rows: Tensor) -> None:
        """Replace the last directions of U by new ones and take a step."""
        subset = self._subset(chosen)
        column_blocks = subset.gather(self.column_blocks)
        basis = subset.gather(self.basis)
        if self.vectors is None:
            inner = _inner([bmm(basis, block) for block in column_blocks])
            _, vectors = _ritz(inner * subset.gather(self.scale))
        else:
            vectors = subset.gather(self.vectors)
        basis = bmm(vectors.mT.flip(-2).contiguous(), basis)
        basis[:, -NEW_ROWS:] = random_rows
        self._put(chosen, subset.filter(basis))
        self.iterate(chosen)

    def _put(self, chosen: np.ndarray, basis: Tensor) -> None:
        self.vectors = None
        if chosen.all():
            self.basis = basis
        else:
            self.basis[_index(chosen, basis)] = basis

    def _subset(self, chosen: np.ndarray) -> "_Subset":
        return _Subset(chosen, self.usable)


def _in_range(
    column_blocks: Sequence[Tensor], sizes: np.ndarray
) -> tuple[Sequence[Tensor], np.ndarray, np.ndarray]:
    """Return matrices and sizes near 1, and the powers of two taken out of them.

    Where fourth powers (squared entries of P P^T) would leave the range of float32: a
    block may be far smaller than the whole product, by whose scale the mantissas are
    held.
    """
    shift = exponents_np(sizes)
    shift[np.abs(shift) <= _FAR] = 0
    if not shift.any():
        return column_blocks, sizes, shift
    inverse = torch.from_numpy(-shift)
    scaled = [rescaled(block, inverse) for block in column_blocks]
    return scaled, np.ldexp(sizes, -shift), shift


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
    column_blocks: Sequence[Tensor], basis: Tensor, scale: Tensor
) -> _RitzApproximation:
    up = [bmm(basis, block) for block in column_blocks]
    ritz, vectors = _ritz(_inner(up) * scale)
    ritz = ritz / scale[..., 0]
    weights, square = vectors[..., -1:].mT, ritz[..., -1]
    upp = _apply_transpose(column_blocks, [bmm(weights, up_block) for up_block in up])
    residual = upp - square[:, None, None] * bmm(weights, basis)
    excess = (residual * residual).sum((-2, -1))
    limit = 2 * _TOLERANCE * square * (square - ritz[..., NEW_ROWS])
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


def _inner(up: Sequence[Tensor]) -> Tensor:
    """Return U P P^T U^T, (N, 8, 8), from U P by column block."""
    inner = bmm(up[0], up[0].mT)
    for up_block in up[1:]:
        baddbmm_(inner, up_block, up_block.mT)
    return inner


def _apply_transpose(column_blocks: Sequence[Tensor], up: Sequence[Tensor]) -> Tensor:
    """Return (U P) P^T, (N, 8, rows), from both factors by column block."""
    upp = bmm(up[0], column_blocks[0].mT)
    for block, up_block in zip(column_blocks[1:], up[1:], strict=True):
        baddbmm_(upp, up_block, block.mT)
    return upp


class _Subset:
    """A subset of the matrices, as a slice where copying them would cost more.

    The slice runs from the first to the last of them, unless that is three times as
    many or includes unusable ones; results of the others in it are thrown away.
    """

    def __init__(self, chosen: np.ndarray, usable: np.ndarray) -> None:
        index = np.flatnonzero(chosen)
        first, last = int(index[0]), int(index[-1]) + 1
        is_dense = last - first <= 3 * len(index) and usable[first:last].all()
        self.slice = slice(first, last) if is_dense else None
        self.index = index
        self.inside = chosen[first:last]

    @overload
    def gather(self, values: Tensor) -> Tensor: ...
    @overload
    def gather(self, values: Sequence[Tensor]) -> list[Tensor]: ...
    def gather(self, values):
        """Return the subset, or the slice around it, of one tensor or of several."""
        if not isinstance(values, Tensor):
            return [self.gather(value) for value in values]
        if self.slice is not None:
            return values[self.slice]
        return values[torch.from_numpy(self.index).to(values.device)]

    def filter(self, results: Values) -> Values:
        """Return the subset of results computed from what :meth:`gather` gave."""
        if self.slice is None or self.inside.all():
            return results
        index = np.flatnonzero(self.inside)
        if isinstance(results, Tensor):
            return results[torch.from_numpy(index).to(results.device)]
        return results[index]


def _index(chosen: np.ndarray, like: Tensor) -> Tensor:
    return torch.from_numpy(np.flatnonzero(chosen)).to(like.device)


def _pseudo_random_rows(rows: int) -> Tensor:
    """Return fixed pseudo-random unit rows, the first eight orthonormal."""
    random_rows = np.random.default_rng(8).standard_normal((8 * BLOCK_SIZE, rows))
    random_rows /= np.linalg.norm(random_rows, axis=-1, keepdims=True)
    random_rows[:BLOCK_SIZE] = np.linalg.qr(random_rows[:BLOCK_SIZE].T)[0].T
    return torch.from_numpy(random_rows)
