"""The twin of the claim ``some_directions``."""

import math
import re

from tests.claims.holders import having, one_of
from tests.claims.sweep import Sweep, close, number


PATTERN = (
    r"After (?P<length>\S+) steps? what is left of the gradient of (?P<name>.+) has "
    r"(?P<kept>\S+) of (?P<size>\S+) directions\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """One network's directions."""
    one = one_of(match["name"], having(sweep, "stable_rank"))
    assert close(match["kept"], math.log(one.directions))
    assert number(match["size"]) == one.size
    assert number(match["length"]) == one.length
