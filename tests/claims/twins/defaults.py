"""The twin of the claim ``defaults``."""

import math
import re

from tests.claims.sweep import CUSTOMARY, Sweep, close, number


PATTERN = (
    r"At PyTorch's default biases (?P<name>.+) reaches (?P<ratio>\S+) times as far "
    r"back as a plain RNN: (?P<steps>\S+) steps? against (?P<plain>\S+) steps?\."
)
KOREAN = (
    r"(?P<name>.+) — PyTorch 기본 편향에서 기울기의 도달 거리는 기본 RNN의 "
    r"(?P<ratio>\S+)배다: (?P<steps>\S+)스텝, 기본 RNN은 (?P<plain>\S+)스텝\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Both at PyTorch's weights, alike in all but the cell and its bias."""
    (gated,) = [
        n
        for n in sweep.reaching
        if n.unbiased == match["name"]
        and n.params["forget_bias"] == "keep"
        and n.params["input_bias"] in (None, "keep")
    ]
    (plain,) = [
        n
        for n in sweep.reaching
        if n.params["cell"] == "rnn"
        and sweep.differ(n, gated) <= {"cell", "forget_bias", "input_bias"}
    ]
    for axis in ("init", "activation", "gain"):
        assert gated.params[axis] in (None, CUSTOMARY[axis])
    assert number(match["steps"]) == gated.steps
    assert number(match["plain"]) == plain.steps
    assert close(match["ratio"], math.log(gated.steps / plain.steps))
