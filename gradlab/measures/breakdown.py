"""Steps at which the computation breaks down."""

import numpy as np

from gradlab.measures.base import Measure
from gradlab.trajectory import Trajectory


class Breakdown(Measure):
    """The step at which the state or the product is not finite, or the product is zero.

    ``not_finite``: the first step whose state is inf or NaN; where all states are
    finite but the product is not, the step whose Jacobian made it so, backwards from
    T. ``dead``: the step whose Jacobian made the product exactly zero, backwards from
    T. The earliest (latest for ``dead``) over the point's sequences; NaN if never.
    """

    name = "breakdown"
    symbol = "t_break"
    unit = "step"
    question = "Does the computation itself break, and where?"
    formula = "min {t : s_t or J_t not finite}; max {t : J_T ... J_t = 0}"
    reference = "IEEE 754: inf, NaN and underflow to zero"
    axes = ("index",)
    low_memory = True

    def compute(self, context):
        product = context.norms.ln_frobenius_norm_every_lag.at(block="joint")
        nonfinite = ~(product < np.inf)
        forward = _first_nonfinite_state(context.trajectory)
        not_finite = np.fmin.reduce(
            np.where(np.isnan(forward), _step_of_first(nonfinite), forward), axis=-1
        )
        dead = np.fmax.reduce(_step_of_first(np.isneginf(product)), axis=-1)
        values = np.stack([not_finite, dead])
        index = ("not_finite", "dead")
        return context.labelled(values, by_sequence=False, index=index)


def _first_nonfinite_state(trajectory: Trajectory) -> np.ndarray:
    """Return the first step (…M, B) with a state that is not finite, or NaN."""
    first = np.full(trajectory.batch_shape, np.nan)
    for t, nonfinite in trajectory.nonfinite.items():
        first[nonfinite.cpu().numpy() & np.isnan(first)] = t
    return first


def _step_of_first(nonfinite: np.ndarray) -> np.ndarray:
    """Return the step T - lag + 1 of the first true lag, (T + 1, …M, B) to (…M, B)."""
    length = len(nonfinite) - 1
    step = length + 1 - nonfinite.argmax(axis=0)
    return np.where(nonfinite.any(axis=0), step, np.nan)
