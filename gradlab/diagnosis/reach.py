"""How far back a gradient reaches, and which of two reaches further."""

import math
from collections.abc import Mapping
from dataclasses import dataclass


IMPROVEMENT = 1.1
"""Factor of horizon or singular values from which a remedy is an improvement."""


@dataclass(frozen=True)
class Reach:
    """How far back a layer's gradient reaches.

    Attributes:
        verdict: a word of :data:`gradlab.statistics.VERDICTS`; empty of a single step.
        ln_left: ln of the joint Jacobian product's spectral norm at T.
        horizon: first lag with less than 1/1000 left, inf where T is not enough.
        singular_values: how many of that product's are above 1/1000, mean over
            sequences; NaN where not computed.
    """

    verdict: str
    ln_left: float
    horizon: float
    singular_values: float

    @property
    def rank(self) -> tuple[float, ...]:
        """What is compared: of two, the larger reaches further.

        One that explodes ranks below all others, however far it reaches; below it one
        that is not finite. Then count horizon, singular values above 1/1000, and how
        little the size changes.
        """
        if math.isnan(self.ln_left):
            return (-1.0,)
        size = -abs(self.ln_left)
        if self.verdict in ("exploding", "not_finite"):
            return (0.0, 0.0, 0.0, size)
        known = not math.isnan(self.singular_values)
        return (1.0, self.horizon, self.singular_values if known else -1.0, size)

    def improves(self, before: "Reach") -> bool:
        """Return whether this is an improvement, and no change that hardly counts.

        It is stable, or no longer explodes, or has a horizon or, at the same horizon,
        a number of singular values that is larger by a tenth or more.
        """
        if self.verdict == "stable":
            return True
        if self.rank[0] < 1 or before.rank[0] < 1:  # one explodes, or is not finite
            return self.rank[0] > before.rank[0]
        if self.horizon != before.horizon:
            return self.horizon >= IMPROVEMENT * before.horizon
        now, then = before.singular_values, self.singular_values
        return then > now and then >= IMPROVEMENT * now


def least(reaches: Mapping[str, Reach]) -> str:
    """Return the name of the layer that reaches least, by :attr:`Reach.rank`.

    Args:
        reaches: by the layers' names; those of a single step, which have no verdict,
            count where all are.

    Raises:
        ValueError: there is none.
    """
    several = [name for name, reach in reaches.items() if reach.verdict]
    return min(several or reaches, key=lambda name: reaches[name].rank)
