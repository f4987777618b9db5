"""The twin of the claim ``gated_explodes``."""

import math
import re

from tests.claims import korean
from tests.claims.sweep import NAMED, SIZE, Sweep, among, close, number


PATTERN = (
    rf"Gates do not prevent exploding: over (?P<length>\S+) steps the gradient grows "
    rf"(?P<times>{SIZE}) times in {NAMED}\."
)
KOREAN = (
    rf"게이트가 있어도 기울기는 폭주할 수 있다: (?P<length>\S+)스텝 동안 "
    rf"(?P<times>{SIZE})배, {korean.NAMED}\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """No network with a forget or keep bias grows more; it grows a thousandfold."""
    gated = [n for n in sweep.every_finite if n.params["forget_bias"] is not None]
    most = max(n.left for n in gated)
    assert most > math.log(1000)
    assert close(match["times"], most)
    found = [n for n in gated if n.left > most - 1e-9]
    assert number(match["length"]) == found[0].length
    among(match, [n for n in found if n.length == found[0].length])
