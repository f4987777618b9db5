"""Whether the norm decays exponentially or by a power law."""

import numpy as np

from gradlab.measures.base import Measure
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
        mean = norms.ln_spectral_norm.sel(block="joint").over_sequences().values
        curves = np.moveaxis(mean, 0, -1)
        found = [
            decay(norms.lags, curve) for curve in curves.reshape(-1, len(norms.lags))
        ]
        codes = np.array([SHAPES.index(one.shape) for one in found])
        exponents = np.array([one.exponent for one in found])
        lead = curves.shape[:-1]
        return {
            "decay_shape": context.labelled(
                codes.reshape(lead), by_sequence=False, words=SHAPES
            ),
            "decay_exponent": context.labelled(
                exponents.reshape(lead), by_sequence=False, unit="1"
            ),
        }
