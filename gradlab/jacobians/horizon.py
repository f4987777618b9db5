"""The horizon exact to one step, found inside its bracket of stored lags.

A point is one member of the ensemble; its sequences are neighbours among N.
"""

from dataclasses import dataclass

import numpy as np
import torch

from gradlab.jacobians.batched_jacobian import JacobianSpan
from gradlab.jacobians.observers import AnyProduct, AnyProducts, ProductNorms
from gradlab.jacobians.step_jacobian import StepJacobians
from gradlab.jacobians.walk import Observer, walk
from gradlab.numerics.logscale import ln_scaled
from gradlab.numerics.spectral_norm import spectral_norm


# Spectral norms are computed only where the Frobenius norm F leaves open whether they
# are below the threshold: F / sqrt(width) <= |P|_2 <= F. Rounding may move a ln norm by
# about 1e-5.
_ROUNDING = 1e-5


class HorizonSearch(Observer):
    """First lag at which a point's mean ln |joint|_2 is below a threshold.

    The mean is over the point's sequences. At each stored lag of a walk it looks at the
    product, and keeps a copy where a bracket may start.

    Args:
        norms: of the product; before this one in the list of observers.
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
        self.threshold = _Threshold(sequences, float(np.log(threshold)))
        following = zip(lags, lags[1:], strict=False)
        self.bracket_starts = frozenset(
            lag for lag, next_ in following if next_ - lag > 1
        )
        points = norms.product.count // sequences
        self.horizons = np.full(points, np.inf)
        self.undecided = np.ones(points, dtype=bool)
        self.brackets: list[_Bracket] = []
        self.last: tuple[int, AnyProduct] | None = None
        self.on_lag(0)

    def advance(self, span: JacobianSpan) -> None:
        """Do nothing: the product is the norms'."""

    def on_lag(self, lag: int) -> None:
        """Look at the product at a stored lag."""
        if not self.undecided.any():
            return
        current = self.norms.product.current()
        joint = current.frobenius(current.row_layout.names, current.layout.names)
        frobenius = ln_scaled(*joint)[0]
        is_nan = self.undecided & np.isnan(self.threshold.mean(frobenius))
        self.horizons[is_nan] = np.nan
        below = self.threshold.find_below(current, frobenius, among=self.undecided)
        self.horizons[below] = lag
        self.undecided &= ~(is_nan | below)
        if below.any() and self.last is not None:
            points = np.flatnonzero(below)
            low, product = self.last
            index = self.threshold.sequences_of(points)
            bracket = _Bracket(points, index, low, lag, product.pick(index))
            self.brackets.append(bracket)
        starts = lag in self.bracket_starts and self.undecided.any()
        everything = np.arange(self.norms.product.count)
        self.last = (lag, self.norms.product.pick(everything)) if starts else None

    def at_stored_lags(self) -> "StoredLagHorizons":
        """Return what is known at the end of the walk, without the walk's products."""
        return StoredLagHorizons(self.threshold, self.horizons, tuple(self.brackets))


@dataclass(frozen=True)
class StoredLagHorizons:
    """Horizons exact to a stored lag, and what is needed to find them to one step.

    Attributes:
        threshold: of the mean norm.
        horizons: (points); inf where no norm is below, NaN where a NaN comes first.
        brackets: where a norm crossed between stored lags.
    """

    threshold: "_Threshold"
    horizons: np.ndarray
    brackets: tuple["_Bracket", ...]

    def refine(self, jacobians: StepJacobians, ln_frobenius: np.ndarray) -> np.ndarray:
        """Return the horizons (points) exact to one step.

        Walks on from where each bracket starts, with the products of its points alone.

        Args:
            jacobians: of the walk before.
            ln_frobenius: of the joint block at every lag, (T + 1, N).
        """
        horizons = self.horizons.copy()
        for bracket in self.brackets:
            if bracket.high - bracket.low > 1:
                inside = _Refinement(self.threshold, bracket, ln_frobenius, horizons)
                walk(jacobians, [inside], (bracket.high - 1,), start=bracket.low)
        return horizons


@dataclass(frozen=True)
class _Bracket:
    """Points whose norm crossed between two stored lags.

    Attributes:
        points: which.
        index: of their sequences among N.
        low, high: the lags.
        product: theirs at the lower lag.
    """

    points: np.ndarray
    index: np.ndarray
    low: int
    high: int
    product: AnyProduct


@dataclass(frozen=True)
class _Threshold:
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

    def sequences_of(self, points: np.ndarray) -> np.ndarray:
        """Return the index of points' sequences among N."""
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
            index = self.sequences_of(np.flatnonzero(unclear))
            spectral = self.mean(_ln_spectral(current, index))
            below[unclear] = spectral < self.ln_threshold
        return below


class _Refinement(Observer):
    """Looks for the first lag below the threshold inside a bracket, lag by lag.

    Args:
        threshold: of the mean norm.
        bracket: the points; its product is advanced.
        ln_frobenius: of the joint block at every lag, (T + 1, N).
        horizons: (points), filled in.
    """

    def __init__(
        self,
        threshold: _Threshold,
        bracket: _Bracket,
        ln_frobenius: np.ndarray,
        horizons: np.ndarray,
    ) -> None:
        self.threshold, self.bracket, self.horizons = threshold, bracket, horizons
        self.ln_frobenius = ln_frobenius[:, bracket.index]
        self.index = torch.from_numpy(bracket.index)
        self.undecided = np.ones(bracket.points.size, dtype=bool)
        self.lag = bracket.low

    def advance(self, span: JacobianSpan) -> None:
        """Look at each lag of a span."""
        subset = span.pick_sequences(self.index.to(span.whole.like.device))
        after = self.bracket.product.advance(subset)
        for k in range(span.steps):
            self.lag += 1
            current, frobenius = after.at(slice(k, k + 1)), self.ln_frobenius[self.lag]
            below = self.threshold.find_below(current, frobenius, among=self.undecided)
            self.horizons[self.bracket.points[below]] = self.lag
            self.undecided &= ~below
        self.finished = not self.undecided.any()


def _ln_spectral(current: AnyProducts, index: np.ndarray) -> np.ndarray:
    """Return ln of the spectral norms of the products at ``index`` of N."""
    names = current.row_layout.names
    matrices, exponent = current.matrix(names, current.layout.names)
    subset = matrices[torch.from_numpy(index).to(matrices.device)]
    return ln_scaled(spectral_norm(subset), exponent[index])
