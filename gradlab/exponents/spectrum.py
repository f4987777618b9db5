"""Lyapunov exponents and the quantities derived from them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gradlab.labelled import LabelledArray, batch_coords
from gradlab.statistics import batch_means


UNIT = "nats per step"


@dataclass(frozen=True, eq=False)
class Exponents:
    """Lyapunov exponents of (…M, B) sequences, by block of time, float64.

    What is read from them has the axis ``index`` of the directions, where there are
    several values a sequence, and those of the batch; in nats per step.

    Attributes:
        ends: measured steps after which a block of time ends, from 0 on.
        increments: (blocks, …M, B, k), log growth of every direction in each block.
        dead: (…M, B, k), directions lost to an exact zero, or to rounding: a step
            shrank them below e^-30 of the fastest.
        ln_determinant: (…M, B), mean ln |det J_t| of a measured step, by LU; -inf
            where a J_t is singular, NaN unless k = n.
        warm_up: steps before the measured ones.
    """

    ends: tuple[int, ...]
    increments: np.ndarray
    dead: np.ndarray
    ln_determinant: np.ndarray
    warm_up: int

    def __repr__(self) -> str:
        """Return one line: how many exponents, over what."""
        batch = self.dead.shape[:-1]
        return f"<Exponents: {self.count} over {self.steps} steps, batch {batch}>"

    @property
    def steps(self) -> int:
        """Number of measured steps."""
        return self.ends[-1]

    @property
    def count(self) -> int:
        """k, the number of directions."""
        return self.dead.shape[-1]

    @property
    def exponents(self) -> LabelledArray:
        """The exponents by ``index`` from 1, descending; -inf for dead ones."""
        return self._by_index("lyapunov_exponents", self._exponents)

    @property
    def dead_count(self) -> LabelledArray:
        """Number of dead directions."""
        return self._by_sequence("dead_count", self.dead.sum(axis=-1), "directions")

    @property
    def sum_rule_residual(self) -> LabelledArray:
        """|sum of exponents - mean ln |det J_t||.

        Zero up to rounding over any number of steps; the two sides come from different
        factorisations of J_t. NaN where k < n, or a direction died and both are -inf.
        """
        with np.errstate(invalid="ignore"):
            off = np.abs(self._exponents.sum(axis=-1) - self.ln_determinant)
        known = np.where(self.dead.any(axis=-1), np.nan, off)
        return self._by_sequence("sum_rule_residual", known)

    @property
    def kaplan_yorke_dimension(self) -> LabelledArray:
        """:func:`kaplan_yorke_dimension` of each sequence."""
        flat = self._exponents.reshape(-1, self.count)
        found = np.array([kaplan_yorke_dimension(values) for values in flat])
        by_sequence = found.reshape(self.dead.shape[:-1])
        return self._by_sequence("kaplan_yorke_dimension", by_sequence, "directions")

    @property
    def entropy_rate(self) -> LabelledArray:
        """Sum of the positive exponents.

        An upper bound of the entropy (Ruelle), which it equals for measures that are
        smooth along unstable directions (Pesin).
        """
        total = np.maximum(self._exponents, 0.0).sum(axis=-1)
        return self._by_sequence("entropy_rate", total)

    def interval(self, level: float = 0.95) -> tuple[LabelledArray, LabelledArray]:
        """Return bounds low and high of the exponents' mean over sequences.

        By batch means over the blocks of time (:func:`gradlab.statistics.batch_means`);
        NaN where these are too short or few, and for dead directions.
        """
        curves = np.ascontiguousarray(np.moveaxis(self._curves, -2, 0)).mean(axis=0)
        lead = curves.shape[1:]
        columns = curves.reshape(len(self.ends), -1).T
        bounds = [batch_means(self.ends, column, level)[1:] for column in columns]
        low, high = (side.reshape(lead) for side in np.array(bounds).T)
        return (
            self._by_index("lyapunov_exponents_low", low, by_sequence=False),
            self._by_index("lyapunov_exponents_high", high, by_sequence=False),
        )

    @property
    def _exponents(self) -> np.ndarray:
        """The exponents (…M, B, k)."""
        return self._curves[-1] / self.steps

    def _by_sequence(
        self, name: str, values: np.ndarray, unit: str = UNIT
    ) -> LabelledArray:
        return LabelledArray(name, batch_coords(values.shape), values, unit=unit)

    def _by_index(
        self, name: str, values: np.ndarray, *, by_sequence: bool = True
    ) -> LabelledArray:
        """Label values (…M, B, k), or (…M, k), with k first."""
        batch = batch_coords(self.dead.shape[:-1], sequences=by_sequence)
        coords = {"index": tuple(range(1, self.count + 1)), **batch}
        return LabelledArray(name, coords, np.moveaxis(values, -1, 0), unit=UNIT)

    @cached_property
    def _curves(self) -> np.ndarray:
        """Ln growth up to each end, (ends, …M, B, k), the fastest direction first."""
        total = np.cumsum(self.increments, axis=0)
        curves = np.concatenate([np.zeros_like(total[:1]), total])
        curves[1:, self.dead] = -np.inf
        order = np.argsort(-curves[-1], axis=-1, kind="stable")
        return np.take_along_axis(curves, order[None], axis=-1)


def kaplan_yorke_dimension(exponents: np.ndarray) -> float:
    """Return j + (lambda_1 + .. + lambda_j) / |lambda_{j+1}| of descending exponents.

    j is the largest number of them whose sum is not negative: 0 where the first is,
    all of them where the whole sum is not. NaN where one is NaN.

    Source: Kaplan and Yorke 1979.

    >>> kaplan_yorke_dimension(np.array([0.5, 0.0, -1.0]))
    2.5
    >>> kaplan_yorke_dimension(np.array([0.5, -np.inf]))
    1.0
    >>> kaplan_yorke_dimension(np.array([-0.1, -0.2]))
    0.0
    """
    if np.isnan(exponents).any():
        return np.nan
    sums = np.concatenate([[0.0], np.cumsum(exponents)])
    j = int(np.flatnonzero(sums >= 0)[-1])
    if j == len(exponents):
        return float(j)
    return float(j + sums[j] / -exponents[j])
