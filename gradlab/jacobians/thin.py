"""Products of low rank, carried by as many rows as they have directions."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from gradlab.batched import filled, multiply
from gradlab.jacobians.layout import Layout
from gradlab.jacobians.spectral import top_eigenvalue
from gradlab.logscale import exponents, rescaled
from gradlab.seeding import stream
from gradlab.trajectory import Trajectory


PROBES = 6
"""Random cotangents carried exactly; the check fails to see an error once in 10^6."""

TOLERANCE = 1e-4
"""What may be dropped at a time, over the product's Frobenius norm."""

STRETCH = 32
_SQUARINGS = 14
_LOW = 1e-5
_MANY = 32
_WIDE = 2.0**30
_FACTOR = 10 * np.sqrt(2 / np.pi)


@dataclass
class Thin:
    """N products P = Q R, of which R is carried, and Gaussian rows w P beside it.

    Sides are multiples of 16, filled up with zeros, as :mod:`gradlab.batched` has it.

    Attributes:
        trajectory: of the products' points, (…M, B) of them.
        t: the earlier step, of J_T ... J_{t+1}.
        rows: by state, (…M, B, K, n): K - 6 rows of R, then w P.
        weights: w Q, (N, 16, K), so that w (P - Q R) is the probes less weights R.
        exponent: (N) powers of two taken out of ``rows``.
        slots: where a stretch's rows are written, used again and again.
    """

    trajectory: Trajectory
    t: int
    rows: tuple[Tensor, ...]
    weights: Tensor
    exponent: np.ndarray
    slots: tuple[Tensor, ...] = ()

    @property
    def width(self) -> int:
        """K."""
        return self.rows[0].shape[-2]

    @property
    def directions(self) -> int:
        """How many rows R has."""
        return self.width - PROBES


@dataclass(frozen=True)
class Norms:
    """Norms of the products of a stretch: (steps, N) mantissas and their exponents."""

    frobenius: np.ndarray
    spectral: np.ndarray
    exponent: np.ndarray


def advance(thin: Thin, steps: int) -> Norms:
    """Go ``steps`` further back, in place; return the norms at each of them."""
    taken = _pulled(thin, thin.t - steps, thin.t)
    count = thin.exponent.size
    norms = _norms(taken, thin.directions, count)
    if steps > 1 and not _in_range(norms.frobenius):
        parts = [advance(thin, 1) for _ in range(steps)]
        return Norms(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("frobenius", "spectral", "exponent")
            )
        )
    thin.t -= steps
    exponent = np.tile(thin.exponent, (steps, 1))
    shift = exponents(norms.frobenius[-1])
    thin.rows = tuple(_shifted(part[-1], -shift) for part in taken)
    thin.exponent = thin.exponent + shift
    return Norms(norms.frobenius, norms.spectral, exponent)


def error_bound(thin: Thin, spectral: np.ndarray, exponent: np.ndarray) -> np.ndarray:
    """Return what |P - Q R|_2 is at most, over the spectral norm just found (N).

    10 sqrt(2 / pi) max_i |w_i (P - Q R)| for 6 Gaussian rows w_i: exceeded with a
    probability of at most 10^-6 (Halko, Martinsson & Tropp 2011, lemma 4.1). Float32's
    own rounding is in it.
    """
    square: Tensor | float = 0.0
    probes = slice(thin.directions, thin.width)
    for part in thin.rows:
        flat = filled(part.flatten(0, -3), 1)
        off = flat[:, probes] - multiply(thin.weights, flat)[:, :PROBES]
        square = square + (off * off).sum(-1)
    assert isinstance(square, Tensor)
    worst = square.amax(-1).sqrt().double().cpu().numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.ldexp(spectral, exponent - thin.exponent)
        return np.where(worst == 0, 0.0, _FACTOR * worst / size)


def begin(
    trajectory: Trajectory,
    t: int,
    whole: Tensor,
    exponent: np.ndarray,
    width: int,
) -> tuple[Thin, np.ndarray]:
    """Return products carried by ``width`` rows, and which points fit into them.

    Args:
        trajectory: of the points.
        t: the earlier step of the products.
        whole: (N, rows, columns), filled up as a layout's.
        exponent: (N).
        width: K.

    Returns:
        The products of all points, and (points): where all of a point's sequences lose
        at most ``TOLERANCE``.
    """
    probes = filled(_gaussian("probes", PROBES, whole.shape[-2], whole), 2)
    exact = multiply(probes.expand(len(whole), -1, -1), whole)
    thin = Thin(trajectory, t, (), exact, exponent.copy())
    weights = probes.expand(len(whole), -1, -1).contiguous()
    return _thinned(thin, whole, exact[:, :PROBES], weights, width)


def fit(whole: Tensor, width: int) -> np.ndarray:
    """Say which products (N, rows, columns) fit into ``width`` rows with the probes.

    What :func:`begin` finds, at the cost of those asked about alone.
    """
    if not len(whole):
        return np.zeros(0, dtype=bool)
    return _compressed(whole, width)[-1] <= TOLERANCE


def thinner(thin: Thin, width: int) -> tuple[Thin, np.ndarray]:
    """Return the same products by fewer rows, and which points fit into them."""
    parts = [filled(part.flatten(0, -3), 1) for part in thin.rows]
    whole = torch.cat(parts, -1)
    exact = whole[:, thin.directions :].clone()
    whole[:, thin.directions :] = 0.0
    return _thinned(thin, whole, exact, thin.weights, width)


def _thinned(
    thin: Thin, whole: Tensor, exact: Tensor, weights: Tensor, width: int
) -> tuple[Thin, np.ndarray]:
    basis, kept, off = _compressed(whole, width)
    kept[:, width - PROBES :] = exact
    less = Thin(
        thin.trajectory,
        thin.t,
        _by_state(kept, thin.trajectory),
        multiply(weights, basis),
        thin.exponent.copy(),
    )
    fits = (off <= TOLERANCE).reshape(-1, thin.trajectory.lead[-1])
    return less, np.all(fits, axis=-1)


def picked(thin: Thin, points: np.ndarray) -> Thin:
    """Return those of some points; a lone cell's one point is itself."""
    trajectory = thin.trajectory
    if len(trajectory.lead) == 1:
        return thin
    device = thin.weights.device
    index = torch.from_numpy(points).to(device)
    flat = sequences_of(points, trajectory.lead[-1])
    return Thin(
        trajectory.of_members(index, thin.t),
        thin.t,
        tuple(part[index] for part in thin.rows),
        thin.weights[torch.from_numpy(flat).to(device)],
        thin.exponent[flat],
    )


def sequences_of(points: np.ndarray, sequences: int) -> np.ndarray:
    """Return where the sequences of some points stand among N."""
    return (points[:, None] * sequences + np.arange(sequences)).ravel()


def _pulled(thin: Thin, start: int, stop: int) -> tuple[Tensor, ...]:
    """Return the rows after each step from ``stop`` to ``start`` + 1, (steps, …)."""
    trajectory = thin.trajectory
    steps = stop - start
    pull = trajectory.cell.pullbacks(*trajectory.steps_between(start, stop))
    if not thin.slots or len(thin.slots[0]) < steps:
        thin.slots = tuple(part.new_empty(steps, *part.shape) for part in thin.rows)
    rows = thin.rows
    for place in range(steps):
        rows = pull(steps - 1 - place, rows)
        for slot, part in zip(thin.slots, rows, strict=True):
            slot[place].copy_(part)
    return tuple(slot[:steps] for slot in thin.slots)


def _norms(taken: tuple[Tensor, ...], directions: int, count: int) -> Norms:
    """Return both norms of R at each step, from its Gram matrix."""
    gram: Tensor | float = 0.0
    for part in taken:
        flat = filled(part.flatten(0, -3), 1)[:, :directions]
        gram = gram + multiply(flat, flat.mT)
    assert isinstance(gram, Tensor)
    trace = gram.diagonal(dim1=-2, dim2=-1).sum(-1)
    square = _tops(gram, trace).double().cpu().numpy()
    frobenius = trace.double().sqrt().cpu().numpy().reshape(-1, count)
    spectral = np.sqrt(square).reshape(-1, count)
    return Norms(frobenius, spectral, np.zeros(0, dtype=np.int64))


def _tops(gram: Tensor, trace: Tensor) -> Tensor:
    """Return the largest eigenvalues of small positive matrices (N, n, n).

    Most are nearly of rank 1: there the Rayleigh quotient of the third power's largest
    column will do. It is low by residual^2 / gap at most (Kato 1949), and no other
    eigenvalue is more than what the top one leaves of the trace.
    """
    size = torch.where(trace > 0, trace, 1.0)[:, None, None]
    shrunk = gram / size
    place = shrunk.diagonal(dim1=-2, dim2=-1).argmax(-1)
    column = shrunk.take_along_dim(place[:, None, None], -2)
    column = _unit(multiply(multiply(column, shrunk), shrunk))
    image = multiply(column, shrunk)
    top = (image * column).sum((-2, -1))
    residual = image - top[:, None, None] * column
    low_by = (residual * residual).sum((-2, -1))
    near = ~(low_by <= _LOW * top * (2 * top - 1)) & (trace > 0) & trace.isfinite()
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
        return top_eigenvalue(filled(shrunk, 2))
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


def _compressed(whole: Tensor, width: int) -> tuple[Tensor, Tensor, np.ndarray]:
    """Return Q (N, rows, K) of K - 6 directions, Q^T P, and |P - Q Q^T P| over |P|."""
    sketch = _gaussian("sketch", whole.shape[-1], width, whole)
    size = torch.linalg.matrix_norm(whole, keepdim=True)
    usable = torch.isfinite(size) & (size > 0)
    safe = torch.where(usable, whole / torch.where(usable, size, 1.0), 0.0)
    image = multiply(safe, sketch.expand(len(safe), -1, -1))
    basis = filled(torch.linalg.qr(image[..., : width - PROBES]).Q.contiguous(), 1)
    kept = multiply(basis.mT, safe)
    off = torch.linalg.matrix_norm(safe - multiply(basis, kept))
    off = torch.where(usable.flatten(), off, torch.inf)
    return basis, kept * size, off.double().cpu().numpy()


def _gaussian(name: str, rows: int, columns: int, like: Tensor) -> Tensor:
    return torch.from_numpy(_drawn(name, rows, columns)).to(like)


@lru_cache(maxsize=16)
def _drawn(name: str, rows: int, columns: int) -> np.ndarray:
    draw = stream(0, "chain", name, rows, columns)
    return draw.standard_normal((1, rows, columns))


def _by_state(rows: Tensor, trajectory: Trajectory) -> tuple[Tensor, ...]:
    """Return rows (N, K, columns), filled up, as (…M, B, K, n) per state."""
    layout = Layout.of(trajectory.cell)
    parts = zip(rows.split(list(layout.sizes), -1), layout.widths, strict=True)
    return tuple(
        part[..., :used].reshape(*trajectory.lead, rows.shape[-2], used)
        for part, used in parts
    )


def _in_range(norms: np.ndarray) -> bool:
    return bool(((norms == 0) | ((norms > 1 / _WIDE) & (norms < _WIDE))).all())


def _shifted(part: Tensor, shift: np.ndarray) -> Tensor:
    flat = part.flatten(0, -3)
    moved = rescaled(flat, torch.from_numpy(shift).to(part.device))
    return moved.reshape(part.shape)
