"""The twin of the claim ``every_run_succeeded``."""

import re

from tests.claims import korean
from tests.claims.sweep import NAMED, Sweep, among_names
from tests.claims.training import TASK, on


PATTERN = rf"On {TASK} every run of {NAMED} succeeded\."
KOREAN = rf"{TASK}에서 모든 실행이 성공한 네트워크: {korean.NAMED}\."


def check(match: re.Match, sweep: Sweep) -> None:
    """All these networks, and no other."""
    found = on(match["task"], sweep)
    among_names(match, [g.label for g in found if g.count == len(g.runs)])
