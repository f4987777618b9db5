"""``gradlab status --follow``: watch a sweep that another process runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gradlab.cli.screen import Screen, fold


if TYPE_CHECKING:
    from gradlab.progress.events import Event
    from gradlab.progress.state import State
    from gradlab.progress.watch import Watch

EVERY = 1.0
"""Seconds between two looks."""

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
    from gradlab.progress.watch import Watch

    if as_json:
        lines = JsonLines(screen.line, ascii=True)
        _watch(Watch(folder), lines.state, lines.take, lambda: None, clock, sleep)
        return
    with Live(screen, clock) as live:

        def take(event: Event) -> None:
            live.take(event)
            if isinstance(event, Started):
                live.view.note(fold(_opening(event.name, live.state.writer)))

        _watch(Watch(folder), live.state, take, live.draw, clock, sleep)


def _watch(
    watch: Watch,
    state: State,
    take: Callable[[Event], None],
    draw: Callable[[], None],
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> None:
    news = clock()
    while True:
        events = watch.look()
        for event in events:
            take(event)
        draw()
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
