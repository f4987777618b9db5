"""A run in words: the line of a log, the rows of a terminal, sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gradlab.axes import own_input_bias
from gradlab.cli.screen import WIDTH, counted, shortened
from gradlab.progress.events import Started, WorkerLost
from gradlab.progress.state import Grid, State
from gradlab.report.numbers import duration, significant


LONGEST = 300
"""Characters of a message; a user's cell may raise an error of a page."""
LABEL = 8
"""Columns below which a point is not named next to its grid."""
NAME = 20
"""Characters of a grid's name on the moving screen."""


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
    active = _active_grid(state)
    lines = []
    for name, grid in state.grids.items():
        head = f"  {shortened(name, NAME).ljust(wide)} "
        head += f"{grid.done:,}/{grid.total:,}".rjust(13) + "  "
        if grid.done >= grid.total:
            lines.append(f"{head}done")
        else:
            head += bar(grid.done / grid.total, plain)
            lines.append(_active_row(head, name, state) if grid is active else head)
    return lines + _counts(state)


def _active_grid(state: State) -> Grid | None:
    """Return the first unfinished grid, those of the latest point before others."""
    latest = state.latest.grids if state.latest else ()
    order = sorted(state.grids, key=lambda name: name not in latest)
    unfinished = (g for name in order if (g := state.grids[name]).done < g.total)
    return next(unfinished, None)


def _active_row(head: str, name: str, state: State) -> str:
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


def opening(event: Started) -> str:
    """``quick: 81 points in 2 grids (gain 27, ...), with 2 workers``."""
    grids = ", ".join(f"{name} {total:,}" for name, (total, _) in event.grids.items())
    parts = [f"{event.name}: {counted(event.total, 'point')}"]
    if len(event.grids) > 1:
        parts[0] += f" in {len(event.grids)} grids ({grids})"
    if event.done:
        parts.append(f"{event.done:,} there, {event.total - event.done:,} to go")
    parts.append(f"with {counted(event.jobs, 'worker')}")
    return ", ".join(parts)


def loss(event: WorkerLost) -> str:
    """Return the sentence about a worker that died."""
    points = f"its {event.points} points are" if event.points > 1 else "its point is"
    return (
        f"a worker was lost: {clipped(event.cause)}; {points} tried again; "
        "more such losses are only counted"
    )


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
    units = (("s", 1), ("min", 60), ("h", 3600))
    fitting = (pair for pair in units if per_second * pair[1] >= 1)
    unit, seconds = next(fitting, units[-1])
    return f"{significant(per_second * seconds).removesuffix('.0')} points/{unit}"


def clipped(message: str) -> str:
    """Return a message on one line, cut where it is very long."""
    line = " ".join(message.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 4]} ..."


def label(params: Mapping[str, Any]) -> str:
    """Return a point in a few words: ``lstm, bias chrono, gain 2``."""
    parts = [str(params["cell"])]
    if params.get("forget_bias") not in (None, "keep"):
        parts.append(f"bias {params['forget_bias']}")
    if own_input_bias(params) is not None:
        parts.append(f"input bias {params['input_bias']}")
    if params.get("gain") not in (None, 1.0):
        parts.append(f"gain {params['gain']:g}")
    if params.get("init") not in (None, "default"):
        parts.append(str(params["init"]))
    return ", ".join(parts)
