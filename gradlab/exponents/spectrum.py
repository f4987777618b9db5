"""Lyapunov exponents and the quantities derived from them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gradlab.statistics import batch_means


@dataclass(frozen=True, eq=False)
class Exponents:
    """Lyapunov exponents of (…M, B) sequences, by block of time, float64.

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

    @property
    def steps(self) -> int:
        """Number of measured steps."""
        return self.ends[-1]

    @property
    def count(self) -> int:
        """k, the number of directions."""
        return self.dead.shape[-1]

    @property
    def exponents(self) -> np.ndarray:
        """The exponents (…M, B, k), descending, nats per step; -inf for dead ones."""
        return self._curves[-1] / self.steps

    @property
    def dead_count(self) -> np.ndarray:
        """Number of dead directions, (…M, B)."""
        return self.dead.sum(axis=-1)

    @property
    def sum_rule_residual(self) -> np.ndarray:
        """|sum of exponents - mean ln |det J_t||, (…M, B).

        Zero up to rounding over any number of steps; the two sides come from different
        factorisations of J_t. NaN where k < n, or a direction died and both are -inf.
        """
        with np.errstate(invalid="ignore"):
            off = np.abs(self.exponents.sum(axis=-1) - self.ln_determinant)
        return np.where(self.dead.any(axis=-1), np.nan, off)

    @property
    def kaplan_yorke_dimension(self) -> np.ndarray:
        """:func:`kaplan_yorke_dimension` of each sequence, (…M, B)."""
        flat = self.exponents.reshape(-1, self.count)
        found = [kaplan_yorke_dimension(values) for values in flat]
        return np.array(found).reshape(self.dead.shape[:-1])

    @property
    def entropy_rate(self) -> np.ndarray:
        """Sum of the positive exponents (…M, B), nats per step.

        An upper bound of the entropy (Ruelle), which it equals for measures that are
        smooth along unstable directions (Pesin).
        """
        return np.maximum(self.exponents, 0.0).sum(axis=-1)

    def interval(self, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Return bounds low and high (…M, k) of the exponents' mean over sequences.

        By batch means over the blocks of time (:func:`gradlab.statistics.batch_means`);
        NaN where these are too short or few, and for dead directions.
        """
        curves = np.ascontiguousarray(np.moveaxis(self._curves, -2, 0)).mean(axis=0)
        lead = curves.shape[1:]
        columns = curves.reshape(len(self.ends), -1).T
        bounds = [batch_means(self.ends, column, level)[1:] for column in columns]
        low, high = np.array(bounds).T
        return low.reshape(lead), high.reshape(lead)

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
