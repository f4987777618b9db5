"""How much of a gradient is left after one change."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import (
    Claim,
    Left,
    Length,
    Networks,
    Settings,
    Value,
    Without,
)
from gradlab.report.evidence.changes import best, changes


class ChangeLeaves(Claim):
    """What is left before and after, of the same network but for these settings."""

    name = "change_leaves"
    places = {"remedies": 70}
    text = {
        "en": (
            "$network keeps $after of its gradient over $length steps with $change, "
            "against $before with $default."
        ),
        "ko": (
            "$network — $length스텝 뒤에 남는 기울기: 바꾸기 전 $before "
            "($default), 바꾼 뒤 $after ($change)."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield the best change of each finite network, the largest first."""
        found = [kept[0] for group in changes(networks) if (kept := best(group))]
        finite = [c for c in found if c.before.finite]
        for change in sorted(finite, key=lambda c: -abs(c.before.ln_left)):
            yield {
                "network": Without(change.before, change.axes),
                "after": Left(change.after.ln_left),
                "length": Length(networks.length),
                "change": Settings(change.after, change.axes),
                "before": Left(change.before.ln_left),
                "default": Settings(change.before, change.axes),
            }
