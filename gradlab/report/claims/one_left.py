"""What one network has left of its gradient."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Left, Length, Names, Networks, Value


class OneLeft(Claim):
    """What is left, where a single network was measured or has a finite gradient."""

    name = "one_left"
    places = {"headline": 40, "top": 43, "how_far": 74, "remedies": 5}
    text = {
        "en": ("$network keeps $left of its gradient over $length steps."),
        "ko": "$network — $length스텝 뒤에 남는 기울기: $left.",
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """One finite network."""
        if len(networks.finite) == 1:
            (one,) = networks.finite
            yield {
                "network": Names([one]),
                "left": Left(one.ln_left),
                "length": Length(networks.length),
            }
