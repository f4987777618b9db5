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
    keeps the product where a bracket may start.

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
        self.norms = norms
        self.limit = _Limit(sequences, float(np.log(threshold)))
        ahead = zip(lags, lags[1:], strict=False)
        self.starts = frozenset(lag for lag, later in ahead if later - lag > 1)
        points = norms.product.count // sequences
        self.found = np.full(points, np.inf)
        self.open = np.ones(points, dtype=bool)
        self.crossings: list[_Bracket] = []
        self.last: tuple[int, AnyProduct] | None = None
        self.stop(0)

    def advance(self, span: JacobianSpan) -> None:
        """Do nothing: the product is the norms'."""

    def stop(self, lag: int) -> None:
        """Look at the product at a stored lag."""
        if not self.open.any():
            return
        current = self.norms.product.current()
        joint = current.frobenius(current.rows.names, current.layout.names)
        frobenius = log(*joint)[0]
        lost = self.open & np.isnan(self.limit.mean(frobenius))
        self.found[lost] = np.nan
        crossed = self.limit.find_below(current, frobenius, among=self.open)
        self.found[crossed] = lag
        self.open &= ~(lost | crossed)
        if crossed.any() and self.last is not None:
            points = np.flatnonzero(crossed)
            low, product = self.last
            rows = self.limit.rows(points)
            bracket = _Bracket(points, rows, low, lag, product.pick(rows))
            self.crossings.append(bracket)
        starts = lag in self.starts and self.open.any()
        every = np.arange(self.norms.product.count)
        self.last = (lag, self.norms.product.pick(every)) if starts else None

    def brackets(self) -> "Brackets":
        """Return what is known at the end of the walk, without the walk's products."""
        return Brackets(self.limit, self.found, tuple(self.crossings))


@dataclass(frozen=True)
class Brackets:
    """Horizons to the stored lag, and what is needed to find them to the step.

    Attributes:
        limit: the threshold.
        found: (points); inf where no norm is below, NaN where a NaN comes first.
        crossings: where a norm crossed between stored lags.
    """

    limit: "_Limit"
    found: np.ndarray
    crossings: tuple["_Bracket", ...]

    def refine(self, jacobians: StepJacobians, ln_frobenius: np.ndarray) -> np.ndarray:
        """Return the horizons (points) to the step.

        Walks on from where each bracket starts, with the products of its points alone.

        Args:
            jacobians: of the walk before.
            ln_frobenius: of the joint block at every lag, (T + 1, N).
        """
        found = self.found.copy()
        for bracket in self.crossings:
            if bracket.high - bracket.low > 1:
                inside = _Refinement(self.limit, bracket, ln_frobenius, found)
                walk(jacobians, [inside], (bracket.high - 1,), start=bracket.low)
        return found


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


@dataclass(frozen=True)
class _Limit:
    """A threshold of the mean ln norm over the sequences of a point.

    Attributes:
        sequences: of each point.
        ln_threshold: of the mean.
    """

    sequences: int
    ln_threshold: float

    def mean(self, ln_norms: np.ndarray) -> np.ndarray:
        """Return the means (points) of (N)."""
        with np.errstate(invalid="ignore"):
            return np.asarray(ln_norms.reshape(-1, self.sequences).mean(axis=-1))

    def rows(self, points: np.ndarray) -> np.ndarray:
        """Return the places of points' sequences among N."""
        return (points[:, None] * self.sequences + np.arange(self.sequences)).ravel()

    def find_below(
        self, current: AnyProducts, ln_frobenius: np.ndarray, among: np.ndarray
    ) -> np.ndarray:
        """Return which points' mean norms are below the threshold, (points).

        Args:
            current: the products of N sequences.
            ln_frobenius: of their joint blocks, (N).
            among: which of the points to look at.
        """
        upper = self.mean(ln_frobenius)
        slack = 0.5 * np.log(current.layout.width)
        below = among & (upper < self.ln_threshold - _ROUNDING)
        unclear = among & ~below & (upper - slack - _ROUNDING < self.ln_threshold)
        if unclear.any():
            rows = self.rows(np.flatnonzero(unclear))
            spectral = self.mean(_ln_spectral(current, rows))
            below[unclear] = spectral < self.ln_threshold
        return below


class _Refinement(Observer):
    """Looks for the first lag below the threshold inside a bracket, lag by lag.

    Args:
        limit: the threshold.
        bracket: the points; its product is advanced.
        ln_frobenius: of the joint block at every lag, (T + 1, N).
        found: the horizons (points), filled in.
    """

    def __init__(
        self,
        limit: _Limit,
        bracket: _Bracket,
        ln_frobenius: np.ndarray,
        found: np.ndarray,
    ) -> None:
        self.limit, self.bracket, self.found = limit, bracket, found
        self.ln_frobenius = ln_frobenius[:, bracket.rows]
        self.index = torch.from_numpy(bracket.rows)
        self.waiting = np.ones(bracket.points.size, dtype=bool)
        self.lag = bracket.low

    def advance(self, span: JacobianSpan) -> None:
        """Look at each lag of a span."""
        some = span.pick(self.index.to(span.whole.like.device))
        after = self.bracket.product.advance(some)
        for k in range(span.steps):
            self.lag += 1
            current, frobenius = after.at(slice(k, k + 1)), self.ln_frobenius[self.lag]
            below = self.limit.find_below(current, frobenius, among=self.waiting)
            self.found[self.bracket.points[below]] = self.lag
            self.waiting &= ~below
        self.finished = not self.waiting.any()


def _ln_spectral(current: AnyProducts, rows: np.ndarray) -> np.ndarray:
    """Return ln of the spectral norms of the products at ``rows`` of N."""
    matrices, exponent = current.matrix(current.rows.names, current.layout.names)
    some = matrices[torch.from_numpy(rows).to(matrices.device)]
    return log(spectral_norm(some), exponent[rows])
