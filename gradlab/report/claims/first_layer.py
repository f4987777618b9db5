"""Networks whose first layer keeps the least."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Networks, Value
from gradlab.report.evidence.layers import layered, rates


class FirstLayer(Claim):
    """Which layer loses most, among networks of several layers."""

    name = "first_layer"
    places = {"layers": 60}
    text = {
        "en": (
            "In $count of $total networks of several layers the first layer keeps the "
            "least a step."
        ),
        "ko": (
            "여러 층으로 된 네트워크 $total개 가운데 $count개에서 첫 층이 스텝마다 "
            "가장 적게 남긴다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Two networks of several layers or more."""
        found = [rates(n) for n in layered(networks)]
        if len(found) > 1:
            least = [first < min(others) for first, *others in found]
            yield {"count": Count(sum(least)), "total": Count(len(found))}
