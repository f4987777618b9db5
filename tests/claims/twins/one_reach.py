"""The twin of the claim ``one_reach``."""

import re

from tests.claims.sweep import Sweep, number


PATTERN = (
    r"(?P<name>.+) loses all but 1/1000 of its gradient within (?P<steps>\S+) "
    r"steps?\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """The only network."""
    (one,) = sweep.networks
    assert match["name"] == one.label
    assert number(match["steps"]) == one.steps
