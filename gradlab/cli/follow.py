"""``gradlab status --follow``: watching a sweep that another process runs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradlab.cli.progress import Grid, State, progress_for
from gradlab.cli.rate import Rate
from gradlab.cli.remarks import Remarks, label
from gradlab.cli.screen import Screen, fold


if TYPE_CHECKING:
    from gradlab.progress.watch import Seen
    from gradlab.store.lock import Holder

EVERY = 1.0
"""Seconds between two looks."""

SILENT = 3.0
"""Seconds without a writer and without news after which nobody is at work."""

follow_option = click.option(
    "--follow", is_flag=True, help="Watch a running sweep until it ends."
)


def follow(
    folder: Path,
    screen: Screen,
    as_json: bool,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Show how far a sweep is until all is done, or nobody writes there any more."""
    from gradlab.progress.watch import Watch
    from gradlab.store.lock import holder

    watch, rate, news = Watch(folder), Rate(clock), clock()
    seen = watch.look()
    writer = holder(folder)
    if not as_json:
        screen.note(fold(_opening(seen, writer)))
    view = _Lines(screen) if as_json else _Rows(screen)
    with view:
        while True:
            view.show(seen, rate.see(seen.done), writer)
            if seen.total and seen.done >= seen.total:
                return
            if writer is None and clock() - news >= SILENT:
                return
            sleep(EVERY)
            before, seen, writer = seen, watch.look(), holder(folder)
            if writer is not None or seen != before:
                news = clock()


def _opening(seen: Seen, writer: Holder | None) -> str:
    name = seen.name or "sweep"
    if writer is None:
        return f"{name}: nobody writes there just now"
    return f"{name}: {writer} computes it. Ctrl-C ends the watching, not the sweep."


class _Rows:
    """The screen of a running sweep: rows that move, or a line now and then."""

    def __init__(self, screen: Screen) -> None:
        self._progress = progress_for(screen)
        self._remarks = Remarks(self._progress.say)
        self._state = State()

    def __enter__(self) -> _Rows:
        self._progress.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the last picture where it is."""
        self._progress.__exit__(*error)

    def show(self, seen: Seen, rate: float | None, writer: Holder | None) -> None:
        """Take up what was seen."""
        from gradlab.progress.events import PointTold

        state = self._state
        for name, (points, done) in seen.grids.items():
            grid = state.grids.setdefault(name, Grid(points))
            grid.total, grid.active, grid.done = points, done > grid.done, done
        for name in [name for name in state.grids if name not in seen.grids]:
            del state.grids[name]  # another sweep has begun in the folder
        state.total, state.done, state.failed = seen.total, seen.done, seen.failed
        state.rate = rate
        state.remaining = (seen.total - seen.done) / rate if rate else None
        self._remarks.failed(
            tuple(PointTold("", params, message) for params, message in seen.failures)
        )
        self._progress.show(state)


class _Lines:
    """One JSON object a line, for each change."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._said: dict[str, Any] = {}

    def __enter__(self) -> _Lines:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to take off the screen."""

    def show(self, seen: Seen, rate: float | None, writer: Holder | None) -> None:
        """Write a line where anything but the rate has changed."""
        told = {
            "name": seen.name,
            "total": seen.total,
            "done": seen.done,
            "failed": seen.failed,
            "grids": {
                name: {"points": points, "done": done}
                for name, (points, done) in seen.grids.items()
            },
            "writer": None if writer is None else str(writer),
        }
        if told == self._said:
            return
        self._said = told
        speed = {
            "points_per_second": rate and round(rate, 3),
            "seconds_left": rate and round((seen.total - seen.done) / rate, 1),
        }
        failures = [
            {"point": label(params), "message": message}
            for params, message in seen.failures
        ]
        self._screen.line(json.dumps({**told, **speed, "failures": failures}))
