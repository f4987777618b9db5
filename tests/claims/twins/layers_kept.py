"""The twin of the claim ``layers_kept``."""

import re

from tests.claims.sweep import KEPT, Sweep, close_kept


EACH = rf"(?:{KEPT})(?:, (?:{KEPT}))*"
PATTERN = (
    rf"From the first layer up, the layers of (?P<name>.+) by themselves keep "
    rf"(?P<kepts>{EACH}) a step\."
)
KOREAN = (
    rf"(?P<name>.+) — 첫 층부터 위로, 각 층만의 스텝당 남는 비율: "
    rf"(?P<kepts>{EACH})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """As many layers as there are, each with its rate."""
    rates = sweep.layers(sweep.named(match["name"]))
    kepts = match["kepts"].split(", ")
    assert len(kepts) == len(rates) > 1
    for kept, rate in zip(kepts, rates, strict=True):
        assert close_kept(kept, rate)
