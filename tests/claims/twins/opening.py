"""The twin of the claim ``opening``."""

import re

from tests.claims.sweep import SIZE, Sweep, close, number


PATTERN = (
    rf"(?P<name>.+) keeps (?P<left>{SIZE}) of its gradient over "
    rf"(?P<length>\S+) steps, against (?P<default>{SIZE}) at PyTorch's "
    rf"default biases\."
)
KOREAN = (
    rf"(?P<name>.+) — (?P<length>\S+)스텝 뒤에 남는 기울기: (?P<left>{SIZE}), PyTorch "
    rf"기본 편향에서는 (?P<default>{SIZE})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """The two differ in the bias alone, and the first has more left."""
    opened = sweep.named(match["name"])
    (default,) = [
        n
        for n in sweep.finite
        if sweep.differ(n, opened) <= {"forget_bias", "input_bias"}
        and n.params["forget_bias"] == "keep"
        and n.params["input_bias"] in (None, "keep")
    ]
    assert default.left < opened.left < 0
    assert close(match["left"], opened.left)
    assert close(match["default"], default.left)
    assert number(match["length"]) == sweep.length
