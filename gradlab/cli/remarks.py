"""What goes wrong while a sweep runs: each kind told once, the rest counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from gradlab.cli.screen import fold


if TYPE_CHECKING:
    from gradlab.progress import events

KINDS = 5
"""Kinds of failure told as they come; ``gradlab status`` tells all."""
LONGEST = 300
"""Letters of a message; a user's cell may raise a page."""


class Remarks:
    """Says the first of each kind of failure, and the first loss of a worker."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._kinds: set[str] = set()
        self._causes: set[str] = set()

    def failed(self, points: tuple[events.PointTold, ...]) -> None:
        """Take up points that came back."""
        for point in points:
            kind = _kind(point.message)
            if not kind or kind in self._kinds:
                continue
            self._kinds.add(kind)
            if len(self._kinds) <= KINDS:
                said = f"failed: {label(point.params)}: {clipped(point.message)}"
                self._say(fold(said, "  "))
            elif len(self._kinds) == KINDS + 1:
                self._say("failed: more kinds, which gradlab status will list")

    def lost(self, event: events.WorkerLost) -> None:
        """Take up the death of a worker."""
        kind = _kind(event.cause)
        if kind in self._causes:
            return
        self._causes.add(kind)
        points = (
            f"its {event.points} points are" if event.points > 1 else "its point is"
        )
        often = "; more such losses are only counted" if len(self._causes) == 1 else ""
        said = f"a worker was lost: {clipped(event.cause)}; {points} tried again{often}"
        self._say(fold(said, "  "))


def _kind(message: str) -> str:
    """A message without its numbers, which differ from point to point."""
    return re.sub(r"\d+", "0", " ".join(message.split()))


def clipped(message: str) -> str:
    """A message on one line, cut where it is very long."""
    line = " ".join(message.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 4]} ..."


def label(params: Mapping[str, Any]) -> str:
    """A point in a few words: ``lstm, bias chrono, gain 2``."""
    parts = [str(params["cell"])]
    if params.get("forget_bias") not in (None, "keep"):
        parts.append(f"bias {params['forget_bias']}")
    if params.get("gain") not in (None, 1.0):
        parts.append(f"gain {params['gain']:g}")
    if params.get("init") not in (None, "default"):
        parts.append(str(params["init"]))
    return ", ".join(parts)
