"""The running sweep on stderr: rich on a terminal, else a plain line now and then."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gradlab.cli.rate import rate_text
from gradlab.cli.screen import WIDTH, Screen, shortened


EVERY = 5.0
"""Seconds between two plain lines of a sweep's first minute."""
SELDOM = 60.0
"""And of one that runs all night."""
LABEL = 8
"""Columns below which a point is not named beside its grid."""
NAME = 20
"""Letters of a grid's name on the moving screen."""


@dataclass
class Grid:
    """How far one grid is."""

    total: int
    done: int = 0
    label: str = ""
    active: bool = False


@dataclass
class State:
    """What the screen shows, counted up from the runner's events.

    Attributes:
        grids: By name, in the order of the sweep.
        total: Distinct points asked for; `done` of them are in the store.
        failed: Points recorded with an error.
        not_finite: Points that broke down; a finding, not an error.
        lost: Workers that died.
        checked: The self-check's result in words, once it is there.
        remaining: Seconds left, None while nothing is known.
        rate: Points per second, None while nothing is known.
    """

    grids: dict[str, Grid] = field(default_factory=dict)
    total: int = 0
    done: int = 0
    failed: int = 0
    not_finite: int = 0
    lost: int = 0
    checked: str = ""
    remaining: float | None = None
    rate: float | None = None


def left_text(seconds: float | None) -> str:
    """``12 s left``; empty while nothing is known."""
    from gradlab.report.numbers import duration

    return "" if seconds is None else f"{duration(max(1.0, seconds))} left"


def pause(elapsed: float) -> float:
    """Seconds until the next plain line: more of them the longer it has been running.

    >>> pause(10), pause(360), pause(36000)
    (5.0, 30.0, 60.0)
    """
    return min(SELDOM, max(EVERY, elapsed / 12))


class PlainProgress:
    """One line now and then, for logs and pipes."""

    def __init__(
        self, screen: Screen, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._screen = screen
        self._clock = clock
        self._began = clock()
        self._next = self._began

    def __enter__(self) -> PlainProgress:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to take off the screen."""

    def say(self, text: str) -> None:
        """Write a remark at once."""
        self._screen.note(text)

    def show(self, state: State) -> None:
        """Write a line when it is time for one, and when all is done."""
        now = self._clock()
        if now < self._next and state.done < state.total:
            return
        self._next = now + pause(now - self._began)
        self._screen.note(plain_line(state))


def plain_line(state: State) -> str:
    """``98/672 points, gain 98/162, failed 2, 12 points/s, 50 s left``.

    Of several grids those are named that are under way.
    """
    parts = [f"{state.done:,}/{state.total:,} points"]
    if len(state.grids) > 1:
        parts += [
            f"{name} {grid.done:,}/{grid.total:,}"
            for name, grid in state.grids.items()
            if 0 < grid.done < grid.total
        ]
    parts += [f"failed {state.failed:,}"] if state.failed else []
    parts += [f"workers lost {state.lost:,}"] if state.lost else []
    if state.done < state.total:
        parts += [rate_text(state.rate), left_text(state.remaining)]
    return ", ".join(part for part in parts if part)


class LiveProgress:
    """A row per grid that moves in place, on a terminal; drawn from the first show."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._live: Any = None

    def __enter__(self) -> LiveProgress:
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the last picture where it is."""
        if self._live is not None:
            self._live.stop()

    def show(self, state: State) -> None:
        """Draw the state anew."""
        if self._live is None:
            self._live = self._start()
        self._live.update(self._picture(state), refresh=True)

    def say(self, text: str) -> None:
        """Write a remark above the rows."""
        if self._live is None:
            self._screen.note(text)
        else:
            self._live.console.print(self._screen.text(text), highlight=False)

    def _start(self) -> Any:
        from rich.console import Console
        from rich.live import Live

        # of 80 columns a last one stays free: some terminals wrap when it is filled
        width = min(WIDTH, shutil.get_terminal_size().columns - 1)
        console = Console(stderr=True, no_color=self._screen.plain, width=width)
        live = Live(console=console, auto_refresh=False, redirect_stdout=False)
        live.start()
        return live

    def _picture(self, state: State) -> Any:
        from rich.text import Text

        names = [shortened(name, NAME) for name in state.grids]
        wide = max(map(len, names), default=0)
        lines = [
            self._line(name.ljust(wide), grid, state)
            for name, grid in zip(names, state.grids.values(), strict=True)
        ]
        lines.append(_counts(state))
        return Text(self._screen.text("\n".join(lines)), no_wrap=True)

    def _line(self, name: str, grid: Grid, state: State) -> str:
        count = f"{grid.done:,}/{grid.total:,}".rjust(13)
        if grid.done >= grid.total:
            return f"  {name} {count}  done"
        active = grid is _active(state)
        right = left_text(state.remaining) if active else ""
        head = f"  {name} {count}  {self._bar(grid.done / grid.total)}"
        if not active:
            return head
        room = WIDTH - 1 - len(head) - 2 - len(right) - 1
        label = shortened(grid.label, room) if room >= LABEL else ""
        return f"{head}  {label.ljust(min(room, 25))} {right}".rstrip()

    def _bar(self, share: float, width: int = 14) -> str:
        full = int(share * width)
        if self._screen.plain:
            return "#" * full + "." * (width - full)
        return "━" * full + "╌" * (width - full)


def _active(state: State) -> Grid | None:
    waiting = [grid for grid in state.grids.values() if grid.done < grid.total]
    worked_on = [grid for grid in waiting if grid.active]
    return next(iter(worked_on or waiting), None)


def _counts(state: State) -> str:
    """The last row; what has no room in it has one of its own."""
    remark = " (a finding, not an error)"
    parts = [rate_text(state.rate)] if state.done < state.total else []
    parts.append(f"failed {state.failed:,}")
    parts += [f"workers lost {state.lost:,}"] if state.lost else []
    parts += [f"not finite {state.not_finite:,}{remark}"] if state.not_finite else []
    parts.append(state.checked)
    rows = [""]
    for part in filter(None, parts):
        if len(rows[-1]) + 3 + len(part) >= WIDTH:
            rows.append("")
        rows[-1] += f"   {part}" if rows[-1] else f"  {part}"
    return "\n".join(rows)


def progress_for(screen: Screen) -> PlainProgress | LiveProgress:
    """The fitting screen: moving on a terminal, lines elsewhere."""
    moving = screen.terminal
    return LiveProgress(screen) if moving else PlainProgress(screen)
