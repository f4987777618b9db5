"""Numbers far outside a float's range: a mantissa and an exact power of two.

Rescaling by powers of two loses nothing, so a product of 100,000 Jacobians neither
underflows nor overflows and its mantissas are those of plain arithmetic. Every rule
here looks at one matrix alone: a matrix never feels what stands beside it.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor


LN2 = float(np.log(2.0))
_RANGE = 1074
_POWERS = torch.from_numpy(np.ldexp(1.0, np.arange(-_RANGE, 1024)))


@dataclass(frozen=True)
class Scaled:
    """Matrices ``mantissa * 2**exponent``: (…, rows, columns) and (…) int64."""

    mantissa: Tensor
    exponent: Tensor

    def value(self) -> Tensor:
        """Return the plain matrices (what is too large or small becomes inf or 0)."""
        flat = self.mantissa.double().reshape(-1, *self.mantissa.shape[-2:])
        plain = rescaled(flat, self.exponent.reshape(-1))
        return plain.reshape(self.mantissa.shape).to(self.mantissa.dtype)

    def ln_frobenius(self) -> np.ndarray:
        """Return the natural logs of the Frobenius norms, (…) float64."""
        flat = self.mantissa.reshape(-1, *self.mantissa.shape[-2:])
        shape = tuple(self.exponent.shape)
        return log(frobenius_norms(flat).reshape(shape), self.exponent)


def power_of_two(exponent: Tensor, dtype: torch.dtype) -> Tensor:
    """Return 2**exponent exactly (a table: ``pow`` may round)."""
    table = _POWERS.to(exponent.device)
    return table[exponent.clamp(-_RANGE, 1023) + _RANGE].to(dtype)


def exponent_of(size: Tensor) -> Tensor:
    """Return e with 2**(e-1) <= size < 2**e; 0 for zero, inf and NaN."""
    usable = torch.isfinite(size) & (size > 0)
    return torch.frexp(torch.where(usable, size, 0.5)).exponent.long()


def exponents(size: np.ndarray) -> np.ndarray:
    """Return e with 2**(e-1) <= size < 2**e as int64; 0 for zero, inf and NaN."""
    usable = np.isfinite(size) & (size > 0)
    return np.frexp(np.where(usable, size, 0.5))[1].astype(np.int64)


def rescaled(matrices: Tensor, exponent: Tensor) -> Tensor:
    """Return matrices (N, rows, columns) times 2**exponent (N, on any device), exactly.

    In two factors, because one power of two of float32 ends at 2**127.
    """
    exponent = exponent.to(matrices.device)
    half = exponent.div(2, rounding_mode="trunc")
    first = power_of_two(half, matrices.dtype)[:, None, None]
    second = power_of_two(exponent - half, matrices.dtype)[:, None, None]
    return matrices * first * second


def largest_entry(matrices: Tensor) -> Tensor:
    """Return max |entry| of (N, rows, columns) as (N); NaN where one is NaN."""
    return torch.maximum(matrices.amax((-2, -1)), -matrices.amin((-2, -1)))


def frobenius_norms(matrices: Tensor) -> np.ndarray:
    """Return the Frobenius norms of (N, rows, columns) as (N) float64."""
    return mend(plain_norms(matrices.flatten(1)).double().cpu().numpy(), matrices)


def mend(norms: np.ndarray, matrices: Tensor) -> np.ndarray:
    """Set right, in place, norms that squares beyond the dtype's range spoilt.

    Squares of float32 entries below 1e-23 are 0 and above 1e19 are inf; where a norm
    comes near those, the matrix is scaled by its own largest entry first.
    """
    low, high = safe_range(matrices.dtype)
    doubtful = ~((norms > low) & (norms < high))
    if doubtful.any():
        rows = torch.from_numpy(np.flatnonzero(doubtful)).to(matrices.device)
        norms[doubtful] = careful_norms(matrices[rows]).cpu().numpy()
    return norms


def plain_norms(vectors: Tensor) -> Tensor:
    """Return the norms of (N, n) in their dtype; a lone one beside its copy."""
    if vectors.shape[0] == 1:
        return plain_norms(vectors.expand(2, -1))[:1]
    return torch.linalg.vector_norm(vectors, dim=-1)


def careful_norms(matrices: Tensor) -> Tensor:
    """Return Frobenius norms (N) float64, each matrix scaled by its largest entry."""
    shrunk, exponent = normalized(matrices)
    norms = plain_norms(shrunk.flatten(1)).double()
    return norms * power_of_two(exponent, torch.float64)


def ln_vector_norm(vectors: Tensor) -> np.ndarray:
    """Return ln |v|_2 of vectors (…, n) as (…) float64, over any float's range."""
    wide = vectors.detach().double().contiguous()
    exponent = exponent_of(wide.abs().amax(-1))
    shrunk = wide * power_of_two(-exponent, torch.float64)[..., None]
    return log((shrunk * shrunk).sum(-1).sqrt(), exponent)


def normalized(matrices: Tensor) -> tuple[Tensor, Tensor]:
    """Return matrices with largest entry in [1/2, 1) and the exponents taken out."""
    exponent = exponent_of(largest_entry(matrices))
    return rescaled(matrices, -exponent), exponent


def log(norm: np.ndarray | Tensor, exponent: np.ndarray | Tensor) -> np.ndarray:
    """Return ln(norm * 2**exponent) in float64; -inf for zero, NaN for NaN.

    The same bits however the number is split between norm and exponent.
    """
    norm, exponent = (
        np.ascontiguousarray(x.cpu().numpy() if isinstance(x, Tensor) else x)
        for x in (norm, exponent)
    )
    mantissa, more = np.frexp(norm)
    return ln(mantissa) + (exponent + more) * LN2


def ln(sizes: np.ndarray) -> np.ndarray:
    """Return the natural logs of sizes from 0 on; -inf for 0, inf and NaN as they are.

    Apart from NumPy's own on arrays with such entries, which rounds the others, too, in
    another way.
    """
    usable = np.isfinite(sizes) & (sizes > 0)
    logs = np.log(np.where(usable, sizes, 1.0))
    special = np.where(sizes == 0, -np.inf, np.where(sizes > 0, sizes, np.nan))
    return np.where(usable, logs, special)


def exp(logs: np.ndarray) -> np.ndarray:
    """Return e to ``logs``; 0 for -inf, inf and NaN as they are (see :func:`ln`)."""
    usable = np.isfinite(logs)
    special = np.where(logs == -np.inf, 0.0, logs)
    return np.where(usable, np.exp(np.where(usable, logs, 0.0)), special)


def safe_range(dtype: torch.dtype) -> tuple[float, float]:
    """Return the norms between which squared entries lose nothing that counts."""
    reach = 46 if dtype == torch.float32 else 400
    return 2.0**-reach, 2.0**reach
