"""``gradlab status --follow``: watch a sweep that another process runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gradlab.cli.screen import Screen, fold


if TYPE_CHECKING:
    from gradlab.progress.events import Event
    from gradlab.progress.state import State

EVERY = 1.0
"""Seconds between two reads of the store."""

SILENT = 3.0
"""Seconds without a writer and without news after which the watch ends."""


def follow(
    folder: Path,
    screen: Screen,
    as_json: bool,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Show how far a sweep is until all is done, or nobody writes there any more.

    As JSON, each event is a line, as in a sweep's log (:mod:`gradlab.progress.log`).
    """
    from gradlab.cli.live import Live
    from gradlab.progress.events import Started
    from gradlab.progress.log import JsonLines

    if as_json:
        lines = JsonLines(screen.line, ascii=True)
        for events in _poll(folder, lines.state, clock, sleep):
            for event in events:
                lines.take(event)
        return
    with Live(screen, clock) as live:
        for events in _poll(folder, live.state, clock, sleep):
            for event in events:
                live.take(event)
                if isinstance(event, Started):
                    live.view.note(fold(_opening(event.name, live.state.writer)))
            live.draw()


def _poll(
    folder: Path,
    state: State,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Iterator[list[Event]]:
    """Yield the events of each read of the store; the caller adds them to the state."""
    from gradlab.progress.watch import Watch

    watch, news = Watch(folder), clock()
    while True:
        events = watch.look()
        yield events
        if state.total and state.done >= state.total:
            return
        if events or state.writer:
            news = clock()
        elif clock() - news >= SILENT:
            return
        sleep(EVERY)


def _opening(name: str, writer: str) -> str:
    if not writer:
        return f"{name}: nobody writes there just now"
    return f"{name}: {writer} computes it. Ctrl-C ends the watching, not the sweep."
