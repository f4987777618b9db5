"""The twin of the claim ``start_up``."""

import math
import re

from tests.claims.sweep import SIZE, Sweep, close, number


PATTERN = (
    rf"(?P<name>.+) looks stable over (?P<short>\S+) steps and is not: after "
    rf"(?P<long>\S+) steps (?P<left>{SIZE}) is left, where the same rate would leave "
    rf"(?P<expected>{SIZE})\."
)
KOREAN = (
    r"(?P<name>.+) — (?P<short>\S+)스텝까지는 안정적으로 보이지만 그렇지 않다: "
    rf"(?P<long>\S+)스텝 뒤에 (?P<left>{SIZE})만큼 남고, 같은 비율이었다면 "
    rf"(?P<expected>{SIZE})만큼 남았을 것이다\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Within a factor of ten over the short length, and lost over the longest."""
    (network,) = [n for n in sweep.every if n.label == match["name"]]
    assert "chrono" not in (network.params["forget_bias"], network.params["input_bias"])
    short, long = number(match["short"]), number(match["long"])
    assert long == network.length > short
    assert short in network.course
    before, after = network.course[short], network.course[long]
    expected = before / short * long
    assert abs(before) <= math.log(10) + 1e-9
    assert after < -math.log(10)
    assert after < expected - math.log(10) + 1e-9
    assert close(match["left"], after)
    assert close(match["expected"], expected)
