"""The twin of the claim ``at_chance``."""

import re

from gradlab.tasks import parse
from tests.claims.sweep import Sweep, number
from tests.claims.training import TASK, on


PATTERN = (
    rf"On {TASK} (?P<count>\S+) of the (?P<total>\S+) runs that never succeeded end "
    r"within a tenth of chance, which is a loss of (?P<chance>\S+)\."
)
KOREAN = (
    rf"{TASK}에서 끝내 실패한 실행 (?P<total>\S+)개 중 (?P<count>\S+)개는 마지막 "
    r"손실이 우연 수준인 (?P<chance>\S+)에서 10 % 안에 있다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """The last losses of runs without success, beside the task's own chance."""
    failed = [r for g in on(match["task"], sweep) for r in g.runs if not r.succeeded]
    chance = parse(match["task"]).chance()
    assert abs(number(match["chance"]) / chance - 1) < 0.05
    rows = [max(r.values("training_loss"), key=lambda v: v["update"]) for r in failed]
    near = [row for row in rows if abs(row["value"] - chance) <= 0.1 * chance]
    assert number(match["total"]) == len(failed) > 0
    assert number(match["count"]) == len(near)
