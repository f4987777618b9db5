"""QR factorisations of many tall matrices."""

# On a GPU the library's QR factors tall matrices one after the other, each in a hundred
# small calls. Cholesky QR does all of them at once: for A with unit columns and A^T A =
# L L^T, the columns of A L^-T are orthonormal but for rounding of eps cond(A)^2. Done
# twice (CholeskyQR2) the error is of the order of eps, as long as cond(A) is below
# about eps^-1/2, 1e8 in float64 (Yamamoto, Nakatsukasa, Yanagisawa & Fukaya 2015). What
# does not come out orthonormal is left to the library.

import torch
from torch import Tensor

from gradlab.numerics.threads import one_thread


_TOLERANCE = 1e-8


def factors(columns: Tensor) -> tuple[Tensor, Tensor]:
    """Return Q (N, n, k) and R (N, k, k) of columns = Q R, by the device's library.

    Tall matrices on one thread: with two, MKL's LAPACK takes three to six times as long
    over them (128 x 58, 256 x 58).
    """
    if not columns.is_cpu or columns.shape[-2] == columns.shape[-1]:
        return torch.linalg.qr(columns)
    with one_thread():
        return torch.linalg.qr(columns)


def orthonormal(columns: Tensor) -> Tensor:
    """Return Q (N, n, k) of columns = Q R, R upper triangular, for (N, n, k), n >= k.

    On the CPU by :func:`factors`, on a GPU by CholeskyQR2 in float64.
    """
    if columns.is_cpu:
        return factors(columns)[0]
    found = _cholesky_qr(_cholesky_qr(columns.double()))
    eye = torch.eye(columns.shape[-1], dtype=found.dtype, device=found.device)
    error = (found.mT @ found - eye).abs().amax((-2, -1))
    found = found.to(columns.dtype)
    left = (~(error <= _TOLERANCE)).nonzero().squeeze(-1)  # includes NaN
    if len(left):
        found[left] = factors(columns[left])[0]
    return found


def _cholesky_qr(columns: Tensor) -> Tensor:
    """Return A L^-T for columns A (N, n, k); undefined where A^T A is singular."""
    unit = columns / torch.linalg.vector_norm(columns, dim=-2, keepdim=True)
    lower, _ = torch.linalg.cholesky_ex(unit.mT @ unit)
    eye = torch.eye(lower.shape[-1], dtype=lower.dtype, device=lower.device)
    inverse = torch.linalg.solve_triangular(lower, eye.expand_as(lower), upper=False)
    return unit @ inverse.mT
