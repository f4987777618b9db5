"""The twin of the claim ``radius_above``."""

import re

from tests.claims.sweep import Sweep
from tests.claims.weight_numbers import hold


PATTERN = (
    r"In (?P<count>\S+) of (?P<total>\S+) networks without gates whose W_\{?hh\}? "
    r"has a spectral radius above 1, less than 1/1000 of a gradient is left after "
    r"(?P<length>\S+) steps?\."
)
KOREAN = (
    r"게이트가 없고 W_\{?hh\}?의 스펙트럼 반지름이 1보다 큰 네트워크 "
    r"(?P<total>\S+)개 가운데 (?P<count>\S+)개에서 기울기가 1/1000도 "
    r"남지 않는다 \((?P<length>\S+)스텝 뒤\)\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """So many of all on that side of 1."""
    hold(match, sweep, "weight_spectral_radius", above=True)
