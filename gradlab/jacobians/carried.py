"""Products of low rank, taken further back, and their norms."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gradlab.jacobians.layout import Layout
from gradlab.jacobians.spectral import top_eigenvalue
from gradlab.jacobians.thin import Thin
from gradlab.numerics.batch_invariant import multiply, pad_to_multiple
from gradlab.numerics.logscale import exponents, plain_norms, rescaled


_SQUARINGS = 14
_LOW = 1e-5
_MANY = 32
_WIDE, _FOLLOWED_WIDE = 2.0**50, 2.0**30
"""How far from 1 norms may be: their squares are floats; and squares of squares."""


@dataclass(frozen=True)
class Norms:
    """Norms of the products of a stretch: (steps, N) mantissas and their exponents."""

    frobenius: np.ndarray
    spectral: np.ndarray
    exponent: np.ndarray


def advance(thin: Thin, steps: int) -> Norms:
    """Go ``steps`` further back, in place; return the norms at each of them.

    Where the leading directions are followed, not across multiples of eight lags.
    """
    start = thin.t - steps
    taken = _pulled(thin, start, thin.t)
    frobenius, spectral = _sizes(taken, thin)
    wide = _WIDE if thin.leading is None else _FOLLOWED_WIDE
    if steps > 1 and not _in_range(frobenius, wide):
        each = [advance(thin, steps // 2), advance(thin, steps - steps // 2)]
        names = ("frobenius", "spectral", "exponent")
        return Norms(*(np.concatenate([getattr(e, n) for e in each]) for n in names))
    if thin.leading is not None:
        spectral = thin.leading.norms(_directions(taken, thin), frobenius.ravel())
    thin.t = start
    exponent = np.tile(thin.exponent, (steps, 1))
    shift = exponents(frobenius[-1])
    back = torch.from_numpy(-shift).to(taken[0].device)
    thin.rows = tuple(rescaled(part[-1], back) for part in taken)
    thin.exponent = thin.exponent + shift
    return Norms(frobenius, spectral.reshape(frobenius.shape), exponent)


def _pulled(thin: Thin, start: int, stop: int) -> tuple[Tensor, ...]:
    """Return the rows after each step from ``stop`` to ``start`` + 1.

    By state, (steps, N, K, n).
    """
    trajectory, steps = thin.trajectory, stop - start
    pull = trajectory.cell.pullbacks(*trajectory.steps_between(start, stop))
    widths = Layout.of(trajectory.cell).widths
    lead = (*trajectory.lead, thin.width)
    rows = tuple(
        part[..., :used].reshape(*lead, used)
        for part, used in zip(thin.rows, widths, strict=True)
    )
    slots = _slots(thin, rows, steps)
    for place in range(steps):
        into = tuple(slot[place] for slot in slots)
        pull(steps - 1 - place, rows, into)
        rows = into
    return tuple(pad_to_multiple(slot.flatten(1, -3), 1) for slot in slots)


def _slots(thin: Thin, rows: Sequence[Tensor], steps: int) -> tuple[Tensor, ...]:
    """Return memory for the rows of a stretch, (steps, …)."""
    if not thin.slots or len(thin.slots[0]) < steps:
        thin.slots = tuple(part.new_empty(steps, *part.shape) for part in rows)
    return tuple(slot[:steps] for slot in thin.slots)


def _directions(taken: Sequence[Tensor], thin: Thin) -> list[Tensor]:
    """Return R alone, (steps * N, K - 6, n) by state."""
    return [part.flatten(0, 1)[:, : thin.directions] for part in taken]


def _sizes(taken: Sequence[Tensor], thin: Thin) -> tuple[np.ndarray, np.ndarray]:
    """Return both norms of R at each step, (steps, N), from its Gram matrix.

    The Frobenius norms alone where the leading directions are followed.
    """
    count = thin.exponent.size
    if thin.leading is not None:
        parts = _directions(taken, thin)
        sizes = torch.stack([plain_norms(part.flatten(1)) for part in parts])
        whole = (sizes.double() ** 2).sum(0).sqrt()
        return whole.cpu().numpy().reshape(-1, count), np.zeros(0)
    gram: Tensor | float = 0.0
    for part in taken:
        flat = part.flatten(0, 1)
        gram = gram + multiply(flat, flat.mT)
    assert isinstance(gram, Tensor)
    gram[:, thin.directions :] = 0.0
    gram[:, :, thin.directions :] = 0.0
    trace = gram.diagonal(dim1=-2, dim2=-1).sum(-1)
    square = _tops(gram, trace).double().cpu().numpy()
    frobenius = trace.double().sqrt().cpu().numpy().reshape(-1, count)
    return frobenius, np.sqrt(square).reshape(-1, count)


def _tops(gram: Tensor, trace: Tensor) -> Tensor:
    """Return the largest eigenvalues of small positive matrices (N, n, n).

    Most lie apart: there the Rayleigh quotient of the eighth power's largest column
    will do. It is low by residual^2 / gap at most (Kato 1949), and no other eigenvalue
    is more than what the top one leaves of the sum of their squares.
    """
    size = torch.where(trace > 0, trace, 1.0)[:, None, None]
    shrunk = gram / size
    square = multiply(shrunk, shrunk)
    power = multiply(square, square)
    place = power.diagonal(dim1=-2, dim2=-1).argmax(-1)
    column = power.take_along_dim(place[:, None, None], -2)
    column = _unit(multiply(column, power))
    image = multiply(column, shrunk)
    top = (image * column).sum((-2, -1))
    residual = image - top[:, None, None] * column
    low_by = (residual * residual).sum((-2, -1))
    others = square.diagonal(dim1=-2, dim2=-1).sum(-1) - top * top
    gap = top - others.clamp_min(0.0).sqrt()
    near = ~(low_by <= _LOW * top * gap) & (trace > 0) & trace.isfinite()
    left = near.nonzero().squeeze(-1)
    if len(left):
        top[left] = _top(shrunk[left])
    return top * trace


def _top(shrunk: Tensor) -> Tensor:
    """Return the largest eigenvalues of positive matrices (N, n, n) of trace 1.

    From the Rayleigh quotient of the largest column of the matrix's 2^14th power, which
    is low by 1e-5 of itself at most, whatever the second eigenvalue.
    """
    if shrunk.shape[-1] >= _MANY:
        return top_eigenvalue(pad_to_multiple(shrunk, 2))
    power = shrunk
    for _ in range(_SQUARINGS // 2):
        power = multiply(power, power)
        power = multiply(power, power)
        power = power / power.diagonal(dim1=-2, dim2=-1).sum(-1)[:, None, None]
    place = power.diagonal(dim1=-2, dim2=-1).argmax(-1)
    column = _unit(power.take_along_dim(place[:, None, None], -2))
    return (multiply(column, shrunk) * column).sum((-2, -1))


def _unit(rows: Tensor) -> Tensor:
    size = torch.linalg.vector_norm(rows, dim=-1, keepdim=True)
    return rows / size.clamp_min(torch.finfo(rows.dtype).tiny)


def _in_range(norms: np.ndarray, wide: float) -> bool:
    return bool(((norms == 0) | ((norms > 1 / wide) & (norms < wide))).all())
