"""Spectral norms of many matrices."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from gradlab.numerics.batch_invariant import bmm, gram
from gradlab.numerics.logscale import exponent_of, largest_entry, ldexp, rescaled


_LANCZOS_FROM, _LANCZOS_FROM_ON_GPU = 32, 33
_SQUARINGS = {32: 3, 128: 1}
_LOOK_AT = (8, 14, 20, 26, 32, 40, 48)
_LOOK_SOONER_AT = (4, 7, 10, 14, 20, 26, 32, 40, 48)
_TOLERANCE = 1e-6
_NOTHING = 3e-6
_CROWDED = 4.0
_FAR = 20


class Squared(NamedTuple):
    """Matrices (N, rows, columns) of which only the spectral norms are wanted.

    Attributes:
        size: (N) float64, the largest entry; inf, NaN or 0 where that is the norm.
        usable: (N), where it is not.
        exponent: powers of two taken out of the usable ones, one each.
        gram: A^T A or A A^T of what is left of them, whichever is smaller.
    """

    size: Tensor
    usable: Tensor
    exponent: Tensor
    gram: Tensor


def spectral_norm(matrices: Tensor) -> Tensor:
    """Return the largest singular values of (N, rows, columns) as (N) float64.

    From the top eigenvalue of the Gram matrix, in the dtype of the matrices: squaring
    costs the small singular values their digits, not the largest. Matrices with inf
    give inf, with NaN give NaN, all-zero ones 0; none spoils another.
    """
    return roots([squared(matrices)])[0]


def squared(matrices: Tensor) -> Squared:
    """Return what :func:`roots` needs of matrices (N, rows, columns)."""
    size = largest_entry(matrices)
    usable = torch.isfinite(size) & (size > 0)
    rows = slice(None) if usable.all() else usable
    some, exponent = matrices[rows], exponent_of(size[rows])
    exponent[exponent.abs() <= _FAR] = 0
    if exponent.any():
        some = rescaled(some, -exponent)
    return Squared(size.double(), usable, exponent, gram(some))


def roots(batches: Sequence[Squared]) -> list[Tensor]:
    """Return the spectral norms (N) float64 of several batches with Grams of one size.

    All are computed together: small ones cost mostly calls.
    """
    grams = [batch.gram for batch in batches]
    whole = grams[0] if len(grams) == 1 else torch.cat(grams)
    if not len(whole):
        return [batch.size for batch in batches]
    square = top_eigenvalue(whole).double().clamp(min=0).sqrt()
    found = []
    for batch, part in zip(batches, square.split([len(g) for g in grams]), strict=True):
        norm = batch.size.clone()
        norm[batch.usable] = ldexp(part, batch.exponent)
        found.append(norm)
    return found


def top_eigenvalue(symmetric: Tensor) -> Tensor:
    """Return the largest eigenvalue of finite positive matrices (N, n, n), none zero.

    By LAPACK in float64 and where n is small (to 32 a GPU's library takes all at once).
    In float32 by Lanczos steps, several times faster, until a value moves by less than
    1e-6 of itself from one look to the next; what has not settled after 48 goes to
    LAPACK. Up to 128 rows of a power of the matrix, by squaring: what was close lies
    apart then, fewer steps are needed, and rounding and what is left of the search
    count for less once the root is taken.
    """
    size = symmetric.shape[-1]
    large = _LANCZOS_FROM if symmetric.is_cpu else _LANCZOS_FROM_ON_GPU
    if symmetric.dtype != torch.float32 or size < large:
        return _by_lapack(symmetric)
    squarings = next((n for most, n in _SQUARINGS.items() if size <= most), 0)
    trace = _traces(symmetric)
    power = symmetric / trace[:, None, None]
    if not squarings:
        return _top(power, _LOOK_AT, _TOLERANCE) * trace
    for _ in range(squarings):
        power = bmm(power, power)
    left = _traces(power)
    power = power / left[:, None, None]
    top = _top(power, _LOOK_SOONER_AT, 2**squarings * _TOLERANCE) * left
    for _ in range(squarings):
        top = top.sqrt()
    return top * trace


def _traces(matrices: Tensor) -> Tensor:
    return matrices.diagonal(dim1=-2, dim2=-1).sum(-1)


def _top(symmetric: Tensor, looks: Sequence[int], tolerance: float) -> Tensor:
    """Return the largest eigenvalues (N) by Lanczos steps.

    One start in some hundred hardly touches the top vector, which shows where the next
    values are close: where the trace says that they may be, a second start is tried.
    """
    top, settled = _lanczos(symmetric, _start(symmetric), looks, tolerance)
    crowded = (settled & (_traces(symmetric) > _CROWDED * top)).nonzero().squeeze(-1)
    if len(crowded):
        some = symmetric[crowded]
        again, calm = _lanczos(some, _start(some, anew=True), looks, tolerance)
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
    near, power = _near_one(symmetric)
    try:
        return torch.linalg.eigvalsh(near)[:, -1] / power
    except torch.linalg.LinAlgError:
        if len(symmetric) > 1:
            return torch.cat([_by_lapack(one) for one in symmetric.split(1)])
        if symmetric.dtype == torch.float64:
            raise
        return _by_lapack(symmetric.double()).to(symmetric.dtype)


def _near_one(symmetric: Tensor) -> tuple[Tensor, Tensor]:
    """Return positive matrices (N, n, n) times powers of two (N), traces then near 1.

    LAPACK holds products of small entries against the smallest float: other last bits
    come out at another scale, and the scale may be decided by a matrix's company.
    """
    trace = _traces(symmetric)
    usable = (trace >= torch.finfo(trace.dtype).tiny) & torch.isfinite(trace)
    power = torch.where(usable, torch.frexp(trace).mantissa / trace, 1.0)
    return symmetric * power[:, None, None], power


def _lanczos(
    symmetric: Tensor, start: Tensor, looks: Sequence[int], tolerance: float
) -> tuple[Tensor, Tensor]:
    """Return the top Ritz values (N) and which of them settled.

    Without reorthogonalization, which the top value does not need (lost orthogonality
    repeats values, it makes none up). A matrix leaves the batch at its own time, so
    its value does not depend on the others.
    """
    count = len(symmetric)
    top = symmetric.new_zeros(count)
    settled = torch.zeros(count, dtype=torch.bool, device=symmetric.device)
    rows = torch.arange(count, device=symmetric.device)
    basis = start.expand(count, -1)
    before = torch.zeros_like(basis)
    diagonal, beside = [], [symmetric.new_zeros(count)]
    largest = beside[0]
    for step in range(1, looks[-1] + 1):
        image = bmm(basis.unsqueeze(-2), symmetric).squeeze(-2)
        diagonal.append((image * basis).sum(-1))
        image = image - diagonal[-1].unsqueeze(-1) * basis
        image = image - beside[-1].unsqueeze(-1) * before
        left = (image * image).sum(-1).sqrt()
        largest = torch.maximum(largest, diagonal[-1].abs())
        left = torch.where(left > _NOTHING * largest, left, 0.0)
        beside.append(left)
        before = basis
        basis = torch.where(left > 0, 1 / left, 0.0).unsqueeze(-1) * image
        if step not in looks:
            continue
        ritz = _ritz(diagonal, beside)
        calm = (ritz - top[rows]).abs() <= tolerance * ritz
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


def _start(like: Tensor, *, anew: bool = False) -> Tensor:
    """Return a fixed unit vector with no symmetry that a matrix might share."""
    root = math.sqrt(7) if anew else math.sqrt(2)
    angles = torch.arange(1, like.shape[-1] + 1, dtype=torch.float64) * root
    entries = 1 + torch.frac(angles)
    signs = 1 - 2 * torch.floor(torch.frac(angles * math.sqrt(3)) * 2)
    vector = entries * signs
    return (vector / torch.linalg.vector_norm(vector)).to(like)
