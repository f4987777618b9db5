"""The twin of the claim ``norm_below``."""

import re

from tests.claims.sweep import Sweep
from tests.claims.weight_numbers import hold


PATTERN = (
    r"In (?P<count>\S+) of (?P<total>\S+) networks without gates whose W_\{?hh\}? "
    r"has a largest singular value of 1 or less, less than 1/1000 of a gradient is "
    r"left after (?P<length>\S+) steps?\."
)
KOREAN = (
    r"게이트가 없고 W_\{?hh\}?의 최대 특잇값이 1 이하인 네트워크 "
    r"(?P<total>\S+)개 가운데 (?P<count>\S+)개에서 기울기가 1/1000도 "
    r"남지 않는다 \((?P<length>\S+)스텝 뒤\)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """So many of all on that side of 1."""
    hold(match, sweep, "weight_spectral_norm", above=False)
