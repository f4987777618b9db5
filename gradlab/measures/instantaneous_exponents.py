"""How much the leading covariant directions grow in each step."""

from gradlab.measures.base import Measure


class InstantaneousExponents(Measure):
    """Ln |J_t v_i| of the first four covariant Lyapunov vectors, by step.

    Of the middle half of the steps. Over time they average to the Lyapunov exponents;
    their spread tells at which steps a direction is gained and lost. NaN for directions
    that died.
    """

    name = "instantaneous_exponents"
    symbol = "ln |J_t v_i|"
    unit = "nats per step"
    question = "At which steps does each direction grow or die?"
    formula = "ln |J_t v_i(t-1)|, |v_i| = 1"
    reference = "Ginelli et al. 2007"
    axes = ("index", "step")
    costly = True

    def compute(self, context):
        return context.covariant.instantaneous_exponents
