"""Spectral norms of many matrices, by the Lanczos method from a cold start.

Where norms of one product are wanted at every lag, the search of one lag starts the
next: :mod:`gradlab.numerics.leading_directions`.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from gradlab.numerics.batch_invariant import bmm, gram
from gradlab.numerics.logscale import exponents, largest_entry, ldexp, rescaled


_LANCZOS_FROM, _LANCZOS_FROM_ON_GPU = 32, 33  # rows
_SQUARINGS = {32: 3, 128: 1}  # rows at most: how often the Gram matrix is squared
_CHECK_AT = (8, 14, 20, 26, 32, 40, 48)  # steps
_CHECK_SOONER_AT = (4, 7, 10, 14, 20, 26, 32, 40, 48)
_TOLERANCE = 1e-6
_BREAKDOWN = 3e-6  # of the largest alpha: a smaller beta is rounding
_CLUSTERED = 4.0  # times the largest eigenvalue
_FAR = 20  # binary exponents beyond which squares might leave float32


class Squared(NamedTuple):
    """Gram matrices of (N, rows, columns), from which spectral norms are computed.

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
    give inf, with NaN give NaN, all-zero ones 0; none changes another's bits.
    """
    return roots([squared(matrices)])[0]


def squared(matrices: Tensor) -> Squared:
    """Return what :func:`roots` needs of matrices (N, rows, columns)."""
    size = largest_entry(matrices)
    usable = torch.isfinite(size) & (size > 0)
    rows = slice(None) if usable.all() else usable
    some, exponent = matrices[rows], exponents(size[rows])
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
    In float32 by the Lanczos method, several times faster, until a value changes by
    less than 1e-6 of itself from one check to the next; what has not converged after 48
    steps goes to LAPACK. Up to 128 rows the matrix is squared first, once or three
    times: that widens the relative gaps between eigenvalues, so fewer steps are needed,
    and errors shrink by the power when the root is taken.
    """
    size = symmetric.shape[-1]
    large = _LANCZOS_FROM if symmetric.is_cpu else _LANCZOS_FROM_ON_GPU
    if symmetric.dtype != torch.float32 or size < large:
        return _by_lapack(symmetric)
    squarings = next((n for most, n in _SQUARINGS.items() if size <= most), 0)
    trace = _traces(symmetric)
    power = symmetric / trace[:, None, None]
    if not squarings:
        return _top(power, _CHECK_AT, _TOLERANCE) * trace
    for _ in range(squarings):
        power = bmm(power, power)
    left = _traces(power)
    power = power / left[:, None, None]
    top = _top(power, _CHECK_SOONER_AT, 2**squarings * _TOLERANCE) * left
    for _ in range(squarings):
        top = top.sqrt()
    return top * trace


def _traces(matrices: Tensor) -> Tensor:
    return matrices.diagonal(dim1=-2, dim2=-1).sum(-1)


def _top(symmetric: Tensor, checks: Sequence[int], tolerance: float) -> Tensor:
    """Return the largest eigenvalues (N) by Lanczos steps.

    One start in some hundred is nearly orthogonal to the top vector, which matters
    where the next eigenvalues are close: where the trace, their sum, is several times
    the value found, a second start is tried and the larger result counts.
    """
    top, converged = _lanczos(symmetric, _start(symmetric), checks, tolerance)
    clustered = (
        (converged & (_traces(symmetric) > _CLUSTERED * top)).nonzero().squeeze(-1)
    )
    if len(clustered):
        some = symmetric[clustered]
        again, stable = _lanczos(some, _start(some, anew=True), checks, tolerance)
        top[clustered] = torch.maximum(top[clustered], again)
        converged[clustered] = stable
    if not converged.all():
        top[~converged] = _by_lapack(symmetric[~converged])
    return top


def _by_lapack(symmetric: Tensor) -> Tensor:
    """Return the top eigenvalues (N); in float64 where float32 does not converge.

    That happens on rare matrices with entries near the smallest float32, at one
    point of ten thousand; one at a time then, so that none depends on the others.
    """
    normalized, power = _normalize(symmetric)
    try:
        return torch.linalg.eigvalsh(normalized)[:, -1] / power
    except torch.linalg.LinAlgError:
        if len(symmetric) > 1:
            return torch.cat([_by_lapack(one) for one in symmetric.split(1)])
        if symmetric.dtype == torch.float64:
            raise
        return _by_lapack(symmetric.double()).to(symmetric.dtype)


def _normalize(symmetric: Tensor) -> tuple[Tensor, Tensor]:
    """Return positive matrices (N, n, n) times powers of two (N), traces near 1.

    LAPACK compares products of entries with the smallest float, so last bits depend on
    the scale, and how a matrix was scaled may depend on the other members.
    """
    trace = _traces(symmetric)
    usable = (trace >= torch.finfo(trace.dtype).tiny) & torch.isfinite(trace)
    power = torch.where(usable, torch.frexp(trace).mantissa / trace, 1.0)
    return symmetric * power[:, None, None], power


def _lanczos(
    symmetric: Tensor, start: Tensor, checks: Sequence[int], tolerance: float
) -> tuple[Tensor, Tensor]:
    """Return the top Ritz values (N) and which of them converged.

    The three-term recurrence beta_k q_{k+1} = A q_k - alpha_k q_k - beta_{k-1} q_{k-1}
    (Golub & Van Loan, Matrix Computations, sec. 10.1), without reorthogonalization:
    lost orthogonality repeats converged values and creates no others (Paige 1980). A
    matrix leaves the batch when it has converged, so its value does not depend on the
    others.
    """
    count = len(symmetric)
    top = symmetric.new_zeros(count)
    converged = torch.zeros(count, dtype=torch.bool, device=symmetric.device)
    rows = torch.arange(count, device=symmetric.device)
    basis = start.expand(count, -1)
    before = torch.zeros_like(basis)
    alpha, beta = [], [symmetric.new_zeros(count)]
    largest = beta[0]
    for step in range(1, checks[-1] + 1):
        image = bmm(basis.unsqueeze(-2), symmetric).squeeze(-2)
        alpha.append((image * basis).sum(-1))
        image = image - alpha[-1].unsqueeze(-1) * basis
        image = image - beta[-1].unsqueeze(-1) * before
        left = (image * image).sum(-1).sqrt()
        largest = torch.maximum(largest, alpha[-1].abs())
        left = torch.where(left > _BREAKDOWN * largest, left, 0.0)
        beta.append(left)
        before = basis
        basis = torch.where(left > 0, 1 / left, 0.0).unsqueeze(-1) * image
        if step not in checks:
            continue
        ritz = _ritz(alpha, beta)
        stable = (ritz - top[rows]).abs() <= tolerance * ritz
        top[rows] = ritz
        converged[rows] = stable
        if stable.all():
            break
        if stable.any():
            rest = (~stable).nonzero().squeeze(-1)
            rows, symmetric = rows[rest], symmetric[rest]
            basis, before, largest = basis[rest], before[rest], largest[rest]
            alpha = [values[rest] for values in alpha]
            beta = [values[rest] for values in beta]
    return top, converged


def _ritz(alpha: list[Tensor], beta: list[Tensor]) -> Tensor:
    tridiagonal = torch.diag_embed(torch.stack(alpha, -1).double())
    off = torch.stack(beta[1:-1], -1).double()
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
