"""Many tall matrices' QR: their orthonormal columns."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import torch
from torch import Tensor


_OFF = 1e-8
_changing = Lock()


def factors(columns: Tensor) -> tuple[Tensor, Tensor]:
    """Return Q (N, n, k) and R (N, k, k) of columns = Q R, by the device's library.

    Tall matrices on one thread: where it has two, MKL's LAPACK can take three to six
    times as long over them (128 x 58, 256 x 58).
    """
    if not columns.is_cpu or columns.shape[-2] == columns.shape[-1]:
        return torch.linalg.qr(columns)
    with _one_thread():
        return torch.linalg.qr(columns)


def orthonormal(columns: Tensor) -> Tensor:
    """Return Q (N, n, k) of columns = Q R, R upper triangular, for (N, n, k), n >= k.

    On the CPU by :func:`factors`. A GPU's libraries take tall matrices one after the
    other, each in a hundred small calls; there it is by Cholesky's factor of the Gram
    matrix, twice and in float64 (Yamamoto et al. 2015, CholeskyQR2), for all of them at
    once, and matrices too near to rank deficient for that are left to the library.
    """
    if columns.is_cpu:
        return factors(columns)[0]
    found = _by_cholesky(_by_cholesky(columns.double()))
    eye = torch.eye(columns.shape[-1], dtype=found.dtype, device=found.device)
    off = (found.mT @ found - eye).abs().amax((-2, -1))
    found = found.to(columns.dtype)
    left = (~(off <= _OFF)).nonzero().squeeze(-1)  # NaN is left, too
    if len(left):
        found[left] = factors(columns[left])[0]
    return found


def _by_cholesky(columns: Tensor) -> Tensor:
    """Return columns (N, n, k) closer to orthonormal; anything where that failed."""
    unit = columns / torch.linalg.vector_norm(columns, dim=-2, keepdim=True)
    lower, _ = torch.linalg.cholesky_ex(unit.mT @ unit)
    eye = torch.eye(lower.shape[-1], dtype=lower.dtype, device=lower.device)
    inverse = torch.linalg.solve_triangular(lower, eye.expand_as(lower), upper=False)
    return unit @ inverse.mT


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let torch use one thread until the block ends.

    For one caller at a time: two could each put back what the other has set.
    """
    with _changing:
        before = torch.get_num_threads()
        if before > 1:
            torch.set_num_threads(1)
        try:
            yield
        finally:
            if before > 1:
                torch.set_num_threads(before)
