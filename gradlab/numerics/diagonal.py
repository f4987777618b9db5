"""Products of diagonal matrices, unit by unit in log space (float64)."""

import numpy as np
import torch
from torch import Tensor

from gradlab.numerics.logscale import exp, ln, ln_scaled, ln_vector_norm, normalized
from gradlab.numerics.spectral_norm import spectral_norm


def ln_products(diagonals: Tensor) -> np.ndarray:
    """Return ln |d_T ... d_{t+1}| of each unit by lag, (T + 1, N, n) float64.

    ``diagonals`` are d_1 .. d_T, (T, N, n). A zero gives -inf from there on.
    """
    start = np.zeros(tuple(diagonals.shape[1:]))
    return np.concatenate([start[None], ln_continued(diagonals.flip(0), start)])


def ln_continued(diagonals: Tensor, before: np.ndarray) -> np.ndarray:
    """Return ln |d| of each unit's products so far, (K, N, n) float64.

    ``diagonals`` (K, N, n) are the next K factors, ``before`` (N, n) the ln of those
    until now. A zero gives -inf from there on.
    """
    steps = ln_scaled(diagonals.detach().double().abs(), np.zeros(1))
    steps[0] += before
    with np.errstate(invalid="ignore"):
        return np.cumsum(steps, axis=0)


def ln_largest(ln_units: np.ndarray) -> np.ndarray:
    """Return the ln of the spectral norm of diagonal matrices, (…, n) to (…)."""
    return ln_units.max(axis=-1)


def ln_root_sum_square(ln_units: np.ndarray) -> np.ndarray:
    """Return the ln of the Frobenius norm of diagonal matrices, (…, n) to (…)."""
    top = ln_largest(ln_units)
    shift = np.where(np.isfinite(top), top, 0.0)
    squares = exp(2.0 * (ln_units - shift[..., None]))
    return shift + 0.5 * ln(squares.sum(axis=-1))


def ln_column_norms(matrices: Tensor) -> np.ndarray:
    """Return the ln of the norm of each column of (N, rows, n) as (N, n)."""
    return ln_vector_norm(matrices.mT)


def ln_spectral_scaled(matrices: Tensor, ln_units: np.ndarray) -> np.ndarray:
    """Return ln |M D|_2 for (N, rows, n) and D = diag(exp(ln_units)), (N, n)."""
    shrunk, exponent = normalized(matrices.double())
    # A unit that reaches no row (one behind a shut gate) must not set the scale.
    reaches = (shrunk != 0).any(-2).cpu().numpy()
    ln_units = np.where(reaches, ln_units, -np.inf)
    top = ln_largest(ln_units)
    shift = np.where(np.isfinite(top), top, 0.0)
    factors = torch.from_numpy(exp(ln_units - shift[:, None]))
    norm = spectral_norm(shrunk * factors.to(shrunk.device)[:, None])
    return ln_scaled(norm, exponent) + shift
