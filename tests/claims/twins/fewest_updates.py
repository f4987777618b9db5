"""The twin of the claim ``fewest_updates``."""

import re
from statistics import median

from tests.claims import korean
from tests.claims.sweep import NAMED, Sweep, among_names, number
from tests.claims.training import TASK, on


PATTERN = (
    rf"Of the (?P<total>\S+) networks of which every run on {TASK} succeeded {NAMED} "
    r"needed the fewest updates, (?P<updates>\S+) by the median run\."
)
KOREAN = (
    rf"{TASK}에서 모든 실행이 성공한 네트워크 (?P<total>\S+)개 중 갱신이 가장 적게 "
    rf"든 것: {korean.NAMED} — 중앙값 (?P<updates>\S+)회\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """The least median of these networks, and who has it."""
    good = [g for g in on(match["task"], sweep) if g.count == len(g.runs)]
    medians = {g.label: median(run.first for run in g.runs) for g in good}
    least = min(medians.values())
    assert number(match["total"]) == len(good)
    assert number(match["updates"]) == least
    among_names(match, [name for name, value in medians.items() if value == least])
