"""The twin of the claim ``better_weights``."""

import math
import re

from tests.claims.sweep import SIZE, Sweep, close, initializer, number


PATTERN = (
    rf"With (?P<init>.+) weights (?P<name>.+) keeps (?P<left>{SIZE}) of its "
    rf"gradient over (?P<length>\S+) steps, against (?P<default>{SIZE}) with "
    rf"PyTorch's\."
)
KOREAN = (
    r"(?P<name>.+) — (?P<init>.+) 가중치로는 (?P<length>\S+)스텝 뒤에 기울기가 "
    rf"(?P<left>{SIZE})만큼 남고, PyTorch 기본 가중치로는 (?P<default>{SIZE})만큼 "
    r"남는다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """The two differ in the weights alone; the other ones are nearer to 1."""
    named = [
        n
        for group in sweep.groups("init", "activation")
        for n in group
        if sweep.without(n, "init") == match["name"]
    ]
    (better,) = [n for n in named if initializer(n.params["init"]) == match["init"]]
    (default,) = [n for n in named if n.params["init"] == "default"]
    assert sweep.differ(better, default) == {"init"}
    ours, theirs = better.course[better.length], default.course[default.length]
    assert abs(ours) + math.log(10) < abs(theirs)
    assert close(match["left"], ours)
    assert close(match["default"], theirs)
    assert number(match["length"]) == better.length == default.length
