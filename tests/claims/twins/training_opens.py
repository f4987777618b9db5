"""The twin of the claim ``training_opens``."""

import re

from tests.claims.sweep import SIZE, Sweep, close, number
from tests.claims.training import TASK, one_of


PATTERN = (
    rf"In (?P<name>.+) (?P<before>{SIZE}) of the gradient is left over "
    rf"(?P<steps>\S+) steps? before training on {TASK} and (?P<after>{SIZE}) after "
    r"(?P<updates>\S+) updates\."
)
KOREAN = (
    r"(?P<name>.+) — (?P<steps>\S+)스텝 뒤에 남는 기울기는 "
    rf"{TASK} 학습 전 (?P<before>{SIZE}), 갱신 (?P<updates>\S+)회 뒤 "
    rf"(?P<after>{SIZE})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """What is left at both ends of the training over the largest lag."""
    group = one_of(match["name"], match["task"], sweep)
    for last, printed in ((False, match["before"]), (True, match["after"])):
        update, lag, ln = group.left(last)
        assert close(printed, ln)
        assert number(match["steps"]) == lag
    assert number(match["updates"]) == update
