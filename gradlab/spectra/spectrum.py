"""Singular spectra and the quantities derived from them, in log space."""

from dataclasses import dataclass

import numpy as np

from gradlab.numerics.logscale import exp, ln


@dataclass(frozen=True)
class SingularSpectra:
    """Singular values sigma_1 >= .. >= sigma_n of J_T ... J_{t+1} at some lags.

    Attributes:
        lags: the lags T - t, L of them.
        ln: (L, …M, B, n) float64, natural logs, descending; -inf for directions that
            are exactly zero, NaN for products that are not finite.
        log_abs_det_by_lu: (L, …M, B), the sum of ln |det J_t| over the steps, by LU:
            a check on :attr:`log_abs_det`.
    """

    lags: tuple[int, ...]
    ln: np.ndarray
    log_abs_det_by_lu: np.ndarray

    @property
    def log_condition(self) -> np.ndarray:
        """Ln sigma_1 / sigma_n, (L, …M, B); inf where a direction is exactly zero."""
        with np.errstate(invalid="ignore"):
            return self.ln[..., 0] - self.ln[..., -1]

    @property
    def log_abs_det(self) -> np.ndarray:
        """Ln |det J_T ... J_{t+1}|, the sum of ln sigma_i, (L, …M, B)."""
        return self.ln.sum(axis=-1)

    @property
    def stable_rank(self) -> np.ndarray:
        """Sum sigma_i^2 / sigma_1^2, (L, …M, B), from 1 to n; NaN for P = 0."""
        return self._relative(2).sum(axis=-1)

    @property
    def entropy_rank(self) -> np.ndarray:
        """Exp of the entropy of sigma_i / sum sigma, (L, …M, B), from 1 to n.

        The effective rank of Roy & Vetterli 2007.
        """
        sizes = self._relative(1)
        total = sizes.sum(axis=-1, keepdims=True)
        share = sizes / total
        logs = np.where(share > 0, ln(share), 0.0)
        return exp(-(share * logs).sum(axis=-1))

    @property
    def participation_ratio(self) -> np.ndarray:
        """(sum sigma_i^2)^2 / sum sigma_i^4, (L, …M, B), from 1 to n."""
        squares = self._relative(2)
        return squares.sum(axis=-1) ** 2 / (squares * squares).sum(axis=-1)

    def count_above(self, threshold: float) -> np.ndarray:
        """Return how many sigma_i exceed ``threshold``, (L, …M, B); NaN with a NaN."""
        count = (self.ln > np.log(threshold)).sum(axis=-1).astype(np.float64)
        return np.where(np.isnan(self.ln).any(axis=-1), np.nan, count)

    def _relative(self, power: int) -> np.ndarray:
        """Return (sigma_i / sigma_1)^power; NaN where the product is zero."""
        with np.errstate(invalid="ignore"):
            return exp(power * (self.ln - self.ln[..., :1]))
