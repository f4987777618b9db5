"""The twin of the claim ``best_layer``."""

import re

from tests.claims.sweep import KEPT, Sweep, close_kept


PATTERN = (
    rf"All layers of (?P<name>.+) together keep (?P<whole>{KEPT}) a step, the best of "
    rf"them by itself (?P<best>{KEPT})\."
)
KOREAN = (
    rf"(?P<name>.+) — 스텝당 남는 비율: 모든 층을 합치면 (?P<whole>{KEPT}), "
    rf"가장 많이 남기는 층만 보면 (?P<best>{KEPT})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """The rate of the whole, and the largest within a layer."""
    network = sweep.named(match["name"])
    assert close_kept(match["whole"], sweep.rate(network))
    assert close_kept(match["best"], max(sweep.layers(network)))
