"""Products of diagonal matrices, unit by unit in log space (float64)."""

import numpy as np
import torch
from torch import Tensor

from gradlab.jacobians.spectral import spectral_norm
from gradlab.logscale import ln, ln_vector_norm, log, normalized


def ln_products(diagonals: Tensor) -> np.ndarray:
    """Return ln |d_T ... d_{t+1}| of each unit by lag, (T + 1, N, n) float64.

    ``diagonals`` are d_1 .. d_T, (T, N, n). A zero gives -inf from there on.
    """
    steps = log(diagonals.detach().double().abs(), np.zeros(1))
    total = np.zeros((len(steps) + 1, *steps.shape[1:]))
    with np.errstate(invalid="ignore"):
        np.cumsum(steps[::-1], axis=0, out=total[1:])
    return total


def ln_largest(ln_units: np.ndarray) -> np.ndarray:
    """Return the ln of the spectral norm of diagonal matrices, (…, n) to (…)."""
    return ln_units.max(axis=-1)


def ln_root_sum_square(ln_units: np.ndarray) -> np.ndarray:
    """Return the ln of the Frobenius norm of diagonal matrices, (…, n) to (…)."""
    top = ln_largest(ln_units)
    shift = np.where(np.isfinite(top), top, 0.0)
    squares = _exp(2.0 * (ln_units - shift[..., None]))
    return shift + 0.5 * ln(squares.sum(axis=-1))


def ln_column_norms(matrices: Tensor) -> np.ndarray:
    """Return the ln of the norm of each column of (N, rows, n) as (N, n)."""
    return ln_vector_norm(matrices.mT)


def ln_spectral_scaled(matrices: Tensor, ln_units: np.ndarray) -> np.ndarray:
    """Return ln |M D|_2 for (N, rows, n) and D = diag(exp(ln_units)), (N, n)."""
    shrunk, exponent = normalized(matrices.double())
    top = ln_largest(ln_units)
    shift = np.where(np.isfinite(top), top, 0.0)
    factors = torch.from_numpy(_exp(ln_units - shift[:, None]))
    norm = spectral_norm(shrunk * factors.to(shrunk.device)[:, None])
    return log(norm, exponent) + shift


def _exp(x: np.ndarray) -> np.ndarray:
    """Return exp, special entries apart (see :func:`gradlab.logscale.ln`)."""
    usable = np.isfinite(x)
    special = np.where(x == -np.inf, 0.0, x)
    return np.where(usable, np.exp(np.where(usable, x, 0.0)), special)
