"""The twin of the claim ``gain_edge``."""

import math
import re

from tests.claims.sweep import SIZE, Sweep, close


PATTERN = (
    rf"From gain (?P<low>\S+) to gain (?P<high>\S+) what is left of (?P<name>.+) jumps "
    rf"from (?P<less>{SIZE}) to (?P<more>{SIZE})\."
)
KOREAN = (
    r"(?P<name>.+) — 게인을 올리면\((?P<low>\S+) → (?P<high>\S+)\) 남는 기울기가 "
    rf"급증한다: (?P<less>{SIZE}) → (?P<more>{SIZE})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """The two gains are neighbours, the first leaves too little, the other too much."""
    (group,) = [
        group
        for group in sweep.groups("gain")
        if sweep.without(group[0], "gain") == match["name"]
    ]
    ordered = sorted(group, key=lambda n: n.params["gain"])
    gains = [f"{n.params['gain']:g}" for n in ordered]
    at = gains.index(match["low"])
    assert gains[at + 1 : at + 2] == [match["high"]]
    less, more = (n.course[n.length] for n in ordered[at : at + 2])
    assert less < -math.log(1000) < math.log(1000) < more
    assert close(match["less"], less)
    assert close(match["more"], more)
