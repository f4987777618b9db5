"""The twin of the claim ``half_loses_first``."""

import re

from tests.claims import korean
from tests.claims.backward import format_lags
from tests.claims.sweep import NAMED, Sweep, among_names, number


PATTERN = (
    r"In float16 the first product underflows after (?P<steps>\S+) steps?, in "
    rf"{NAMED}\."
)
KOREAN = (
    rf"float16에서 곱에 가장 먼저 언더플로가 나는 네트워크: {korean.NAMED} "
    r"\((?P<steps>[\d,]+)스텝\)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """No product underflows earlier."""
    lags = format_lags(sweep, "float16", "underflow")
    first = min(lags.values())
    assert number(match["steps"]) == first
    among_names(match, [name for name, lag in lags.items() if lag == first])
