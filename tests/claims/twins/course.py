"""The twin of the claim ``course``."""

import re

from tests.claims.sweep import SIZES, Sweep, courses


PATTERN = (
    rf"(?P<name>.+) keeps (?P<lefts>{SIZES}) of its gradient over "
    rf"(?P<lengths>[\d,]+(?:, [\d,]+)*) steps\."
)
KOREAN = (
    rf"(?P<name>.+) — (?P<lengths>[\d,]+(?:, [\d,]+)*)스텝 뒤에 남는 기울기: "
    rf"(?P<lefts>{SIZES})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """That network has this left at these lengths."""
    assert courses(match, sweep)
