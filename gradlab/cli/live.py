"""A run on stderr: rich on a terminal, else a plain line now and then."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradlab.cli.screen import WIDTH, Screen, fold, shortened
from gradlab.progress.events import (
    Event,
    LogLost,
    PointDone,
    PointsDone,
    Started,
    Unlocked,
    Verified,
    Waiting,
    WorkerLost,
)
from gradlab.progress.state import Remark, State, active_grids
from gradlab.report.numbers import duration, significant


if TYPE_CHECKING:
    from collections.abc import Mapping

    from gradlab.store.results import Results
    from gradlab.sweeps.sweep import Sweep

EVERY = 5.0
"""Seconds between two plain lines of a run's first minute."""
SELDOM = 60.0
"""And of one that runs all night."""
KINDS = 5
"""Kinds of failure that are shown; ``gradlab status`` shows all."""
LONGEST = 300
"""Characters of a message; a user's cell may raise a page."""
LABEL = 8
"""Columns below which a point is not named next to its grid."""
NAME = 20
"""Characters of a grid's name on the moving screen."""


class Live:
    """Shows a run from its events; a context manager that leaves the last picture.

    Attributes:
        state: how far the run is.
    """

    def __init__(
        self, screen: Screen, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.state = State(clock)
        moving = screen.terminal
        self.view: PlainView | RichView
        self.view = RichView(screen) if moving else PlainView(screen, clock)
        self._failures = self._losses = 0

    def __enter__(self) -> Live:
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the last picture where it is."""
        self.view.close()

    def take(self, event: Event) -> None:
        """Count an event, and show what is new."""
        for remark in self.state.take(event):
            if text := self._text(remark):
                self.view.note(fold(text, "  "))
        if isinstance(event, PointsDone | Verified):
            self.view.draw(self.state)

    def draw(self) -> None:
        """Show how far the run is; between events, since the rate changes."""
        self.view.draw(self.state)

    def _text(self, remark: Remark) -> str:
        match remark:
            case PointDone():
                self._failures += 1
                if self._failures <= KINDS:
                    message = shortest(remark.message)
                    return f"failed: {label(remark.params)}: {message}"
                if self._failures == KINDS + 1:
                    return "failed: more kinds, which gradlab status will list"
                return ""
            case WorkerLost():
                self._losses += 1
                return loss(remark, first=self._losses == 1)
            case Unlocked():
                return (
                    f"{remark.folder} cannot be locked; start no second sweep into it"
                )
            case Waiting():
                where = remark.scheduler
                return f"{where} has no workers yet; the first one starts the sweep"
            case LogLost():
                return f"{remark.cause}; the sweep goes on without its log"


def run(
    sweep: Sweep, folder: Path, screen: Screen, typed: str, **how: Any
) -> tuple[Results | None, State]:
    """Run a sweep and show it; no results where it was interrupted, after a sentence.

    Args:
        sweep: what is requested.
        folder: where results go.
        screen: where it is shown.
        typed: the command that goes on with it.
        **how: arguments of :func:`gradlab.sweeps.runner.run`.
    """
    from gradlab.sweeps import runner

    live = Live(screen)

    def take(event: Event) -> None:
        live.take(event)
        if isinstance(event, Started) and event.done < event.total:
            screen.note(fold(opening(event, live.state.seconds_left()), "  "))
            screen.note(f"writing to {event.folder}")
            screen.note("Ctrl-C keeps what is done; the same command goes on")

    try:
        with live:
            results = runner.run(sweep, folder, progress=take, command=typed, **how)
    except KeyboardInterrupt:
        counts = f"{live.state.done:,} of {live.state.total:,} points"
        screen.note(f"stopped. {counts} kept in {folder}.\nGo on: {typed}")
        return None, live.state
    return results, live.state


class PlainView:
    """One line now and then, for logs and pipes."""

    def __init__(
        self, screen: Screen, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._screen = screen
        self._clock = clock
        self._began = self._next = clock()
        self._complete = False

    def close(self) -> None:
        """Do nothing: lines stay."""

    def note(self, text: str) -> None:
        """Write a remark at once."""
        self._screen.note(text)

    def draw(self, state: State) -> None:
        """Write a line when it is time for one, and once when all is done."""
        now = self._clock()
        complete = state.done >= state.total
        if self._complete if complete else now < self._next:
            return
        self._complete = complete
        self._next = now + pause(now - self._began)
        self._screen.note(plain_line(state))


class RichView:
    """A row per grid that moves in place, on a terminal; from the first drawing on."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._live: Any = None

    def close(self) -> None:
        """Leave the last picture where it is."""
        if self._live is not None:
            self._live.stop()

    def note(self, text: str) -> None:
        """Write a remark above the rows."""
        if self._live is None:
            self._screen.note(text)
        else:
            self._live.console.print(self._screen.text(text), highlight=False)

    def draw(self, state: State) -> None:
        """Draw the rows anew."""
        from rich.text import Text

        if self._live is None:
            self._live = self._start()
        text = "\n".join(rows(state, self._screen.plain))
        self._live.update(Text(self._screen.text(text), no_wrap=True), refresh=True)

    def _start(self) -> Any:
        from rich.console import Console
        from rich.live import Live

        # of 80 columns a last one stays free: some terminals wrap when it is filled
        width = min(WIDTH, shutil.get_terminal_size().columns - 1)
        console = Console(stderr=True, no_color=self._screen.plain, width=width)
        live = Live(console=console, auto_refresh=False, redirect_stdout=False)
        live.start()
        return live


def pause(elapsed: float) -> float:
    """Return the seconds until the next plain line: the longer it runs, the more.

    >>> pause(10), pause(360), pause(36000)
    (5.0, 30.0, 60.0)
    """
    return min(SELDOM, max(EVERY, elapsed / 12))


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
        parts += [rate_text(state.rate()), left_text(state.seconds_left())]
    return ", ".join(part for part in parts if part)


def rows(state: State, plain: bool) -> list[str]:
    """Return a line per grid, then the counts."""
    wide = max((len(shortened(name, NAME)) for name in state.grids), default=0)
    active = next(active_grids(state), None)
    lines = []
    for name, grid in state.grids.items():
        head = f"  {shortened(name, NAME).ljust(wide)} "
        head += f"{grid.done:,}/{grid.total:,}".rjust(13) + "  "
        if grid.done >= grid.total:
            lines.append(f"{head}done")
        else:
            head += bar(grid.done / grid.total, plain)
            lines.append(_active(head, name, state) if grid is active else head)
    return lines + _counts(state)


def _active(head: str, name: str, state: State) -> str:
    """Return the line of the grid that is worked on: its latest point, and the time."""
    right = left_text(state.seconds_left())
    room = WIDTH - 1 - len(head) - 2 - len(right) - 1
    latest = state.latest
    text = label(latest.params) if latest and name in latest.grids else ""
    text = shortened(text, room) if room >= LABEL else ""
    return f"{head}  {text.ljust(min(room, 25))} {right}".rstrip()


def _counts(state: State) -> list[str]:
    """Return the last row; what has no room in it has one of its own."""
    remark = " (a finding, not an error)"
    parts = [rate_text(state.rate())] if state.done < state.total else []
    parts.append(f"failed {state.failed:,}")
    parts += [f"workers lost {state.lost:,}"] if state.lost else []
    parts += [f"not finite {state.not_finite:,}{remark}"] if state.not_finite else []
    parts += [f"self-check {state.checked}"] if state.checked else []
    lines = [""]
    for part in filter(None, parts):
        if len(lines[-1]) + 3 + len(part) >= WIDTH:
            lines.append("")
        lines[-1] += f"   {part}" if lines[-1] else f"  {part}"
    return lines


def bar(share: float, plain: bool, width: int = 14) -> str:
    """Return a bar of which a share is filled."""
    full = int(share * width)
    if plain:
        return "#" * full + "." * (width - full)
    return "━" * full + "╌" * (width - full)


def opening(event: Started, seconds: float | None) -> str:
    """``quick: 81 points in 2 grids (gain 27, ...), about 50 s with 2 workers``."""
    grids = ", ".join(f"{name} {total:,}" for name, (total, _) in event.grids.items())
    parts = [f"{event.name}: {event.total:,} point{'s' * (event.total > 1)}"]
    if len(event.grids) > 1:
        parts[0] += f" in {len(event.grids)} grids ({grids})"
    if event.done:
        parts.append(f"{event.done:,} there, {event.total - event.done:,} to go")
    about = f"about {duration(seconds)} " if seconds is not None else ""
    parts.append(f"{about}with {event.jobs} worker{'s' * (event.jobs > 1)}")
    return ", ".join(parts)


def loss(event: WorkerLost, first: bool) -> str:
    """Return what is said of a worker that died."""
    points = f"its {event.points} points are" if event.points > 1 else "its point is"
    more = "; more such losses are only counted" if first else ""
    return f"a worker was lost: {shortest(event.cause)}; {points} tried again{more}"


def left_text(seconds: float | None) -> str:
    """``12 s left``; empty while unknown."""
    return "" if seconds is None else f"{duration(max(1.0, seconds))} left"


def rate_text(per_second: float | None) -> str:
    """``12 points/s``, ``30 points/min``, ``2 points/h``; empty while unknown.

    >>> rate_text(12.4), rate_text(0.5), rate_text(0.0007)
    ('12 points/s', '30 points/min', '2.5 points/h')
    """
    if not per_second:
        return ""
    for unit, seconds in (("s", 1), ("min", 60), ("h", 3600)):
        if per_second * seconds >= 1 or unit == "h":
            break
    count = significant(per_second * seconds)
    return f"{count.removesuffix('.0')} points/{unit}"


def shortest(message: str) -> str:
    """Return a message on one line, cut where it is very long."""
    line = " ".join(message.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 4]} ..."


def label(params: Mapping[str, Any]) -> str:
    """Return a point in a few words: ``lstm, bias chrono, gain 2``."""
    parts = [str(params["cell"])]
    if params.get("forget_bias") not in (None, "keep"):
        parts.append(f"bias {params['forget_bias']}")
    if params.get("gain") not in (None, 1.0):
        parts.append(f"gain {params['gain']:g}")
    if params.get("init") not in (None, "default"):
        parts.append(str(params["init"]))
    return ", ".join(parts)
