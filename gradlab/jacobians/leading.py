"""Spectral norms at one lag after another, each search begun where the last ended.

The left singular vectors of J_T ... J_{t+1} hardly move from one lag to the next: a
further step back multiplies from the right, and they converge as the product grows.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from gradlab.batched import multiply, multiply_add_
from gradlab.jacobians.spectral import spectral_norm


WIDTH = 8
_TOLERANCE = 1e-5
_PASSES = 8


class LeadingDirections:
    """The leading left singular directions of N matrices, followed over the lags.

    Held as a block U of 8 orthonormal rows. At each lag the Ritz values of P P^T on U
    are taken, and the residual r of the top one's vector. The top value theta is low by
    about r^2 / (theta - the least of the eight), to second order whatever comes close
    inside the block; where that is more than 2e-5 of theta (1e-5 in ln norm), U takes a
    step of subspace iteration, and after eight the Gram matrix's own eigenvalue is
    asked (:func:`gradlab.jacobians.spectral.spectral_norm`). After each stretch of lags
    U takes a step in any case: a direction outside it would have to pass seven others
    in between to go unseen.

    A matrix is treated by its own numbers alone, so none depends on the others. Only
    float32 gains by it; float64 is asked for more digits than it could give.
    """

    def __init__(self, count: int, rows: int, like: Tensor) -> None:
        self.basis = _start(rows).to(like).expand(count, -1, -1).contiguous()

    @staticmethod
    def suits(parts: Sequence[Tensor]) -> bool:
        """Say whether following pays for matrices of such columns."""
        rows, columns = parts[0].shape[-2], sum(part.shape[-1] for part in parts)
        return parts[0].dtype == torch.float32 and min(rows, columns) > 2 * WIDTH

    def norms(self, parts: Sequence[Tensor], sizes: np.ndarray) -> np.ndarray:
        """Return the largest singular values at the next stretch of lags, float64.

        Args:
            parts: columns of the matrices, (lags * N, rows, columns) each, lag by lag,
                of entries whose squares are far from float32's ends.
            sizes: Frobenius norms (lags * N) of the whole; those that are 0, inf or NaN
                stand for themselves.
        """
        count = len(self.basis)
        basis = self.basis.repeat(len(sizes) // count, 1, 1)
        usable = np.isfinite(sizes) & (sizes > 0)
        if usable.all():
            found = _followed(parts, basis)
        else:
            found = np.where(sizes == 0, 0.0, sizes)
            if usable.any():
                rows = _index(usable, basis)
                some = basis[rows]
                found[usable] = _followed([part[rows] for part in parts], some)
                basis[rows] = some
        self._step([part[-count:] for part in parts], basis[-count:], usable[-count:])
        return found

    def _step(self, parts: Sequence[Tensor], basis: Tensor, usable: np.ndarray) -> None:
        if usable.all():
            self.basis = _moved(parts, basis)
        elif usable.any():
            rows = _index(usable, basis)
            self.basis[rows] = _moved([part[rows] for part in parts], basis[rows])


def _followed(parts: Sequence[Tensor], basis: Tensor) -> np.ndarray:
    """Return the norms; leave in ``basis`` where each search ended."""
    square, settled = _top(parts, basis)
    for _ in range(_PASSES):
        if settled.all():
            break
        rest = (~settled).nonzero().squeeze(-1)
        some = [part[rest] for part in parts]
        moved = _moved(some, basis[rest])
        basis[rest] = moved
        square[rest], settled[rest] = _top(some, moved)
    norm = square.double().sqrt()
    if not settled.all():
        rest = (~settled).nonzero().squeeze(-1)
        norm[rest] = spectral_norm(torch.cat([part[rest] for part in parts], -1))
    return norm.cpu().numpy()


def _index(chosen: np.ndarray, like: Tensor) -> Tensor:
    return torch.from_numpy(np.flatnonzero(chosen)).to(like.device)


def _top(parts: Sequence[Tensor], basis: Tensor) -> tuple[Tensor, Tensor]:
    """Return the top Ritz values of P P^T (N) and which of them are settled."""
    across = [multiply(basis, part) for part in parts]
    inner = multiply(across[0], across[0].mT)
    for image in across[1:]:
        multiply_add_(inner, image, image.mT)
    ritz, vectors = torch.linalg.eigh(inner)
    weights, square = vectors[..., -1:].mT, ritz[..., -1]
    back = _back(parts, [multiply(weights, image) for image in across])
    residual = back - square[:, None, None] * multiply(weights, basis)
    low_by = (residual * residual).sum((-2, -1))
    return square, low_by <= 2 * _TOLERANCE * square * (square - ritz[..., 0])


def _moved(parts: Sequence[Tensor], basis: Tensor) -> Tensor:
    """Return the block after one step of subspace iteration."""
    across = [multiply(basis, part) for part in parts]
    return torch.linalg.qr(_back(parts, across).mT).Q.mT.contiguous()


def _back(parts: Sequence[Tensor], across: Sequence[Tensor]) -> Tensor:
    back = multiply(across[0], parts[0].mT)
    for part, image in zip(parts[1:], across[1:], strict=True):
        multiply_add_(back, image, part.mT)
    return back


def _start(rows: int) -> Tensor:
    """Return 8 fixed orthonormal rows in no particular direction, float64."""
    drawn = np.random.default_rng(8).standard_normal((rows, WIDTH))
    return torch.from_numpy(np.ascontiguousarray(np.linalg.qr(drawn)[0].T))
