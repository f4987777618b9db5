"""The twin of the claim ``single_loses``."""

import math
import re

from tests.claims.backward import format_lags
from tests.claims.holders import having
from tests.claims.sweep import Sweep, number


PATTERN = (
    r"Kept in float32 and not rescaled, the product underflows in (?P<count>\S+) of "
    r"(?P<total>\S+) networks within (?P<length>\S+) steps?\."
)
KOREAN = (
    r"float32로 두고 스케일을 조정하지 않으면 곱에 언더플로가 나는 네트워크: "
    r"(?P<total>\S+)개 중 (?P<count>\S+)개 \((?P<length>[\d,]+)스텝 이내\)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts and the length."""
    found = format_lags(sweep, "float32", "underflow")
    assert number(match["count"]) == sum(map(math.isfinite, found.values()))
    assert number(match["total"]) == len(found)
    assert number(match["length"]) == having(sweep, "finite_precision")[0].length
