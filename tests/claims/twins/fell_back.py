"""The twin of the claim ``fell_back``."""

import re

from tests.claims.sweep import Sweep, number
from tests.claims.training import runs


PATTERN = (
    r"Of the runs that succeeded (?P<count>\S+) of (?P<total>\S+) had fallen back at "
    r"the end\."
)
KOREAN = (
    r"성공한 실행 (?P<total>\S+)개 중 (?P<count>\S+)개는 끝에 가서 다시 실패로 "
    r"돌아갔다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts."""
    found = [run for run in runs(sweep) if run.succeeded]
    assert number(match["total"]) == len(found)
    assert number(match["count"]) == sum(run.fell_back for run in found) > 0
