"""Angles between the covariant Lyapunov vectors."""

from gradlab.measures.base import Measure


class CovariantAngles(Measure):
    """Angle between covariant Lyapunov vectors i and i + 1, of the first four, degrees.

    Vector i at t is the direction of the state that grows at the rate lambda_i before
    and after t; J_t maps it onto itself at t + 1. The mean over the middle half of the
    steps, and the smallest in it: near 0 two directions can hardly be told apart, and
    the order of their exponents means little there. NaN for directions that died.
    """

    name = "covariant_angles"
    symbol = "angle of v_i and v_{i+1}"
    unit = "degrees"
    question = "How far apart are the directions that grow at different rates?"
    formula = "J_t v_i(t-1) = v_i(t) D_ii; the angle of v_i, v_{i+1}, 0 to 90"
    reference = "Ginelli et al. 2007"
    axes = ("index",)
    outputs = ("covariant_angles", "smallest_covariant_angles")
    costly = True

    def compute(self, context):
        found = context.covariant
        return {
            "covariant_angles": found.mean_angles,
            "smallest_covariant_angles": found.smallest_angles,
        }
