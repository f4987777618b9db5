"""Intervals, verdicts, decay shapes and horizons. NumPy and SciPy only: no torch here.

The unit of an interval is the seed from three seeds on; inside one run it is a batch of
increments of ln norm. (A regression on the curve itself takes a random walk for
independent residuals; measured, its 95 % interval covers 9 %.)
"""

from gradlab.statistics.decay import SHAPES, Decay, decay
from gradlab.statistics.horizon import half_life, horizon
from gradlab.statistics.intervals import (
    MIN_BATCH_LENGTH,
    MIN_BATCHES,
    MIN_SEEDS,
    batch_means,
    interval,
    t_quantile,
)
from gradlab.statistics.verdicts import (
    THRESHOLDS,
    VERDICTS,
    Verdict,
    code,
    verdict,
)


__all__ = [
    "MIN_BATCHES",
    "MIN_BATCH_LENGTH",
    "MIN_SEEDS",
    "SHAPES",
    "THRESHOLDS",
    "VERDICTS",
    "Decay",
    "Verdict",
    "batch_means",
    "code",
    "decay",
    "half_life",
    "horizon",
    "interval",
    "t_quantile",
    "verdict",
]
