"""The twin of the claim ``middle_loses``."""

import re

from tests.claims.sweep import KEPT, Sweep, close_kept, mean, number, records


PATTERN = (
    rf"(?P<name>.+) loses in the middle of a sequence and grows at its ends: it keeps "
    rf"(?P<middle>{KEPT}) per step from lag (?P<first>\S+) to lag (?P<last>\S+), and "
    rf"(?P<kept>{KEPT}) over all (?P<length>\S+) steps\."
)
KOREAN = (
    rf"(?P<name>.+) — 시퀀스의 가운데에서는 줄고 양 끝에서는 커진다: 스텝당 남는 "
    rf"비율이 시차 (?P<first>\S+)부터 (?P<last>\S+)까지는 (?P<middle>{KEPT}), 전체 "
    rf"(?P<length>\S+)스텝에서는 (?P<kept>{KEPT})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Less than all is kept between the lags next to T/4 and 3T/4, not over all."""
    network = sweep.named(match["name"])
    sizes = _sizes(sweep, network)
    length = network.length
    first, last = (
        min(sizes, key=lambda lag: (abs(4 * lag - k * length), lag)) for k in (1, 3)
    )
    middle = (mean(sizes[last]) - mean(sizes[first])) / (last - first)
    assert middle < 0 <= network.left
    assert close_kept(match["middle"], middle)
    assert close_kept(match["kept"], network.left / length)
    assert [number(match[k]) for k in ("first", "last", "length")] == [
        first,
        last,
        length,
    ]


def _sizes(sweep: Sweep, network) -> dict[float, list[float]]:
    """Lag -> ln of what is left at it, by seed."""
    table = sweep.table
    norms = (table["measure"] == "spectral_norm") & (table["block"] == "joint")
    found: dict[float, list[float]] = {}
    for row in records(table[norms & (table["length"] == network.length)]):
        if all(row[axis] == value for axis, value in network.params.items()):
            found.setdefault(row["lag"], []).append(row["value"])
    return found
