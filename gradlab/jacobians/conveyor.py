"""Products of diagonal matrices, unit by unit in log space (float64)."""

import numpy as np
import torch
from torch import Tensor

from gradlab.jacobians.spectral import spectral_norm
from gradlab.logscale import ln_vector_norm, log, normalized


def ln_products(diagonals: Tensor) -> np.ndarray:
    """Return ln |d_T ... d_{t+1}| of each unit by lag, (T + 1, N, n) float64.

    ``diagonals`` are d_1 .. d_T, (T, N, n). A zero gives -inf from there on.
    """
    ln = log(diagonals.detach().double().abs(), np.zeros(1))
    total = np.zeros((ln.shape[0] + 1, *ln.shape[1:]))
    with np.errstate(invalid="ignore"):
        np.cumsum(ln[::-1], axis=0, out=total[1:])
    return total


def ln_largest(ln_units: np.ndarray) -> np.ndarray:
    """Return the ln of the spectral norm of diagonal matrices, (…, n) to (…)."""
    return ln_units.max(axis=-1)


def ln_root_sum_square(ln_units: np.ndarray) -> np.ndarray:
    """Return the ln of the Frobenius norm of diagonal matrices, (…, n) to (…)."""
    top = ln_largest(ln_units)
    shift = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        squares = np.exp(2.0 * (ln_units - shift[..., None]))
        return shift + 0.5 * np.log(np.ascontiguousarray(squares.sum(axis=-1)))


def ln_column_norms(matrices: Tensor) -> np.ndarray:
    """Return the ln of the norm of each column of (N, rows, n) as (N, n)."""
    return ln_vector_norm(matrices.mT)


def ln_spectral_scaled(matrices: Tensor, ln_units: np.ndarray) -> np.ndarray:
    """Return ln |M D|_2 for (N, rows, n) and D = diag(exp(ln_units)), (N, n)."""
    shrunk, exponent = normalized(matrices.double())
    top = ln_largest(ln_units)
    shift = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(over="ignore", invalid="ignore"):
        factors = torch.from_numpy(np.exp(ln_units - shift[:, None]))
    norm = spectral_norm(shrunk * factors.to(shrunk.device)[:, None])
    return log(norm, exponent) + shift
