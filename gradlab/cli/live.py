"""A run on stderr: rich on a terminal, else a plain line now and then."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from gradlab.cli.live_text import (
    clipped,
    label,
    left_text,
    loss,
    opening,
    plain_line,
    rows,
)
from gradlab.cli.screen import WIDTH, Screen, fold
from gradlab.progress.events import (
    Event,
    LockUnavailable,
    LogLost,
    PointDone,
    PointsDone,
    Started,
    Timed,
    Verified,
    Waiting,
    WorkerLost,
)
from gradlab.progress.state import Remark, State


if TYPE_CHECKING:
    from gradlab.config.sweep import Sweep
    from gradlab.store.results import Results

SHORTEST_PAUSE = 5.0
"""Seconds between two plain lines of a run's first minute."""

LONGEST_PAUSE = 60.0
"""Seconds between two plain lines of a run that takes hours."""

KINDS = 5
"""Kinds of failure that are shown; ``gradlab status`` shows all."""


class Live:
    """Shows a run from its events; a context manager that leaves the last picture.

    Attributes:
        state: how far the run is.
    """

    def __init__(
        self, screen: Screen, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.state = State(clock)
        self.view: PlainView | RichView
        self.view = RichView(screen) if screen.terminal else PlainView(screen, clock)
        self._failures = 0

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
                    return f"failed: {label(remark.params)}: {clipped(remark.message)}"
                if self._failures == KINDS + 1:
                    return "failed: more kinds, which gradlab status will list"
                return ""
            case Timed():
                return f"about {left_text(self.state.seconds_left())}"
            case WorkerLost():
                return loss(remark)
            case LockUnavailable(folder):
                return f"{folder} cannot be locked; start no second sweep into it"
            case Waiting(scheduler):
                return f"{scheduler} has no workers yet; the first one starts the sweep"
            case LogLost(cause):
                return f"{cause}; the sweep continues without its log"


def run(
    sweep: Sweep, folder: Path, screen: Screen, typed: str, **how: Any
) -> tuple[Results | None, State]:
    """Run a sweep and show it; return None for results where it was interrupted.

    Args:
        sweep: to run.
        folder: of the results.
        screen: to show it on.
        typed: the command that continues it.
        **how: arguments of :func:`gradlab.runs.run.run`.
    """
    from gradlab.runs import run as runner

    live = Live(screen)

    def take(event: Event) -> None:
        live.take(event)
        if isinstance(event, Started) and event.done < event.total:
            screen.note(fold(opening(event), "  "))
            screen.note(f"writing to {event.folder}")
            screen.note("Ctrl-C keeps what is done; the same command continues")

    try:
        with live:
            results = runner.run(sweep, folder, progress=take, command=typed, **how)
    except KeyboardInterrupt:
        counts = f"{live.state.done:,} of {live.state.total:,} points"
        screen.note(f"stopped. {counts} kept in {folder}.\nGo on: {typed}")
        return None, live.state
    return results, live.state


class Progressing(Protocol):
    """What is shown while it goes on."""

    @property
    def done(self) -> int:
        """How much of it is done."""

    @property
    def total(self) -> int:
        """How much there is."""


class PlainView:
    """One line now and then, for logs and pipes.

    Args:
        screen: to write on.
        clock: returns seconds.
        line: the line of a state.
    """

    def __init__(
        self,
        screen: Screen,
        clock: Callable[[], float] = time.monotonic,
        line: Callable[[Any], str] = plain_line,
    ) -> None:
        self._screen, self._line = screen, line
        self._clock = clock
        self._began = self._next = clock()
        self._complete = False

    def close(self) -> None:
        """Do nothing: lines stay."""

    def note(self, text: str) -> None:
        """Write a remark at once."""
        self._screen.note(text)

    def draw(self, state: Progressing) -> None:
        """Write a line when it is time for one, and once when all is done."""
        now = self._clock()
        complete = state.done >= state.total
        if self._complete if complete else now < self._next:
            return
        self._complete = complete
        self._next = now + pause(now - self._began)
        self._screen.note(self._line(state))


class RichView:
    """Rows that move in place, on a terminal; from the first drawing on.

    Args:
        screen: to draw on.
        rows: the lines of a state, in ASCII where the second argument is true.
        transient: wipe the rows at the end, instead of leaving the last picture.
    """

    def __init__(
        self,
        screen: Screen,
        rows: Callable[[Any, bool], list[str]] = rows,
        transient: bool = False,
    ) -> None:
        self._screen, self._rows, self._transient = screen, rows, transient
        self._live: Any = None

    def close(self) -> None:
        """Leave the last picture where it is, or nothing."""
        if self._live is not None:
            with self._screen.lasting(err=True):
                self._live.stop()

    def note(self, text: str) -> None:
        """Write a remark above the rows."""
        if self._live is None:
            self._screen.note(text)
        else:
            with self._screen.lasting(err=True):
                self._live.console.print(
                    self._screen.text(text), highlight=False, markup=False
                )

    def draw(self, state: Progressing) -> None:
        """Draw the rows anew."""
        from rich.text import Text

        text = Text(self._screen.text("\n".join(self._rows(state, self._screen.plain))))
        text.no_wrap = True
        with self._screen.lasting(err=True):
            if self._live is None:
                self._live = self._start()
            self._live.update(text, refresh=True)

    def _start(self) -> Any:
        from rich.console import Console
        from rich.live import Live

        # of 80 columns a last one stays free: some terminals wrap when it is filled
        width = min(WIDTH, shutil.get_terminal_size().columns - 1)
        console = Console(stderr=True, no_color=self._screen.plain, width=width)
        live = Live(
            console=console,
            auto_refresh=False,
            redirect_stdout=False,
            transient=self._transient,
        )
        live.start()
        return live


def pause(elapsed: float) -> float:
    """Return the seconds until the next plain line: the longer it runs, the more.

    >>> pause(10), pause(360), pause(36000)
    (5.0, 30.0, 60.0)
    """
    return min(LONGEST_PAUSE, max(SHORTEST_PAUSE, elapsed / 12))
