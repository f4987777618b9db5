"""Numbers far outside a float's range: a mantissa and an exact power of two.

Rescaling by powers of two loses nothing, so the mantissas of a product that is rescaled
on the way are those of plain arithmetic, and its size may leave any float's range. (An
entry far smaller than the largest at one exponent can still be flushed to zero:
:mod:`gradlab.jacobians.underflow` says when that matters.) Every rule here looks at one
matrix alone: its bits do not depend on the other members of a batch.
"""

# Why this is exact. A binary float is m * 2^e with 1/2 <= |m| < 1. Multiplying by 2^k
# changes e alone, so it rounds nothing as long as the result is a normal number (IEEE
# 754; Higham 2002, Accuracy and Stability of Numerical Algorithms, 2.1). frexp splits a
# number into m and e without arithmetic. So for any k_i
#
#     (A 2^k_1) (B 2^k_2) = (A B) 2^(k_1 + k_2)      to the last bit of fl(A B),
#
# k is kept as an int64 next to the mantissas, and ln of the whole is ln m + (k + e)
# ln 2, whose error is that of ln: about 1e-16 of the result.
#
# 2^k itself must be a float: float32 ends at 2^127 above and 2^-149 below, float64 at
# 2^1023 and 2^-1074. Bringing 2^-149 near 1 takes 2^149, which float32 does not have;
# hence the two factors in `ldexp`. (torch.ldexp multiplies by pow(2, k) in one factor,
# and pow may round.)

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor


LN2 = float(np.log(2.0))
_LOWEST, _HIGHEST = -1074, 1023
_POWERS = torch.from_numpy(np.ldexp(1.0, np.arange(_LOWEST, _HIGHEST + 1)))


@dataclass(frozen=True)
class Scaled:
    """Matrices ``mantissa * 2**exponent``: (…, rows, columns) and (…) int64."""

    mantissa: Tensor
    exponent: Tensor

    def value(self) -> Tensor:
        """Return the plain matrices (what is too large or small becomes inf or 0)."""
        exponent = self.exponent[..., None, None].to(self.mantissa.device)
        return ldexp(self.mantissa.double(), exponent).to(self.mantissa.dtype)

    def ln_frobenius(self) -> np.ndarray:
        """Return the natural logs of the Frobenius norms, (…) float64."""
        flat = self.mantissa.reshape(-1, *self.mantissa.shape[-2:])
        shape = tuple(self.exponent.shape)
        return ln_scaled(frobenius_norms(flat).reshape(shape), self.exponent)


def power_of_two(exponent: Tensor, dtype: torch.dtype) -> Tensor:
    """Return 2**exponent from a table; exponents are clamped to -1074 .. 1023.

    Exact where the dtype has it: in float32 0 below 2**-149 and inf above 2**127. To
    scale by a power that may lie outside, use :func:`ldexp`.
    """
    table = _POWERS.to(exponent.device)
    return table[exponent.clamp(_LOWEST, _HIGHEST) - _LOWEST].to(dtype)


def ldexp(values: Tensor, exponent: Tensor) -> Tensor:
    """Return values * 2**exponent, exactly where the result is a normal number.

    The shapes broadcast. In two factors, so that any finite nonzero number of the dtype
    can be brought near 1.
    """
    half = exponent.div(2, rounding_mode="trunc")
    first = power_of_two(half, values.dtype)
    return values * first * power_of_two(exponent - half, values.dtype)


def rescaled(matrices: Tensor, exponent: Tensor) -> Tensor:
    """Return matrices (N, rows, columns) times 2**exponent (N, on any device)."""
    return ldexp(matrices, exponent.to(matrices.device)[:, None, None])


def exponents(size: Tensor) -> Tensor:
    """Return e with 2**(e-1) <= size < 2**e as int64; 0 for zero, inf and NaN."""
    usable = torch.isfinite(size) & (size > 0)
    return torch.frexp(torch.where(usable, size, 0.5)).exponent.long()


def exponents_np(size: np.ndarray) -> np.ndarray:
    """Return :func:`exponents` of a NumPy array."""
    usable = np.isfinite(size) & (size > 0)
    return np.frexp(np.where(usable, size, 0.5))[1].astype(np.int64)


def largest_entry(matrices: Tensor) -> Tensor:
    """Return max |entry| of (N, rows, columns) as (N); NaN where one is NaN."""
    return torch.maximum(matrices.amax((-2, -1)), -matrices.amin((-2, -1)))


def normalized(matrices: Tensor) -> tuple[Tensor, Tensor]:
    """Return (N, rows, columns) with largest entry in [1/2, 1), and exponents (N)."""
    exponent = exponents(largest_entry(matrices))
    return rescaled(matrices, -exponent), exponent


# Norms come from squares, and squares leave the range of a float at the square root of
# its ends: float32 entries below 1e-23 square to 0 and above 1e19 to inf (Blue 1978, A
# portable Fortran program to find the Euclidean norm of a vector). LAPACK scales every
# vector for that; here a plain norm is computed first, and only the few matrices whose
# norm comes out near those ends are scaled by their own largest entry and done again.


def frobenius_norms(matrices: Tensor) -> np.ndarray:
    """Return the Frobenius norms of (N, rows, columns) as (N) float64."""
    norms = vector_norms(matrices.flatten(1)).double().cpu().numpy()
    return recompute_unsafe_norms(norms, matrices)


def recompute_unsafe_norms(norms: np.ndarray, matrices: Tensor) -> np.ndarray:
    """Replace, in place, norms (N) whose squares left the range of the dtype."""
    low, high = safe_range(matrices.dtype)
    unsafe = ~((norms > low) & (norms < high))
    if unsafe.any():
        rows = torch.from_numpy(np.flatnonzero(unsafe)).to(matrices.device)
        shrunk, exponent = normalized(matrices[rows])
        again = vector_norms(shrunk.flatten(1)).double()
        norms[unsafe] = ldexp(again, exponent).cpu().numpy()
    return norms


def safe_range(dtype: torch.dtype) -> tuple[float, float]:
    """Return the norms between which squared entries lose nothing that counts."""
    bits = 46 if dtype == torch.float32 else 400
    return 2.0**-bits, 2.0**bits


def vector_norms(vectors: Tensor) -> Tensor:
    """Return the norms of (N, n) in their dtype; one vector together with a copy.

    A batch of one is summed in another order (see
    :mod:`gradlab.numerics.batch_invariant`).
    """
    if vectors.shape[0] == 1:
        return vector_norms(vectors.expand(2, -1))[:1]
    return torch.linalg.vector_norm(vectors, dim=-1)


def ln_vector_norm(vectors: Tensor) -> np.ndarray:
    """Return ln |v|_2 of vectors (…, n) as (…) float64, over any float's range."""
    wide = vectors.detach().double().contiguous()
    exponent = exponents(wide.abs().amax(-1))
    shrunk = ldexp(wide, -exponent[..., None])
    return ln_scaled((shrunk * shrunk).sum(-1).sqrt(), exponent)


def ln_scaled(norm: np.ndarray | Tensor, exponent: np.ndarray | Tensor) -> np.ndarray:
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

    NumPy's log takes another path over arrays that hold a 0, inf or NaN and rounds the
    other entries differently; it sees finite positive numbers only, so that an entry's
    bits do not depend on the others.
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
