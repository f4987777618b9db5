"""The twin of the claim ``runs_succeeded``."""

import re

from tests.claims.sweep import Sweep, number
from tests.claims.training import runs


PATTERN = r"(?P<count>\S+) of (?P<total>\S+) trained networks succeeded\."
KOREAN = r"학습시킨 네트워크 (?P<total>\S+)개 중 (?P<count>\S+)개가 성공했다\."


def check(match: re.Match, sweep: Sweep) -> None:
    """Both counts."""
    found = runs(sweep)
    assert number(match["total"]) == len(found) > 0
    assert number(match["count"]) == sum(run.succeeded for run in found)
