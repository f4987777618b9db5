"""How many products would leave the range of a format of numbers."""

import math
from collections.abc import Iterator, Mapping
from typing import ClassVar

from gradlab.report.claims.base import Claim, Count, Networks, Steps, Value
from gradlab.report.evidence.formats import lag, told


class OutOfRange(Claim):
    """Networks whose product leaves a format's range, none too.

    Class attributes:
        form: the format.
        kind: ``underflow`` or ``overflow``.
    """

    form: ClassVar[str]
    kind: ClassVar[str] = "underflow"

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Formats were measured."""
        found = told(networks)
        if found:
            lags = [lag(n.row, self.form, self.kind) for n in found]
            yield {
                "count": Count(sum(map(math.isfinite, lags))),
                "total": Count(len(found)),
                "length": Steps(found[0].length),
            }
