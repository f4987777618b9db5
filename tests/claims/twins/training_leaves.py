"""The twin of the claim ``training_leaves``."""

import re

from tests.claims.sweep import SIZE, Sweep, close, number
from tests.claims.training import TASK, one_of


PATTERN = (
    rf"(?P<name>.+) never succeeded on {TASK}: after (?P<updates>\S+) updates "
    rf"(?P<after>{SIZE}) of its gradient is left over (?P<steps>\S+) steps?\."
)
KOREAN = (
    rf"(?P<name>.+) — {TASK}에서 끝내 실패했고, 갱신 (?P<updates>\S+)회 뒤에도 "
    rf"(?P<steps>\S+)스텝에 걸쳐 남는 기울기는 (?P<after>{SIZE})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """What is left at the end of the training, of a network without success."""
    group = one_of(match["name"], match["task"], sweep)
    update, lag, ln = group.left(last=True)
    assert not group.count
    assert close(match["after"], ln)
    assert number(match["steps"]) == lag
    assert number(match["updates"]) == update
