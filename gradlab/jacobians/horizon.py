"""The horizon, refined inside its bracket of stored lags."""

from dataclasses import dataclass

import numpy as np
import torch

from gradlab.jacobians.flat import jacobian_at
from gradlab.jacobians.product import Product
from gradlab.numerics.logscale import log
from gradlab.numerics.spectral_norm import spectral_norm
from gradlab.trajectory import Trajectory


_ROUNDING = 1e-5
"""By how much a ln norm may be off."""


@dataclass(frozen=True)
class Bracket:
    """Points whose norm crossed between two stored lags, and where to resume."""

    points: np.ndarray
    low: int
    high: int
    product: Product


class HorizonFinder:
    """First lag at which a point's mean ln joint spectral norm is below a threshold.

    The mean is over the point's sequences. Fed at the stored ``lags``, it keeps the
    product where a bracket may start; :meth:`refine` resumes from there when the
    horizons are asked for. Spectral norms are computed only where the Frobenius norm F
    leaves it open: F / sqrt(width) <= spectral norm <= F.
    """

    def __init__(
        self, points: int, sequences: int, lags: tuple[int, ...], threshold: float
    ) -> None:
        self.sequences = sequences
        ahead = zip(lags, lags[1:], strict=False)
        self.starts = frozenset(lag for lag, later in ahead if later - lag > 1)
        self.threshold = threshold
        self.ln_threshold = float(np.log(threshold))
        self.found = np.full(points, np.inf)
        self.open = np.ones(points, dtype=bool)
        self.brackets: list[Bracket] = []
        self.last: tuple[int, Product] | None = None

    def feed(self, lag: int, product: Product) -> None:
        """Look at the product at a stored lag."""
        mean = self._mean(log(product.total, product.exponent))
        lost = self.open & np.isnan(mean)
        self.found[lost] = np.nan
        crossed = self.open & (mean < self.ln_threshold - _ROUNDING)
        slack = 0.5 * np.log(product.layout.width) + _ROUNDING
        unclear = self.open & ~crossed & (mean - slack < self.ln_threshold)
        if unclear.any():
            crossed[unclear] = self._spectral_mean(product, unclear) < self.ln_threshold
        self.found[crossed] = lag
        self.open &= ~(lost | crossed)
        if crossed.any() and self.last is not None:
            points = np.flatnonzero(crossed)
            low, start = self.last
            product_there = start.pick(self._rows(points))
            self.brackets.append(Bracket(points, low, lag, product_there))
        starts = lag in self.starts and self.open.any()
        self.last = (lag, product.pick()) if starts else None

    def refine(self, trajectory: Trajectory, ln_frobenius: np.ndarray) -> np.ndarray:
        """Return the horizons of all points; ``ln_frobenius`` is (T + 1, N)."""
        self.last = None
        while self.brackets:
            self._resume(self.brackets.pop(), trajectory, ln_frobenius)
        return self.found

    def _resume(
        self, bracket: Bracket, trajectory: Trajectory, ln_frobenius: np.ndarray
    ) -> None:
        rows = self._rows(bracket.points)
        picked = torch.from_numpy(rows)
        waiting = np.ones(bracket.points.size, dtype=bool)
        slack = 0.5 * np.log(bracket.product.layout.width)
        for lag in range(bracket.low + 1, bracket.high):
            step = jacobian_at(trajectory, trajectory.length - lag + 1)
            bracket.product.advance(step.pick(picked))
            bound = self._mean(ln_frobenius[lag, rows])
            below = bound < self.ln_threshold
            unclear = waiting & ~below & (bound - slack < self.ln_threshold)
            if unclear.any():
                norm = spectral_norm(bracket.product.joint())
                mean = self._mean(log(norm, bracket.product.exponent))
                below |= unclear & (mean < self.ln_threshold)
            self.found[bracket.points[waiting & below]] = lag
            waiting &= ~below
            if not waiting.any():
                return

    def _spectral_mean(self, product: Product, points: np.ndarray) -> np.ndarray:
        rows = self._rows(np.flatnonzero(points))
        matrices = product.joint()[torch.from_numpy(rows)]
        return self._mean(log(spectral_norm(matrices), product.exponent[rows]))

    def _mean(self, ln_norms: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            return ln_norms.reshape(-1, self.sequences).mean(axis=-1)

    def _rows(self, points: np.ndarray) -> np.ndarray:
        return (points[:, None] * self.sequences + np.arange(self.sequences)).ravel()
