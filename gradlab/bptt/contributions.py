"""Each step's contribution to dL/dW_hh."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gradlab.bptt.backward import GradientFactors
from gradlab.numerics.batch_invariant import bmm, pad_to_multiple
from gradlab.numerics.logscale import exponents, ldexp, ln_scaled, ln_vector_norm


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


def contributions(factors: tuple[GradientFactors, ...]) -> Contributions:
    """Return the steps' contributions from G_t = delta_t operand_t^T.

    The rows of different factors must not overlap. The sums run in float64.

    Args:
        factors: as in :class:`gradlab.bptt.Backward`.
    """
    length, *batch_shape = factors[0].operand.shape[:-1]
    deltas = [_sequences_first(part.delta) for part in factors]
    operands = [_sequences_first(part.operand) for part in factors]
    return Contributions(
        np.moveaxis(_ln_norms(deltas, operands), 1, 0)[:length].reshape(
            -1, *batch_shape
        ),
        np.moveaxis(_shares(deltas, operands), 1, 0)[:length].reshape(-1, *batch_shape),
    )


def contributions_of_gradients(
    steps: Iterable[Mapping[str, Tensor]], batch_shape: tuple[int, ...]
) -> Contributions:
    """Return the steps' contributions from the G_t of parts of W_hh, by step.

    Args:
        steps: the G_t, parameter -> (N, rows, columns), which are parts of one W_hh.
        batch_shape: (…M, B), of N sequences.
    """
    parts = torch.stack(
        [
            torch.cat([part.double().flatten(1) for part in step.values()], -1)
            for step in steps
        ]
    )
    exponent = exponents(parts.abs().amax((0, 2)))
    scaled = ldexp(parts, -exponent[:, None])
    whole = scaled.sum(0)
    share = (scaled * whole).sum(-1) / (whole * whole).sum(-1)
    ln_norm = ln_vector_norm(parts)
    return Contributions(
        ln_norm.reshape(-1, *batch_shape),
        share.cpu().numpy().reshape(-1, *batch_shape),
    )


# |G_t|_F = |delta_t| |operand_t|, since G_t has rank one. Steps far back can be 1e-300
# of the last one, and their squares leave float64's range, so each step has a power of
# two of its own. A share is relative to |G|^2: one power of two a sequence is enough,
# and a step that underflows relative to it has a share of 0.


def _ln_norms(deltas: list[Tensor], operands: list[Tensor]) -> np.ndarray:
    """Return ln |G_t|_F over all factors, (N, T)."""
    of_delta = _common_exponent(deltas, axes=(-1,))
    of_operand = _common_exponent(operands, axes=(-1,))
    squares = [
        _square(ldexp(delta, -of_delta)) * _square(ldexp(operand, -of_operand))
        for delta, operand in zip(deltas, operands, strict=True)
    ]
    exponent = (of_delta + of_operand).squeeze(-1)
    return ln_scaled(torch.stack(squares).sum(0).sqrt(), exponent)


def _shares(deltas: list[Tensor], operands: list[Tensor]) -> np.ndarray:
    """Return <G_t, G> / |G|_F^2 over all factors, (N, T)."""
    of_delta = _common_exponent(deltas, axes=(-2, -1))
    of_operand = _common_exponent(operands, axes=(-2, -1))
    products, totals = [], []
    for delta, operand in zip(deltas, operands, strict=True):
        delta, operand = ldexp(delta, -of_delta), ldexp(operand, -of_operand)
        gradient = bmm(delta.mT.contiguous(), operand)
        products.append((bmm(delta, gradient) * operand).sum(-1))
        totals.append((gradient * gradient).sum((-2, -1)))
    share = torch.stack(products).sum(0) / torch.stack(totals).sum(0)[:, None]
    return share.cpu().numpy()


def _common_exponent(parts: list[Tensor], axes: tuple[int, ...]) -> Tensor:
    """Return e with |entries| < 2^e of all parts, over ``axes``, which stay as 1."""
    largest = [part.abs().amax(axes, keepdim=True) for part in parts]
    return exponents(torch.stack(largest).amax(0))


def _square(vectors: Tensor) -> Tensor:
    return (vectors * vectors).sum(-1)


def _sequences_first(values: Tensor) -> Tensor:
    """Return (T, …, n) as (N, T, n) float64, padded to multiples of 16."""
    flat = values.double().flatten(1, -2).movedim(1, 0)
    return pad_to_multiple(flat, 2).contiguous()
