"""From the runner's events to the screen, and the words when it stops."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatchmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradlab.cli.progress import Grid, State, progress_for
from gradlab.cli.rate import Rate
from gradlab.cli.remarks import Remarks, label
from gradlab.cli.screen import Screen, fold
from gradlab.progress import events
from gradlab.report.numbers import duration


if TYPE_CHECKING:
    from gradlab.store.results import Results
    from gradlab.sweeps.sweep import Sweep


class Following:
    """Runs a sweep and shows how it goes.

    Attributes:
        computed: Points computed in this run.
        seconds: How long it took.
        stopped: Whether it was interrupted.
    """

    def __init__(self, screen: Screen, typed: str) -> None:
        self.computed = 0
        self.seconds = 0.0
        self.stopped = False
        self._screen = screen
        self._typed = typed
        self._state = State()
        self._progress = progress_for(screen)
        self._remarks = Remarks(self._progress.say)
        self._rate = Rate()

    def run(self, sweep: Sweep, folder: Path, **how: Any) -> Results | None:
        """Run to the end; None when it was interrupted, after saying so."""
        from gradlab.sweeps.runner import run

        results = None
        try:
            with self._progress:
                results = run(
                    sweep, folder, progress=self.follow, command=self._typed, **how
                )
        except KeyboardInterrupt:
            self.stopped = True
        if self.stopped:
            self._say_stopped(folder)
            return None
        return results

    @singledispatchmethod
    def follow(self, event: Any) -> None:
        """Take up one event; kinds not shown are passed over."""

    @follow.register
    def _(self, event: events.Started) -> None:
        self._state.total, self._state.done = event.total, event.done
        self._count(event.grids)
        if event.done < event.total:
            self._screen.note(fold(opening(event), "  "))
            self._screen.note(
                f"writing to {event.folder}\n"
                "Ctrl-C keeps what is done; the same command goes on"
            )

    @follow.register
    def _(self, event: events.Unguarded) -> None:
        self._progress.say(
            f"{event.folder} cannot be locked; start no second sweep into it"
        )

    @follow.register
    def _(self, event: events.Waiting) -> None:
        self._progress.say(
            f"{event.scheduler} has no workers yet; the first one starts the sweep"
        )

    @follow.register
    def _(self, event: events.Verified) -> None:
        self._state.checked = f"self-check {event.text}"
        self._progress.show(self._state)

    @follow.register
    def _(self, event: events.PointsDone) -> None:
        state = self._state
        state.done, state.failed = event.done, event.failed
        state.not_finite, state.remaining = event.not_finite, event.seconds_left
        state.rate = self._rate.see(event.done) or state.rate
        self._count(event.grids, label(event.told[-1].params) if event.told else "")
        self._remarks.failed(event.told)
        self._progress.show(state)

    @follow.register
    def _(self, event: events.WorkerLost) -> None:
        self._state.lost += 1
        self._remarks.lost(event)

    @follow.register
    def _(self, event: events.LogLost) -> None:
        self._progress.say(f"{event.cause}; the sweep goes on without its log")

    @follow.register
    def _(self, event: events.Stopped) -> None:
        self.stopped = True
        self._state.total, self._state.done = event.total, event.done

    @follow.register
    def _(self, event: events.Finished) -> None:
        self.computed, self.seconds = event.computed, event.seconds

    def _count(self, grids: Mapping[str, tuple[int, int]], now: str = "") -> None:
        """Take over the counts; a grid that grew was worked on last."""
        for name, (total, done) in grids.items():
            grid = self._state.grids.setdefault(name, Grid(total))
            grid.active = done > grid.done
            grid.label = now if grid.active else grid.label
            grid.done = done

    def _say_stopped(self, folder: Path) -> None:
        state = self._state
        self._screen.note(
            f"stopped. {state.done:,} of {state.total:,} points kept in {folder}.\n"
            f"Go on: {self._typed}"
        )


def opening(event: events.Started) -> str:
    """``default sweep: 672 points in 3 grids (lineup 135, ...), about 50 s``."""
    grids = ", ".join(f"{name} {total:,}" for name, (total, _) in event.grids.items())
    missing = event.total - event.done
    parts = [f"{event.name}: {event.total:,} point{'s' * (event.total > 1)}"]
    if len(event.grids) > 1:
        parts[0] += f" in {len(event.grids)} grids ({grids})"
    if event.done:
        parts.append(f"{event.done:,} there, {missing:,} to go")
    workers = f"{event.jobs} worker{'s' * (event.jobs > 1)}"
    parts.append(f"about {duration(event.seconds)} with {workers}")
    return ", ".join(parts)
