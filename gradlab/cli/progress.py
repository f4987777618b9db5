"""The running sweep on stderr: rich on a terminal, else a plain line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gradlab.cli.screen import WIDTH, Screen


EVERY = 5.0
"""Seconds between two plain lines."""


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
        checked: The self-check's result in words, once it is there.
        remaining: Seconds left, None while nothing is known.
    """

    grids: dict[str, Grid] = field(default_factory=dict)
    total: int = 0
    done: int = 0
    failed: int = 0
    not_finite: int = 0
    checked: str = ""
    remaining: float | None = None


def left_text(seconds: float | None) -> str:
    """``12 s left``; empty while nothing is known."""
    from gradlab.report.numbers import duration

    return "" if seconds is None else f"{duration(max(1.0, seconds))} left"


class PlainProgress:
    """One line every few seconds, for logs and pipes."""

    def __init__(
        self, screen: Screen, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._screen = screen
        self._clock = clock
        self._last = -EVERY
        self._checked = False

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
        if now - self._last < EVERY and state.done < state.total:
            return
        self._last = now
        parts = [f"{state.done:,}/{state.total:,} points"]
        parts += [_part(name, grid) for name, grid in state.grids.items()]
        parts += [f"failed {state.failed}"] if state.failed else []
        parts += [left_text(state.remaining)] if state.remaining is not None else []
        self._screen.note(", ".join(parts))


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

        console = Console(stderr=True, no_color=self._screen.plain, width=WIDTH)
        live = Live(console=console, auto_refresh=False, redirect_stdout=False)
        live.start()
        return live

    def _picture(self, state: State) -> Any:
        from rich.text import Text

        wide = max((len(name) for name in state.grids), default=0)
        lines = [
            self._line(name.ljust(wide), grid, state)
            for name, grid in state.grids.items()
        ]
        lines.append(_counts(state))
        return Text(self._screen.text("\n".join(lines)), no_wrap=True)

    def _line(self, name: str, grid: Grid, state: State) -> str:
        count = f"{grid.done:,}/{grid.total:,}".rjust(13)
        if grid.done >= grid.total:
            return f"  {name} {count}  done"
        active = grid is _active(state)
        right = left_text(state.remaining) if active else ""
        tail = f"  {grid.label[:25]:<25} {right}" if active else ""
        return f"  {name} {count}  {self._bar(grid.done / grid.total)}{tail}".rstrip()

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
    parts = [f"failed {state.failed}"]
    if state.not_finite:
        parts.append(f"not finite {state.not_finite} (a finding, not an error)")
    if state.checked:
        parts.append(state.checked)
    return "  " + "   ".join(parts)


def _part(name: str, grid: Grid) -> str:
    return f"{name} {grid.done:,}/{grid.total:,}"


def progress_for(screen: Screen) -> PlainProgress | LiveProgress:
    """The fitting screen: moving on a terminal, lines elsewhere."""
    moving = screen.terminal
    return LiveProgress(screen) if moving else PlainProgress(screen)
