"""The rank-adaptive chain: rows that have died out are no longer carried.

A long product loses rank. Once a point's P = J_T ... J_{t+1} is, to 1e-4 of itself, a
product of fewer directions, R = Q^T P is carried in its place. With E = P - Q R, whose
rows stay orthogonal to Q's columns however long the chain becomes,

    |R|^2 <= |P|^2 <= |R|^2 + |E|^2          in both norms,

so an error of 1/100 of the norm costs 5e-5 in its logarithm. Every run is checked by
random cotangents carried exactly beside R, which bound |E|; where they do not keep it
below the limit, the dense chain is run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from gradlab.cells.base import Cell
from gradlab.jacobians.carried import advance
from gradlab.jacobians.flat import FlatJacobian, jacobians
from gradlab.jacobians.layout import Layout
from gradlab.jacobians.product import Product
from gradlab.jacobians.strands import FollowedStrand
from gradlab.jacobians.thin import (
    PROBES,
    TOLERANCE,
    Thin,
    begin,
    error_bound,
    picked,
    sequences_of,
    share_lost,
    thinner,
)
from gradlab.numerics.batch_invariant import ALIGNMENT
from gradlab.numerics.logscale import log
from gradlab.trajectory import Trajectory


LIMIT = 1e-2
"""The bound on |E|_2 / |P|_2 above which a point is computed densely."""

Scaled = tuple[np.ndarray, np.ndarray]

NARROWEST = 12
"""Rows carried in any case: with two directions bounds above 1/100 were met."""

_FIRST, _EVERY, _SELDOM = 16, 8, 32


@dataclass(frozen=True)
class ChainCheck:
    """How the rank-adaptive chain was checked, by point (…M).

    Attributes:
        directions: rows carried at the end, of how many there are.
        error_bound: the largest bound met on |E|_2 / |P|_2; 0 where the chain stayed
            dense, which is exact. Half its square bounds the error of a ln norm.
        repeated: where the bound was above the limit and the dense chain was run.
        tolerance: what was dropped at a time, at most.
        limit: of the error bound.
        failure_probability: that an error above the bound goes unseen.
    """

    directions: np.ndarray
    error_bound: np.ndarray
    repeated: np.ndarray
    tolerance: float = TOLERANCE
    limit: float = LIMIT
    failure_probability: float = 10.0**-PROBES


def suits(trajectory: Trajectory, rows: tuple[str, ...] | None) -> bool:
    """Say whether the chain of a trajectory can be rank-adaptive.

    In float32, for cells with a closed pullback, wide enough to gain anything.
    """
    cell = trajectory.cell
    layout = Layout.of(cell) if rows is None else Layout.of(cell).part(rows)
    return (
        trajectory.inputs.dtype == torch.float32
        and cell.stackable
        and type(cell).pullback is not Cell.pullback
        and layout.width >= 2 * ALIGNMENT
    )


class AdaptiveRun:
    """Both norms of the product at every lag, of N sequences.

    Attributes:
        frobenius, spectral: (T + 1, N), natural logs.
        directions: (points) rows carried at the end.
        error_bound: (points) the largest met.
        repeated: (points) whether the dense chain was run after all.
    """

    def __init__(self, trajectory: Trajectory, rows: tuple[str, ...] | None) -> None:
        self.trajectory = trajectory
        layout = Layout.of(trajectory.cell)
        self.rows = layout if rows is None else layout.part(rows)
        sequences = trajectory.lead[-1]
        count = int(np.prod(trajectory.lead, dtype=int))
        points = count // sequences
        self.frobenius = np.zeros((trajectory.length + 1, count))
        self.spectral = np.zeros((trajectory.length + 1, count))
        self.frobenius[0] = 0.5 * np.log(self.rows.width)
        self.directions = np.full(points, self.rows.width)
        self.error_bound = np.zeros(points)
        _Dense(self, trajectory, np.arange(points)).run(letting_go=True)
        self.repeated = ~(self.error_bound <= LIMIT)
        again = np.flatnonzero(self.repeated)
        if len(again):
            index = torch.from_numpy(again).to(trajectory.inputs.device)
            some = trajectory.of_members(index, trajectory.length)
            self.directions[again] = self.rows.width
            _Dense(self, some, again).run(letting_go=False)

    def check(self) -> ChainCheck:
        """Return how the run was checked, by point (…M)."""
        lead = self.trajectory.lead[:-1]
        return ChainCheck(
            self.directions.reshape(lead),
            self.error_bound.reshape(lead),
            self.repeated.reshape(lead),
        )

    def note(
        self, lag: int, here: np.ndarray, frobenius: Scaled, spectral: Scaled
    ) -> None:
        """Keep the norms (steps, N) of the sequences ``here`` after ``lag``."""
        rows = slice(lag + 1, lag + 1 + len(frobenius[0]))
        self.frobenius[rows, here] = log(*frobenius)
        self.spectral[rows, here] = log(*spectral)

    def carry(self, thin: Thin, points: np.ndarray) -> None:
        """Carry narrow products of some points to the end, by ever fewer rows."""
        length = self.trajectory.length
        due = np.full(len(points), length - thin.t + _EVERY)
        while thin.t > 0:
            self._advance(thin, points)
            trying = np.flatnonzero(due <= length - thin.t)
            if thin.width == NARROWEST or thin.t == 0 or not len(trying):
                continue
            less, lost = thinner(_of(thin, trying, points), _narrower(thin.width))
            due[trying] = _due(length - thin.t, lost)
            fits = np.flatnonzero(lost <= TOLERANCE)
            if len(fits) == len(points):
                thin = less
            elif len(fits):
                self.carry(_of(less, fits, trying), points[trying[fits]])
                staying = np.delete(np.arange(len(points)), trying[fits])
                thin = picked(thin, staying)
                points, due = points[staying], due[staying]
        self.directions[points] = thin.directions

    def _advance(self, thin: Thin, points: np.ndarray) -> None:
        """Carry them a stretch further, note the norms and check them."""
        lag = self.trajectory.length - thin.t
        here = sequences_of(points, self.trajectory.lead[-1])
        most = _SELDOM if thin.width <= ALIGNMENT else _EVERY
        norms = advance(thin, min(most, thin.t))
        exponent = norms.exponent
        self.note(lag, here, (norms.frobenius, exponent), (norms.spectral, exponent))
        bound = error_bound(thin, norms.spectral[-1], exponent[-1])
        worst = bound.reshape(len(points), -1).max(-1)
        self.error_bound[points] = np.fmax(self.error_bound[points], worst)


class _Dense:
    """The part of a run in which all rows are carried."""

    def __init__(
        self, run: AdaptiveRun, trajectory: Trajectory, points: np.ndarray
    ) -> None:
        self.all, self.trajectory, self.points = run, trajectory, points
        self.product = Product.identity(
            Layout.of(trajectory.cell),
            len(points) * trajectory.lead[-1],
            trajectory.start[0],
            rows=run.rows,
        )
        self.strand = FollowedStrand(self.product, ("joint",))
        self.due = np.full(len(points), _FIRST)
        self.lag = 0

    def run(self, *, letting_go: bool) -> None:
        """Go back until every point is carried by fewer rows, or to the end."""
        length = self.all.trajectory.length
        steps = self._steps()
        while len(self.points) and self.lag < length:
            most = min(self.strand.stretch, _EVERY - self.lag % _EVERY)
            self._advance(steps, min(most, length - self.lag))
            before = len(self.points)
            if letting_go and self.lag % _EVERY == 0 and self.lag < length:
                self._let_go(length - self.lag)
            if len(self.points) < before:
                steps = self._steps()

    def _steps(self) -> Iterator[FlatJacobian]:
        """Return the Jacobians of the steps that are left."""
        later = self.all.trajectory.length - self.lag
        return jacobians(self.trajectory, later)

    def _advance(self, steps: Iterator[FlatJacobian], count: int) -> None:
        here = sequences_of(self.points, self.all.trajectory.lead[-1])
        later = self.all.trajectory.length - self.lag
        frobenius, spectral = self.strand.advance_together(
            islice(steps, count),
            count,
            lambda: jacobians(self.trajectory, later, later - count),
        )
        self.all.note(self.lag, here, frobenius["joint"], spectral["joint"])
        self.lag += count

    def _let_go(self, t: int) -> None:
        """Try whether products are narrow by now; let those be carried that are."""
        trying = np.flatnonzero(self.due <= self.lag)
        width, whole = _half(self.all.rows.size), self.product.joint()
        first = share_lost(self._first_of(whole, trying), width)
        self.due[trying] = _due(self.lag, first)
        trying = trying[first <= TOLERANCE]
        if not len(trying):
            return
        thin, all_lose = begin(
            self.trajectory,
            t,
            whole,
            self.product.exponent,
            width,
            self.strand.leading.get("joint"),
        )
        going = np.zeros(len(self.points), dtype=bool)
        going[trying] = all_lose[trying] <= TOLERANCE
        if going.any():
            rows = np.flatnonzero(going)
            self.all.carry(_of(thin, rows, self.points), self.points[going])
            self._keep(np.flatnonzero(~going), t)

    def _first_of(self, whole: Tensor, points: np.ndarray) -> Tensor:
        """Return the products of the first sequence of some points."""
        places = torch.from_numpy(points * self.trajectory.lead[-1])
        return whole[places.to(whole.device)]

    def _keep(self, staying: np.ndarray, t: int) -> None:
        self.points = self.points[staying]
        if not len(staying):
            return
        flat = sequences_of(staying, self.trajectory.lead[-1])
        self.product = self.product.pick(flat)
        self.strand = self.strand.pick(self.product, flat)
        index = torch.from_numpy(staying).to(self.trajectory.inputs.device)
        self.trajectory = self.trajectory.of_members(index, t)
        self.due = self.due[staying]


def _due(lag: int, lost: np.ndarray) -> np.ndarray:
    """Return the lags at which to try again what was lost at ``lag``.

    Half way to where it would be the tolerance, were its logarithm linear; it falls
    faster than that at first.
    """
    lost = np.fmin(np.maximum(lost, TOLERANCE), 0.9)
    further = lag * (np.log(TOLERANCE) / np.log(lost) - 1) / 2
    return lag + np.clip(further // _EVERY, 1, lag // _EVERY).astype(int) * _EVERY


def _of(thin: Thin, some: np.ndarray, points: np.ndarray) -> Thin:
    """Return the products of some of the points, uncopied where they are all."""
    return thin if len(some) == len(points) else picked(thin, some)


def _half(width: int) -> int:
    """Return half a width as a multiple of 16, no less than that."""
    return max(ALIGNMENT, width // 2 // ALIGNMENT * ALIGNMENT)


def _narrower(width: int) -> int:
    """Return three quarters of a width, likewise; below 16 rows four less."""
    if width <= ALIGNMENT:
        return max(NARROWEST, width - 4)
    return max(ALIGNMENT, width * 3 // 4 // ALIGNMENT * ALIGNMENT)
