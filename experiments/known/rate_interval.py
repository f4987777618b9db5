"""Intervals of a growth rate, and whether they hold the exact one."""

import numpy as np

from gradlab.laws.newman import Newman
from gradlab.measures.base import Measure
from gradlab.numerics.logscale import ln_vector_norm
from gradlab.statistics.intervals import t_quantile


class RateInterval(Measure):
    """1 where the 95 % interval of a rate holds Newman's exponent, else 0.

    Of ln |dL/dh_t| of the cell ``gaussian_product``, whose exponent it is; for other
    cells it has no meaning. ``regression``: of the slope of a straight line by least
    squares, as if the points were independent; ``increments``: of the mean of the
    differences from step to step, which are.
    """

    symbol = "covered"
    unit = "1 or 0"
    question = "Does an interval of the rate hold the exact rate?"
    formula = "|rate - lambda_1| <= t_{0.975} se(rate)"
    reference = "Student 1908; Law & Kelton 1984"
    axes = ("index",)

    def compute(self, context):
        curve = ln_vector_norm(context.backward.graph[0])[::-1]  # by lag
        exact = Newman().value(size=context.cell.hidden_size, index=1)
        by_lag = np.ascontiguousarray(np.moveaxis(curve, 0, -1))
        found = {"regression": regression(by_lag), "increments": increments(by_lag)}
        covered = [abs(rate - exact) <= half for rate, half in found.values()]
        return context.labelled(np.stack(covered).astype(float), index=found)


def regression(curves):
    """Return slope and half of its 95 % interval by least squares, over the last axis.

    The usual formula, which takes deviations from the line as independent.
    """
    count = curves.shape[-1]
    lags = np.arange(count) - (count - 1) / 2
    spread = (lags**2).sum()
    centred = curves - curves.mean(axis=-1, keepdims=True)
    slope = (centred * lags).sum(axis=-1) / spread
    deviations = centred - slope[..., None] * lags
    variance = (deviations**2).sum(axis=-1) / (count - 2)
    return slope, t_quantile(count - 2) * np.sqrt(variance / spread)


def increments(curves):
    """Return the mean step and half of its 95 % interval, over the last axis."""
    steps = np.diff(curves, axis=-1)
    count = steps.shape[-1]
    error = steps.std(axis=-1, ddof=1) / np.sqrt(count)
    return steps.mean(axis=-1), t_quantile(count - 1) * error
