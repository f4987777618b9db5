"""Whether the gradient dies by a share each step, or more and more slowly."""

from dataclasses import dataclass

import numpy as np

from gradlab.measures._flow import sequence_first
from gradlab.measures.base import Measure, Reading
from gradlab.statistics import SHAPES, decay


@dataclass(frozen=True)
class DecayShape(Measure):
    """Exponential or power law, of ln |P|_2 against lag, meant over the sequences.

    The value is the index in ``gradlab.statistics.SHAPES``, the note its word; how it
    is chosen, and how often wrongly, stands at ``gradlab.statistics.decay``. Growth has
    a shape as decay has. Unresolved: a curve that hardly moves, one that bends in
    another way, fewer than 64 steps, a zero or a number that is not finite on the way.

    ``decay_exponent`` is the slope of ln norm by ln lag on lags [T/10, T], whichever
    shape is named: -1/2 says that four times as many steps leave half.
    """

    name = "decay_shape"
    symbol = "shape"
    unit = "word"
    question = "Does it decay exponentially, or by a power law?"
    formula = "ln |J_{T:t}|_2 by T - t against ln(T - t), on [T/10, T], by AIC"
    reference = "Burnham & Anderson 2002"
    outputs = ("decay_shape", "decay_exponent")

    def compute(self, flow):
        norms = flow.norms
        by_sequence = sequence_first(norms.spectral["joint"])
        curves, _ = Reading({"lag": norms.lags}, by_sequence).summary()
        found = [
            decay(norms.lags, curve) for curve in curves.reshape(-1, len(norms.lags))
        ]
        lead = curves.shape[:-1]
        words = np.array([one.word for one in found], dtype=object).reshape(lead)
        codes = np.array([float(SHAPES.index(one.word)) for one in found])
        exponents = np.array([one.exponent for one in found])
        return {
            "decay_shape": Reading(
                {}, codes.reshape(lead), per_sequence=False, notes=words
            ),
            "decay_exponent": Reading({}, exponents.reshape(lead), per_sequence=False),
        }
