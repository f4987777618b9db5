"""Which product a narrow format of numbers would lose first."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Names, Networks, Steps, Value
from gradlab.report.evidence.formats import lag, told
from gradlab.report.evidence.networks import extreme


class HalfLosesFirst(Claim):
    """The fewest steps after which a product leaves float16's range below."""

    name = "half_loses_first"
    places = {"formats": 70}
    text = {
        "en": "In float16 the first product underflows after $steps, in $networks.",
        "ko": (
            "float16에서 곱에 가장 먼저 언더플로가 나는 네트워크: $networks ($steps)."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Some product does."""
        found = told(networks)
        lags = [lag(n.row, "float16") for n in found]
        if lags and math.isfinite(min(lags)):
            first = extreme(found, lags, min)
            yield {"steps": Steps(min(lags)), "networks": Names(first)}
