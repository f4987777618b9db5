"""The twin of the claim ``gates_predict``."""

import math
import re

from tests.claims.sweep import Sweep, number


PATTERN = (
    r"The gates alone predict what is left of a gradient to within a factor of ten in "
    r"(?P<count>\S+) of (?P<total>\S+) networks\."
)
KOREAN = (
    r"남는 기울기를 게이트만으로 10배 이내의 오차로 예측할 수 있는 네트워크: "
    r"(?P<total>\S+)개 가운데 (?P<count>\S+)개\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """All networks of which both rates are finite, each over its own length."""
    gaps = [(sweep.rate(n) - sweep.rate(n, "conveyor")) * n.length for n in sweep.every]
    finite = [gap for gap in gaps if math.isfinite(gap)]
    assert number(match["total"]) == len(finite) > 0
    assert number(match["count"]) == sum(abs(gap) < math.log(10) for gap in finite)
