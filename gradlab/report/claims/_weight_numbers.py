"""Numbers of the recurrent weights on one side of 1, and what is left there."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from gradlab.report.claims.base import Claim, Count, Networks, Steps, Value
from gradlab.report.evidence.predictors import NORM, RADIUS, lost, on_side


class WeightNumber(Claim):
    """How many networks lose the gradient with a number of W_hh on one side of 1.

    Class attributes:
        measure: the number.
        above: whether it is above 1.
    """

    measure: ClassVar[str]
    above: ClassVar[bool]

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """There is a network on that side."""
        found = on_side(networks, self.measure, self.above)
        if found:
            yield {
                "count": Count(lost(found)),
                "total": Count(len(found)),
                "length": Steps(found[0].length),
            }


__all__ = ["NORM", "RADIUS", "WeightNumber"]
