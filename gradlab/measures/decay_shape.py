"""Whether the norm decays exponentially or by a power law."""

import numpy as np

from gradlab.measures.base import Measure, Reading, sequences_first
from gradlab.statistics import SHAPES, decay


class DecayShape(Measure):
    """Exponential or power law: the shape of mean ln |P|_2 against lag.

    The value is the index in ``gradlab.statistics.SHAPES``, the note its name; see
    ``gradlab.statistics.decay`` for the rule and its error rates. Growth has a shape as
    well. Unresolved: a curve that hardly changes, one of another shape, fewer than 64
    steps, a zero or a number that is not finite on the way.

    ``decay_exponent`` is the slope of ln norm by ln lag on lags [T/10, T], for every
    shape: at -1/2, four times as many steps leave half.
    """

    name = "decay_shape"
    symbol = "shape"
    unit = "word"
    question = "Does the gradient decay exponentially, or by a power law?"
    formula = "ln |J_{T:t}|_2 by T - t against ln(T - t), on [T/10, T], by AIC"
    reference = "Burnham & Anderson 2002"
    outputs = ("decay_shape", "decay_exponent")
    low_memory = True

    def compute(self, context):
        norms = context.norms
        by_sequence = sequences_first(norms.spectral["joint"])
        curves, _ = Reading({"lag": norms.lags}, by_sequence).summary()
        found = [
            decay(norms.lags, curve) for curve in curves.reshape(-1, len(norms.lags))
        ]
        lead = curves.shape[:-1]
        words = np.array([one.shape for one in found], dtype=object).reshape(lead)
        codes = np.array([float(SHAPES.index(one.shape)) for one in found])
        exponents = np.array([one.exponent for one in found])
        return {
            "decay_shape": Reading(
                {}, codes.reshape(lead), per_sequence=False, notes=words
            ),
            "decay_exponent": Reading({}, exponents.reshape(lead), per_sequence=False),
        }
