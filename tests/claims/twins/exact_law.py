"""The twin of the claim ``exact_law``."""

import re

from tests.claims.sweep import OFF, Sweep, close_off, number


PATTERN = (
    rf"By theory exactly 1 of a gradient is left in (?P<name>.+): after "
    rf"(?P<length>\S+) steps its logarithm is off by at most (?P<error>{OFF})\."
)
KOREAN = (
    rf"(?P<name>.+) — 이론으로는 기울기가 정확히 1만큼 남는다\. (?P<length>\S+)스텝 "
    rf"뒤에 잰 로그값의 가장 큰 오차: (?P<error>{OFF})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """A plain RNN of orthogonal weights and no nonlinearity, and its worst seed."""
    network = sweep.named(match["name"])
    law = {"cell": "rnn", "init": "orthogonal", "activation": "linear", "gain": 1.0}
    assert law.items() <= network.params.items()
    assert close_off(match["error"], max(map(abs, network.lefts)))
    assert number(match["length"]) == sweep.length
