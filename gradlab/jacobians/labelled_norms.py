"""Norms of a Jacobian product by block and lag, as labelled arrays."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch

from gradlab.labelled import LabelledArray, batch_coords


@dataclass(frozen=True)
class Norms:
    """Norms of J_T ... J_{t+1} by block and lag T - t, as natural logs in float64.

    Axes ``block``, ``lag`` and those of the batch. -inf is an exact zero; NaN or inf
    say that the product is not finite.

    Attributes:
        ln_spectral_norm: at the stored lags.
        ln_frobenius_norm_every_lag: at lags 0 .. T, which one walk gives anyway.
        threshold: see ``horizon``.
    """

    ln_spectral_norm: LabelledArray
    ln_frobenius_norm_every_lag: LabelledArray
    threshold: float

    @cached_property
    def ln_frobenius_norm(self) -> LabelledArray:
        """At the stored lags, as ``ln_spectral_norm``."""
        every_lag = self.ln_frobenius_norm_every_lag
        return replace(every_lag.sel(lag=list(self.lags)), name="ln_frobenius_norm")

    @property
    def lags(self) -> tuple[int, ...]:
        """The stored lags."""
        return self.ln_spectral_norm.coords["lag"]

    @property
    def blocks(self) -> tuple[str, ...]:
        """The blocks there are."""
        return self.ln_spectral_norm.coords["block"]


@dataclass(frozen=True)
class JacobianNorms(Norms):
    """Norms of the product's blocks, and the horizon of the whole.

    Attributes:
        find_horizon: computes ``horizon``, which takes more products where not every
            lag is stored.
    """

    find_horizon: Callable[[], np.ndarray] = field(repr=False)

    @cached_property
    def horizon(self) -> np.ndarray:
        """First lag (…M) at which the mean of ln |joint|_2 is below ln ``threshold``.

        The mean is over sequences. Exact to one step, also where not every lag is
        stored; inf when none is below, NaN when a NaN comes first.
        """
        with torch.no_grad():
            return self.find_horizon()

    def __getstate__(self) -> dict[str, Any]:
        """Return what is kept in a file or another process: all numbers."""
        return {**vars(self), "horizon": self.horizon, "find_horizon": None}


def by_block(
    name: str, curves: Mapping[str, np.ndarray], lags: Iterable[int]
) -> LabelledArray:
    """Return natural logs (lags, …M, B) by block as one array."""
    values = np.stack(list(curves.values()))
    batch = batch_coords(values.shape[2:])
    coords = {"block": tuple(curves), "lag": tuple(lags), **batch}
    return LabelledArray(name, coords, values, unit="nats")
