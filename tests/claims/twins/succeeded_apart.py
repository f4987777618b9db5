"""The twin of the claim ``succeeded_apart``."""

import re

from tests.claims.sweep import Sweep, number
from tests.claims.training import TASK, one_of, told_apart


PATTERN = (
    rf"Trained on {TASK} (?P<most>.+) succeeded in (?P<count>\S+) of (?P<total>\S+) "
    r"runs and (?P<least>.+) in (?P<least_count>\S+) of (?P<least_total>\S+)\."
)
KOREAN = (
    rf"{TASK} 학습 결과: (?P<most>.+) — 실행 (?P<total>\S+)개 중 (?P<count>\S+)개 "
    r"성공, (?P<least>.+) — (?P<least_total>\S+)개 중 (?P<least_count>\S+)개 성공\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """The counts of both, and that no task tells two networks further apart."""
    most, least = (one_of(match[n], match["task"], sweep) for n in ("most", "least"))
    assert number(match["count"]) == most.count
    assert number(match["total"]) == len(most.runs)
    assert number(match["least_count"]) == least.count
    assert number(match["least_total"]) == len(least.runs)
    told_apart(most, least, sweep)
