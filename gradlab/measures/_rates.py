"""Growth rates of the product's norm and their bounds."""

import numpy as np

from gradlab.jacobians import batch_lags
from gradlab.measures._context import MeasureContext
from gradlab.statistics import batch_means


SETTLING = 1
"""Batches left out of the variance, until one direction leads (see `batch_means`)."""
BLOCKS = ("joint", "hh", "cc", "conveyor", "detours", "no_cell_path", "no_detours")


def rated_blocks(context: MeasureContext) -> tuple[str, ...]:
    """Return the blocks that have a rate."""
    return tuple(name for name in BLOCKS if name in context.norms.blocks)


def rates(context: MeasureContext, block: str) -> np.ndarray:
    """Return ln |block| at T over T, nats per step, (…M, B).

    The norm at lag 0 is 1, but for the detours, whose 0 counts as 1 too.
    """
    left = context.norms.ln_spectral_norm.at(block=block, lag=context.length)
    return left / context.length


def mean_rate(context: MeasureContext, block: str) -> np.ndarray:
    """Return the mean of :func:`rates` over sequences, (…M)."""
    return context.labelled(rates(context, block)).over_sequences().values


def rate_bounds(context: MeasureContext, block: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the 95 % bounds (…M) of a block's rate, by batch means.

    Of the mean curve over the point's sequences, in twelve equal batches of lags of
    which the first is settling; NaN where batches are too short.
    """
    norms = context.norms
    ends = [lag for lag in batch_lags(context.length) if lag in norms.lags]
    curves = norms.ln_spectral_norm.at(block=block, lag=ends)
    with np.errstate(invalid="ignore"):
        mean = np.ascontiguousarray(np.moveaxis(curves, -1, 0)).mean(axis=0)
    lead = mean.shape[1:]
    bounds = [
        _bounds(ends, curve) for curve in mean.reshape(len(ends), -1).T.astype(float)
    ]
    low, high = np.array(bounds).T
    return low.reshape(lead), high.reshape(lead)


def _bounds(ends: list[int], curve: np.ndarray) -> tuple[float, float]:
    if curve[0] == -np.inf:
        curve = np.concatenate([[0.0], curve[1:]])
    _, low, high = batch_means(ends, curve, settling=SETTLING)
    return low, high
