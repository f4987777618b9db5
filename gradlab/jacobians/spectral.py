"""Spectral norms of many matrices."""

import torch
from torch import Tensor

from gradlab.batched import gram
from gradlab.logscale import largest_entry, normalized, power_of_two


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


def top_eigenvalue(symmetric: Tensor) -> Tensor:
    """Return the largest eigenvalue of finite symmetric matrices (N, n, n)."""
    if symmetric.shape[-1] == 1:
        return symmetric[:, 0, 0]
    return torch.linalg.eigvalsh(symmetric)[:, -1]
