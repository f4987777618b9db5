"""Networks that look stable over a short sequence and lose the gradient later."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import (
    Claim,
    Left,
    Length,
    Names,
    Networks,
    Value,
)


TEN = math.log(10)


class StartUp(Claim):
    """About all is left at some length, and at the longest less than its rate says."""

    name = "start_up"
    places = {"length": 95, "top": 66}
    text = {
        "en": (
            "$network looks stable over $short steps and is not: after $long steps "
            "$left is left, where the same rate would leave $expected."
        ),
        "ko": (
            "$network — $short스텝까지는 안정적으로 보이지만 그렇지 않다: "
            "$long스텝 뒤에 $left만큼 남고, 같은 비율이었다면 $expected만큼 "
            "남았을 것이다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield networks whose weights do not depend on the length."""
        for network in networks.of_lengths:
            course, long = network.course, network.length
            stable = [n for n in course if abs(course[n]) <= TEN]
            if not stable or network.varies_with_length:
                continue
            short = stable[-1]
            expected = course[short] * long / short
            if course[long] < min(expected, 0.0) - TEN:
                yield {
                    "network": Names([network]),
                    "short": Length(short),
                    "long": Length(long),
                    "left": Left(course[long]),
                    "expected": Left(expected),
                }
