"""Whether the steps could be evaluated in parallel."""

import numpy as np

from gradlab.exponents import lyapunov_exponents
from gradlab.measures.base import Measure


WORDS = ("yes", "no", "undetermined")


class ParallelEvaluation(Measure):
    """Whether Newton's method over all steps at once converges fast: lambda_1 < 0.

    All states of a run solve the equations s_t - F(s_{t-1}, x_t) = 0 together. Newton's
    method solves a linear recurrence an iteration, by a parallel scan; how many
    iterations it needs is set by lambda_1: few where it is negative, a number that
    grows with T where it is positive. Undetermined where lambda_1's 95 % interval has
    both signs, or there are too few steps for one.
    """

    name = "parallel_evaluation"
    symbol = "lambda_1 < 0"
    unit = "word"
    question = "Could all steps be evaluated in parallel?"
    formula = "the sign of lambda_1 and of its 95 % bounds"
    reference = "Gonzalez et al. 2025"
    costly = True
    low_memory = True

    def compute(self, context):
        bounds = lyapunov_exponents(context.trajectory, 1).interval()
        low, high = (bound.sel(index=1).values for bound in bounds)
        codes = np.where(high < 0, 0, np.where(low > 0, 1, 2))
        return context.labelled(codes.astype(float), by_sequence=False, words=WORDS)
