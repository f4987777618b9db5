"""How much farther a gradient reaches after one change."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Networks, Reach, Settings, Value, Without
from gradlab.report.evidence.changes import best, changes
from gradlab.report.evidence.roads import carried


class ChangeReaches(Claim):
    """The reach before and after, of the same network but for these settings."""

    name = "change_reaches"
    places = {"remedies": 90}
    text = {
        "en": "$network reaches $after with $change, against $before with $default.",
        "ko": (
            "$network — 도달 거리: 바꾸기 전 $before ($default), 바꾼 뒤 $after "
            "($change)."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield the best change of each network, those with two states first."""
        found = [kept[0] for group in changes(networks) if (kept := best(group))]
        for change in sorted(found, key=lambda c: carried(c.before) != "cc"):
            before, after = change.before, change.after
            if math.isfinite(before.reach) and after.steps > before.steps:
                yield {
                    "network": Without(before, change.axes),
                    "after": Reach(after.steps, networks.length),
                    "change": Settings(after, change.axes),
                    "before": Reach(before.steps, networks.length),
                    "default": Settings(before, change.axes),
                }
