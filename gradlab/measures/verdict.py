"""The verdict on a point, in one word."""

from dataclasses import dataclass

import numpy as np

from gradlab.measures._rates import mean_rate, rate_bounds
from gradlab.measures.base import Measure
from gradlab.statistics import VERDICTS, code, verdict


@dataclass(frozen=True)
class VerdictMeasure(Measure):
    """The verdict from ln |P|_2 at T and its interval by batch means.

    The four thresholds are the bounds between vanishing, fading, stable, growing and
    exploding. The value is the index in ``gradlab.statistics.VERDICTS``, whose
    words are its ``words``.
    """

    name = "verdict"
    symbol = "verdict"
    unit = "word"
    question = "Does the gradient vanish, last or explode?"
    formula = "by |J_{T:0}|_2 against the thresholds"
    reference = "a convention: see thresholds"
    version = 2
    low_memory = True

    thresholds: tuple[float, float, float, float] = (1e-3, 0.1, 10.0, 1e3)

    def compute(self, context):
        left = context.length * mean_rate(context, "joint")
        low, high = (context.length * bound for bound in rate_bounds(context, "joint"))
        words = np.vectorize(self._word, otypes=[object])(left, low, high)
        codes = np.vectorize(code, otypes=[float])(words)
        known = tuple(one.word for one in VERDICTS)
        return context.labelled(codes, by_sequence=False, words=known)

    def _word(self, left: float, low: float, high: float) -> str:
        return verdict(left, low, high, self.thresholds)
