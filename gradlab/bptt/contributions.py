"""Each step's part in dL/dW_hh."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gradlab.cells.base import Recurrent
from gradlab.numerics.batch_invariant import bmm, pad_to_multiple
from gradlab.numerics.logscale import exponent_of, log, power_of_two


@dataclass(frozen=True)
class Contributions:
    """dL/dW_hh = G = sum over t of G_t, sequence by sequence.

    Attributes:
        ln_norm: ln |G_t|_F, (T, …M, B).
        share: <G_t, G> / |G|_F^2, (T, …M, B): sums to 1 over t, may be negative; NaN
            where G is zero.
    """

    ln_norm: np.ndarray
    share: np.ndarray


def contributions(uses: tuple[Recurrent, ...]) -> Contributions:
    """Return the steps' contributions from delta_t and the operands.

    G_t = delta_t operand_t^T on the rows of each use, which must not overlap. The sums
    run in float64.

    Args:
        uses: as in :class:`gradlab.bptt.Backward`.
    """
    length, *lead = uses[0].operand.shape[:-1]
    exponent = _common_exponent(uses)
    parts = [_sums(use, exponent) for use in uses]
    squares, products, total = (
        torch.stack(same).sum(0) for same in zip(*parts, strict=True)
    )
    ln_norm = log(squares.sqrt(), exponent[:, None])
    share = products / total[:, None]
    return Contributions(
        np.moveaxis(ln_norm, 1, 0)[:length].reshape(-1, *lead),
        np.moveaxis(share.cpu().numpy(), 1, 0)[:length].reshape(-1, *lead),
    )


def _sums(use: Recurrent, exponent: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return |G_t|^2 and <G_t, G>, (N, T), and |G|^2, (N), on the rows of one use."""
    delta = _sequences_first(use.product, exponent)
    operand = _sequences_first(use.operand, None)
    gradient = bmm(delta.mT.contiguous(), operand)
    projected = bmm(delta, gradient)
    return (
        (delta * delta).sum(-1) * (operand * operand).sum(-1),
        (projected * operand).sum(-1),
        (gradient * gradient).sum((-2, -1)),
    )


def _common_exponent(uses: tuple[Recurrent, ...]) -> Tensor:
    """Return the power of two (N) of the largest delta of each sequence."""
    largest = torch.stack([use.product.abs().amax((0, -1)) for use in uses]).amax(0)
    return exponent_of(largest.reshape(-1).double())


def _sequences_first(values: Tensor, exponent: Tensor | None) -> Tensor:
    """Return (T, …, n) as (N, T, n) float64, filled up, scaled by 2**-exponent (N)."""
    flat = pad_to_multiple(values.double().flatten(1, -2).movedim(1, 0), 2).contiguous()
    if exponent is None:
        return flat
    return flat * power_of_two(-exponent, torch.float64)[:, None, None]


def of_gradients(gradients: Tensor) -> Contributions:
    """Return the same from the G_t themselves, (T, B, rows, columns)."""
    parts = gradients.double().flatten(2)
    exponent = exponent_of(parts.abs().amax((0, 2)))
    parts = parts * power_of_two(-exponent, torch.float64)[:, None]
    whole = parts.sum(0)
    share = (parts * whole).sum(-1) / (whole * whole).sum(-1)
    ln_norm = log(torch.linalg.vector_norm(parts, dim=-1), exponent)
    return Contributions(ln_norm, share.cpu().numpy())
