"""The twin of the claim ``path_cut``."""

import re

from tests.claims.sweep import KEPT, NAMED, Sweep, among, close_kept


PATTERN = (
    rf"With the path along the carried state cut, the most that is kept is "
    rf"(?P<kept>{KEPT}) a step, in {NAMED}\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """No finite rate is larger."""
    rates = [(sweep.rate(n, "no_cell_path"), n) for n in sweep.networks]
    most = max(rate for rate, _ in rates if rate == rate)  # noqa: PLR0124
    assert close_kept(match["kept"], most)
    among(match, [n for rate, n in rates if rate > most - 1e-9])
