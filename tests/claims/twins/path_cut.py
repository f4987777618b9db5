"""The twin of the claim ``path_cut``."""

import re

from tests.claims import korean
from tests.claims.sweep import KEPT, NAMED, Sweep, among, close_kept


PATTERN = (
    rf"With the path along the carried state cut, the most that is kept is "
    rf"(?P<kept>{KEPT}) a step, in {NAMED}\."
)
KOREAN = (
    rf"전달되는 상태를 따라가는 경로를 끊으면 스텝당 남는 비율의 최댓값: "
    rf"(?P<kept>{KEPT}), {korean.NAMED}\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """No finite rate of a cell with a conveyor is larger."""
    rates = [
        (sweep.rate(n, "no_cell_path"), n)
        for n in sweep.networks
        if sweep.has_conveyor(n)
    ]
    most = max(rate for rate, _ in rates if rate == rate)  # noqa: PLR0124
    assert close_kept(match["kept"], most)
    among(match, [n for rate, n in rates if rate > most - 1e-9])
