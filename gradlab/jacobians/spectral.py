"""Spectral norms of many matrices."""

import math

import numpy as np
import torch
from torch import Tensor

from gradlab.batched import gram, multiply
from gradlab.logscale import largest_entry, normalized, power_of_two


_LANCZOS_FROM = 32
_LOOK_AT = (8, 14, 20, 26, 32, 40, 48)
_TOLERANCE = 1e-6
_NOTHING = 3e-6
_CROWDED = 4.0


def spectral_norm(matrices: Tensor) -> Tensor:
    """Return the largest singular values of (N, rows, columns) as (N) float64.

    From the top eigenvalue of the Gram matrix, in the dtype of the matrices: squaring
    costs the small singular values their digits, not the largest. Matrices with inf
    give inf, with NaN give NaN, all-zero ones 0; none spoils another.
    """
    norm = largest_entry(matrices).double()
    usable = torch.isfinite(norm) & (norm > 0)
    if usable.any():
        rows = slice(None) if usable.all() else usable
        shrunk, exponent = normalized(matrices[rows])
        square = top_eigenvalue(gram(shrunk)).double().clamp(min=0)
        norm[rows] = square.sqrt() * power_of_two(exponent, torch.float64)
    return norm


def spectral_norms(matrices: dict[str, Tensor]) -> dict[str, np.ndarray]:
    """Return the spectral norms (N) of several batches, those of one shape together."""
    by_shape: dict[tuple[int, ...], list[str]] = {}
    for name, batch in matrices.items():
        by_shape.setdefault(tuple(batch.shape), []).append(name)
    norms: dict[str, np.ndarray] = {}
    for names in by_shape.values():
        together = torch.cat([matrices[name] for name in names])
        parts = spectral_norm(together).cpu().numpy().reshape(len(names), -1)
        norms |= dict(zip(names, parts, strict=True))
    return norms


def top_eigenvalue(symmetric: Tensor) -> Tensor:
    """Return the largest eigenvalue of finite positive matrices (N, n, n).

    By LAPACK in float64 and where n is small. In float32 by Lanczos steps, several
    times faster, until a value moves by less than 1e-6 of itself in six steps; what
    has not settled after 48 goes to LAPACK. One start in some hundred hardly touches
    the top vector, which shows where the next values are close: where the trace says
    that they may be, a second start is tried.
    """
    if symmetric.dtype != torch.float32 or symmetric.shape[-1] < _LANCZOS_FROM:
        return _by_lapack(symmetric)
    top, settled = _lanczos(symmetric)
    trace = symmetric.diagonal(dim1=-2, dim2=-1).sum(-1)
    crowded = (settled & (trace > _CROWDED * top)).nonzero().squeeze(-1)
    if len(crowded):
        again, calm = _lanczos(symmetric[crowded], anew=True)
        top[crowded] = torch.maximum(top[crowded], again)
        settled[crowded] = calm
    if not settled.all():
        top[~settled] = _by_lapack(symmetric[~settled])
    return top


def _by_lapack(symmetric: Tensor) -> Tensor:
    """Return the top eigenvalues (N); in float64 where float32's iteration stalls.

    It does on rare matrices with entries near the smallest float32: one point of ten
    thousand. Each is tried alone, so that none depends on the others.
    """
    try:
        return torch.linalg.eigvalsh(symmetric)[:, -1]
    except torch.linalg.LinAlgError:
        if len(symmetric) > 1:
            return torch.cat([_by_lapack(one) for one in symmetric.split(1)])
        if symmetric.dtype == torch.float64:
            raise
        return _by_lapack(symmetric.double()).to(symmetric.dtype)


def _lanczos(symmetric: Tensor, *, anew: bool = False) -> tuple[Tensor, Tensor]:
    """Return the top Ritz values (N) and which of them settled.

    Without reorthogonalization, which the top value does not need (lost orthogonality
    repeats values, it makes none up). A matrix leaves the batch at its own time, so
    its value does not depend on the others.
    """
    count, size = symmetric.shape[:2]
    top = symmetric.new_zeros(count)
    settled = torch.zeros(count, dtype=torch.bool, device=symmetric.device)
    rows = torch.arange(count, device=symmetric.device)
    basis = _start(size, anew=anew).to(symmetric).expand(count, -1)
    before = torch.zeros_like(basis)
    diagonal, beside = [], [symmetric.new_zeros(count)]
    largest = beside[0]
    for step in range(1, _LOOK_AT[-1] + 1):
        image = multiply(basis.unsqueeze(-2), symmetric).squeeze(-2)
        diagonal.append((image * basis).sum(-1))
        image = image - diagonal[-1].unsqueeze(-1) * basis
        image = image - beside[-1].unsqueeze(-1) * before
        left = (image * image).sum(-1).sqrt()
        largest = torch.maximum(largest, diagonal[-1].abs())
        left = torch.where(left > _NOTHING * largest, left, 0.0)
        beside.append(left)
        before = basis
        basis = torch.where(left > 0, 1 / left, 0.0).unsqueeze(-1) * image
        if step not in _LOOK_AT:
            continue
        ritz = _ritz(diagonal, beside)
        calm = (ritz - top[rows]).abs() <= _TOLERANCE * ritz
        top[rows] = ritz
        settled[rows] = calm
        if calm.all():
            break
        if calm.any():
            rest = (~calm).nonzero().squeeze(-1)
            rows, symmetric = rows[rest], symmetric[rest]
            basis, before, largest = basis[rest], before[rest], largest[rest]
            diagonal = [values[rest] for values in diagonal]
            beside = [values[rest] for values in beside]
    return top, settled


def _ritz(diagonal: list[Tensor], beside: list[Tensor]) -> Tensor:
    tridiagonal = torch.diag_embed(torch.stack(diagonal, -1).double())
    off = torch.stack(beside[1:-1], -1).double()
    tridiagonal += torch.diag_embed(off, 1) + torch.diag_embed(off, -1)
    return torch.linalg.eigvalsh(tridiagonal)[:, -1].float()


def _start(size: int, *, anew: bool = False) -> Tensor:
    """Return a fixed unit vector with no symmetry that a matrix might share."""
    root = math.sqrt(7) if anew else math.sqrt(2)
    angles = torch.arange(1, size + 1, dtype=torch.float64) * root
    entries = 1 + torch.frac(angles)
    signs = 1 - 2 * torch.floor(torch.frac(angles * math.sqrt(3)) * 2)
    vector = entries * signs
    return vector / torch.linalg.vector_norm(vector)
