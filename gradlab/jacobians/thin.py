"""Products of low rank, carried by as many rows as they have directions."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from gradlab.jacobians.layout import Layout
from gradlab.jacobians.leading import LeadingDirections
from gradlab.numerics.batch_invariant import multiply, pad_to_multiple
from gradlab.numerics.orthonormal import orthonormal
from gradlab.seeding import stream
from gradlab.trajectory import Trajectory


PROBES = 6
"""Random cotangents carried exactly; the check fails to see an error once in 10^6."""

TOLERANCE = 1e-4
"""What may be dropped at a time, over the product's Frobenius norm."""

FOLLOWED = 48
"""From how many rows on the leading directions are followed."""

_FACTOR = 10 * np.sqrt(2 / np.pi)


@dataclass
class Thin:
    """N products P = Q R, of which R is carried, and Gaussian rows w P beside it.

    Columns are multiples of 16, filled up with zeros, so that every matrix starts at a
    whole cache line (:mod:`gradlab.numerics.batch_invariant`), however many rows.

    Attributes:
        trajectory: of the products' points, (…M, B) of them.
        t: the earlier step, of J_T ... J_{t+1}.
        rows: by state, (N, K, n): K - 6 rows of R, then w P.
        weights: w Q, (N, 16, K), so that w (P - Q R) is the probes less weights R.
        exponent: (N) powers of two taken out of ``rows``.
        leading: R's leading directions, followed while there are many rows.
        slots: where a stretch's rows are written, used again and again.
    """

    trajectory: Trajectory
    t: int
    rows: tuple[Tensor, ...]
    weights: Tensor
    exponent: np.ndarray
    leading: LeadingDirections | None = None
    slots: tuple[Tensor, ...] = ()

    @property
    def width(self) -> int:
        """K."""
        return self.rows[0].shape[-2]

    @property
    def directions(self) -> int:
        """How many rows R has."""
        return self.width - PROBES


def error_bound(thin: Thin, spectral: np.ndarray, exponent: np.ndarray) -> np.ndarray:
    """Return what |P - Q R|_2 is at most, over the spectral norm just found (N).

    10 sqrt(2 / pi) max_i |w_i (P - Q R)| for 6 Gaussian rows w_i: exceeded with a
    probability of at most 10^-6 (Halko, Martinsson & Tropp 2011, lemma 4.1). Float32's
    own rounding is in it.
    """
    square: Tensor | float = 0.0
    probes = slice(thin.directions, thin.width)
    for part in thin.rows:
        off = part[:, probes] - multiply(thin.weights, part)[:, :PROBES]
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
    leading: LeadingDirections | None = None,
) -> tuple[Thin, np.ndarray]:
    """Return products carried by ``width`` rows, and what each point loses by it.

    Args:
        trajectory: of the points.
        t: the earlier step of the products.
        whole: (N, rows, columns), filled up as a layout's.
        exponent: (N).
        width: K.
        leading: the products' leading directions, if they were followed.

    Returns:
        The products of all points, and (points): the share of its norm that the worst
        of a point's sequences loses.
    """
    probes = pad_to_multiple(_gaussian("probes", PROBES, whole.shape[-2], whole), 2)
    exact = multiply(probes.expand(len(whole), -1, -1), whole)
    thin = Thin(trajectory, t, (), exact, exponent.copy(), leading)
    weights = probes.expand(len(whole), -1, -1).contiguous()
    return _thinned(thin, whole, exact[:, :PROBES], weights, width)


def share_lost(whole: Tensor, width: int) -> np.ndarray:
    """Return the share of their norm that products (N, rows, columns) lose.

    By ``width`` rows with the probes: what :func:`begin` finds, at the cost of those
    asked about alone.
    """
    return _compressed(whole, width)[-1] if len(whole) else np.zeros(0)


def thinner(thin: Thin, width: int) -> tuple[Thin, np.ndarray]:
    """Return the same products by fewer rows, and what each point loses by it."""
    whole = torch.cat(thin.rows, -1)
    exact = whole[:, thin.directions :].clone()
    whole[:, thin.directions :] = 0.0
    return _thinned(thin, whole, exact, thin.weights, width)


def _thinned(
    thin: Thin, whole: Tensor, exact: Tensor, weights: Tensor, width: int
) -> tuple[Thin, np.ndarray]:
    basis, kept, off = _compressed(whole, width)
    kept = kept[:, :width].contiguous()
    kept[:, width - PROBES :] = exact
    leading = thin.leading if width >= FOLLOWED else None
    less = Thin(
        thin.trajectory,
        thin.t,
        kept.split(list(Layout.of(thin.trajectory.cell).sizes), -1),
        multiply(weights, basis)[..., :width].contiguous(),
        thin.exponent.copy(),
        None if leading is None else leading.turned(basis, width - PROBES),
    )
    return less, off.reshape(-1, thin.trajectory.lead[-1]).max(-1)


def picked(thin: Thin, points: np.ndarray) -> Thin:
    """Return those of some points; a lone cell's one point is itself."""
    trajectory = thin.trajectory
    if len(trajectory.lead) == 1:
        return thin
    device = thin.weights.device
    flat = sequences_of(points, trajectory.lead[-1])
    rows = torch.from_numpy(flat).to(device)
    return Thin(
        trajectory.of_members(torch.from_numpy(points).to(device), thin.t),
        thin.t,
        tuple(part[rows] for part in thin.rows),
        thin.weights[rows],
        thin.exponent[flat],
        None if thin.leading is None else thin.leading.pick(flat),
    )


def sequences_of(points: np.ndarray, sequences: int) -> np.ndarray:
    """Return where the sequences of some points stand among N."""
    return (points[:, None] * sequences + np.arange(sequences)).ravel()


def _compressed(whole: Tensor, width: int) -> tuple[Tensor, Tensor, np.ndarray]:
    """Return Q (N, rows, K'), of K - 6 directions, Q^T P, and |P - Q Q^T P| over |P|.

    Q from a Gaussian sketch and one step of subspace iteration (Halko, Martinsson &
    Tropp 2011, algorithm 4.4): nearly the best there is.
    """
    sketch = _gaussian("sketch", whole.shape[-1], width, whole)
    size = torch.linalg.matrix_norm(whole, keepdim=True)
    usable = torch.isfinite(size) & (size > 0)
    safe = torch.where(usable, whole / torch.where(usable, size, 1.0), 0.0)
    image = multiply(safe, sketch.expand(len(safe), -1, -1))
    basis = _orthonormal(image, width - PROBES)
    basis = _orthonormal(multiply(safe, multiply(safe.mT, basis)), width - PROBES)
    kept = multiply(basis.mT, safe)
    off = torch.linalg.matrix_norm(safe - multiply(basis, kept))
    off = torch.where(usable.flatten(), off, torch.inf)
    return basis, kept * size, off.double().cpu().numpy()


def _orthonormal(columns: Tensor, directions: int) -> Tensor:
    """Return the first of columns made orthonormal, the others zero."""
    return pad_to_multiple(orthonormal(columns[..., :directions]).contiguous(), 1)


def _gaussian(name: str, rows: int, columns: int, like: Tensor) -> Tensor:
    return torch.from_numpy(_drawn(name, rows, columns)).to(like)


@lru_cache(maxsize=16)
def _drawn(name: str, rows: int, columns: int) -> np.ndarray:
    draw = stream(0, "chain", name, rows, columns)
    return draw.standard_normal((1, rows, columns))
