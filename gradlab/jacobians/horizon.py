"""The horizon to the step, found inside its bracket of stored lags."""

from dataclasses import dataclass

import numpy as np
import torch

from gradlab.jacobians.batched_jacobian import JacobianSpan
from gradlab.jacobians.observers import AnyProduct, AnyProducts, ProductNorms
from gradlab.jacobians.step_jacobian import StepJacobians
from gradlab.jacobians.walk import Observer, walk
from gradlab.numerics.logscale import log
from gradlab.numerics.spectral_norm import spectral_norm


# Spectral norms are computed only where the Frobenius norm F leaves open whether they
# are below the threshold: F / sqrt(width) <= |P|_2 <= F. Rounding may move a ln norm by
# about 1e-5.
_ROUNDING = 1e-5


class HorizonSearch(Observer):
    """First lag at which a point's mean ln |joint|_2 is below a threshold.

    The mean is over the point's sequences. At the stored lags, where a walk stops, it
    keeps the product where a bracket may start; :meth:`refine` walks on from there,
    with the products of those points alone whose norm crossed in the bracket.

    Args:
        norms: of the product; stops before this observer.
        lags: the stored ones.
        sequences: of each point.
        threshold: of the norm.
    """

    def __init__(
        self,
        norms: ProductNorms,
        lags: tuple[int, ...],
        sequences: int,
        threshold: float,
    ) -> None:
        self.norms, self.sequences = norms, sequences
        ahead = zip(lags, lags[1:], strict=False)
        self.starts = frozenset(lag for lag, later in ahead if later - lag > 1)
        self.ln_threshold = float(np.log(threshold))
        points = norms.product.count // sequences
        self.found = np.full(points, np.inf)
        self.open = np.ones(points, dtype=bool)
        self.brackets: list[_Bracket] = []
        self.last: tuple[int, AnyProduct] | None = None
        self.stop(0)

    def advance(self, span: JacobianSpan) -> None:
        """Do nothing: the product is the norms'."""

    def stop(self, lag: int) -> None:
        """Look at the product at a stored lag."""
        if not self.open.any():
            return
        current = self.norms.product.current()
        mean = self._mean(log(*_joint(current))[0])
        lost = self.open & np.isnan(mean)
        self.found[lost] = np.nan
        crossed = self.open & (mean < self.ln_threshold - _ROUNDING)
        slack = 0.5 * np.log(self.norms.product.layout.width) + _ROUNDING
        unclear = self.open & ~crossed & (mean - slack < self.ln_threshold)
        if unclear.any():
            spectral = _ln_spectral(current, self._rows(np.flatnonzero(unclear)))
            crossed[unclear] = self._mean(spectral) < self.ln_threshold
        self.found[crossed] = lag
        self.open &= ~(lost | crossed)
        if crossed.any() and self.last is not None:
            points = np.flatnonzero(crossed)
            low, product = self.last
            rows = self._rows(points)
            self.brackets.append(_Bracket(points, rows, low, lag, product.pick(rows)))
        starts = lag in self.starts and self.open.any()
        every = np.arange(self.norms.product.count)
        self.last = (lag, self.norms.product.pick(every)) if starts else None

    def refine(self, jacobians: StepJacobians, ln_frobenius: np.ndarray) -> np.ndarray:
        """Return the horizons of all points; ``ln_frobenius`` is (T + 1, N)."""
        self.last = None
        for bracket in self.brackets:
            inside = _Refinement(self, bracket, ln_frobenius)
            if bracket.high - bracket.low > 1:
                walk(jacobians, [inside], (bracket.high - 1,), start=bracket.low)
        return self.found

    def _mean(self, ln_norms: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            return ln_norms.reshape(-1, self.sequences).mean(axis=-1)

    def _rows(self, points: np.ndarray) -> np.ndarray:
        return (points[:, None] * self.sequences + np.arange(self.sequences)).ravel()


@dataclass(frozen=True)
class _Bracket:
    """Points whose norm crossed between two stored lags.

    Attributes:
        points: which.
        rows: their sequences among N.
        low, high: the lags.
        product: theirs at the lower lag.
    """

    points: np.ndarray
    rows: np.ndarray
    low: int
    high: int
    product: AnyProduct


class _Refinement(Observer):
    """Looks for the first lag below the threshold inside a bracket, lag by lag."""

    def __init__(
        self, search: HorizonSearch, bracket: _Bracket, ln_frobenius: np.ndarray
    ) -> None:
        self.search, self.bracket = search, bracket
        self.bound = ln_frobenius[:, bracket.rows]
        self.index = torch.from_numpy(bracket.rows)
        self.waiting = np.ones(bracket.points.size, dtype=bool)
        self.lag = bracket.low

    def advance(self, span: JacobianSpan) -> None:
        """Look at each lag of a span."""
        some = span.pick(self.index.to(span.whole.like.device))
        after = self.bracket.product.advance(some)
        for k in range(span.steps):
            self.lag += 1
            self._look(after.at(slice(k, k + 1)))
        self.finished = not self.waiting.any()

    def _look(self, current: AnyProducts) -> None:
        search, bracket = self.search, self.bracket
        bound = search._mean(self.bound[self.lag])
        slack = 0.5 * np.log(bracket.product.layout.width)
        below = bound < search.ln_threshold
        unclear = self.waiting & ~below & (bound - slack < search.ln_threshold)
        if unclear.any():
            rows = search._rows(np.flatnonzero(unclear))
            mean = search._mean(_ln_spectral(current, rows))
            below[unclear] = mean < search.ln_threshold
        search.found[bracket.points[self.waiting & below]] = self.lag
        self.waiting &= ~below


def _joint(current: AnyProducts) -> tuple[np.ndarray, np.ndarray]:
    return current.frobenius(current.rows.names, current.layout.names)


def _ln_spectral(current: AnyProducts, rows: np.ndarray) -> np.ndarray:
    """Return ln of the spectral norms of the products at ``rows`` of N."""
    matrices, exponent = current.matrix(current.rows.names, current.layout.names)
    some = matrices[torch.from_numpy(rows).to(matrices.device)]
    return log(spectral_norm(some), exponent[rows])
