"""Singular spectra and the quantities derived from them, in log space."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gradlab.labelled import LabelledArray
from gradlab.numerics.logscale import exp, ln


@dataclass(frozen=True)
class SingularSpectra:
    """Singular values sigma_1 >= .. >= sigma_n of J_T ... J_{t+1} at some lags.

    Natural logs in float64. What is derived has the axes ``lag`` and those of the
    batch, without ``index``.

    Attributes:
        ln_singular_values: axes ``lag``, ``index`` from 1, the largest, to n, and those
            of the batch; -inf for directions that are exactly zero, NaN for products
            that are not finite.
        log_abs_det_by_lu: the sum of ln |det J_t| over the steps, by LU: a check on
            :attr:`log_abs_det`.
    """

    ln_singular_values: LabelledArray
    log_abs_det_by_lu: LabelledArray

    @property
    def lags(self) -> tuple[int, ...]:
        """The lags T - t."""
        return self.ln_singular_values.coords["lag"]

    @property
    def log_condition(self) -> LabelledArray:
        """Ln sigma_1 / sigma_n; inf where a direction is exactly zero."""
        with np.errstate(invalid="ignore"):
            found = self._ln[..., 0] - self._ln[..., -1]
        return self._by_lag("log_condition", found, "nats")

    @property
    def log_abs_det(self) -> LabelledArray:
        """Ln |det J_T ... J_{t+1}|, the sum of ln sigma_i."""
        return self._by_lag("log_abs_det", self._ln.sum(axis=-1), "nats")

    @property
    def stable_rank(self) -> LabelledArray:
        """Sum sigma_i^2 / sigma_1^2, from 1 to n; NaN for P = 0."""
        return self._by_lag("stable_rank", self._relative(2).sum(axis=-1))

    @property
    def entropy_rank(self) -> LabelledArray:
        """Exp of the entropy of sigma_i / sum sigma, from 1 to n.

        The effective rank of Roy & Vetterli 2007.
        """
        sizes = self._relative(1)
        total = sizes.sum(axis=-1, keepdims=True)
        share = sizes / total
        logs = np.where(share > 0, ln(share), 0.0)
        return self._by_lag("entropy_rank", exp(-(share * logs).sum(axis=-1)))

    @property
    def participation_ratio(self) -> LabelledArray:
        """(sum sigma_i^2)^2 / sum sigma_i^4, from 1 to n."""
        squares = self._relative(2)
        found = squares.sum(axis=-1) ** 2 / (squares * squares).sum(axis=-1)
        return self._by_lag("participation_ratio", found)

    def count_above(self, threshold: float) -> LabelledArray:
        """Return how many sigma_i exceed ``threshold``; NaN with a NaN."""
        count = (self._ln > np.log(threshold)).sum(axis=-1).astype(np.float64)
        known = np.where(np.isnan(self._ln).any(axis=-1), np.nan, count)
        return self._by_lag("count_above", known)

    @cached_property
    def _ln(self) -> np.ndarray:
        """Ln sigma_i, (L, …M, B, n), contiguous along the last axis."""
        return np.ascontiguousarray(np.moveaxis(self.ln_singular_values.values, 1, -1))

    def _by_lag(
        self, name: str, values: np.ndarray, unit: str = "directions"
    ) -> LabelledArray:
        return replace(self.log_abs_det_by_lu, name=name, values=values, unit=unit)

    def _relative(self, power: int) -> np.ndarray:
        """Return (sigma_i / sigma_1)^power; NaN where the product is zero."""
        with np.errstate(invalid="ignore"):
            return exp(power * (self._ln - self._ln[..., :1]))
