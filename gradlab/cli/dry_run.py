"""``gradlab sweep --dry-run``: how many points, how long, how much memory."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradlab.cli.screen import Screen, fold, table
from gradlab.shell_text import join


if TYPE_CHECKING:
    from gradlab.config.sweep import Sweep
    from gradlab.runs.forecast import Forecast

CLUSTERS = (10, 100)
"""Numbers of workers for which the time on a cluster is forecast."""

dry_run_option = click.option(
    "--dry-run",
    is_flag=True,
    help="Say how many points, how long, how much memory; compute nothing.",
)


def show_forecast(
    sweep: Sweep,
    folder: Path,
    execution: dict[str, Any],
    typed: list[str],
    screen: Screen,
    as_json: bool,
) -> None:
    """Print the forecast of a sweep.

    Args:
        sweep: to be forecast.
        folder: of its results.
        execution: options of how it would be executed, by name.
        typed: words of the command line.
        screen: to print on.
        as_json: print JSON.
    """
    from gradlab.runs.forecast import forecast

    used = ("jobs", "memory", "retry_failed")
    expected = forecast(
        sweep, folder, **{name: execution[name] for name in used if name in execution}
    )
    if as_json:
        screen.line(json.dumps(summary(expected), indent=2))
    else:
        show(expected, typed, screen)


def show(expected: Forecast, typed: list[str], screen: Screen) -> None:
    """Print a row per grid, a line per engine, and the command that runs the sweep."""
    up_to = "" if expected.exact else "up to "
    screen.line(
        f"{expected.name}: {up_to}{expected.total:,} points; nothing is computed"
    )
    screen.line()
    for line in table(rows(expected), "lrrr"):
        screen.line(line)
    if len(expected.grids) > 1 and expected.exact and _overlap(expected):
        screen.line("a point of several grids is computed once")
    if expected.failed:
        remark = (
            f"{expected.failed:,} failed earlier; --retry-failed computes them again"
        )
        screen.line(remark)
    if expected.too_large:
        screen.line(
            fold(
                f"{expected.too_large:,} need more memory than there is and would be "
                "set aside as failed"
            )
        )
    screen.line()
    if expected.left:
        for name, text in engines(expected):
            screen.line(fold(f"{name:<11}{text}", " " * 11))
        run = [word for word in typed if word != "--dry-run"]
        screen.line(f"{'run it':<11}{join(['gradlab', *run])}")
    else:
        screen.line("nothing is left to compute")


def rows(expected: Forecast) -> list[tuple[str, ...]]:
    """Return the table of grids, with its head and total."""
    lines: list[tuple[str, ...]] = [("grid", "points", "done", "to compute")]
    for name, (points, done) in expected.grids.items():
        lines.append((name, f"{points:,}", f"{done:,}", f"{points - done:,}"))
    if len(expected.grids) > 1:
        done = expected.total - expected.left
        lines.append(
            ("total", f"{expected.total:,}", f"{done:,}", f"{expected.left:,}")
        )
    return lines


def engines(expected: Forecast) -> list[tuple[str, str]]:
    """Return the name of each engine and what it would take, in words."""
    from gradlab.engines.machine import words
    from gradlab.report.numbers import duration

    if math.isnan(expected.core_seconds):
        return [("time", "unknown: the group that was timed failed, as it would there")]
    workers = f"{expected.jobs:,} worker{'s' * (expected.jobs > 1)}"
    here = f"about {duration(expected.seconds())} with {workers}, "
    here += f"up to {words(expected.memory)}"
    if expected.limit is not None:
        here += f" of the {words(expected.limit)} they may fill"
    times = [f"{duration(expected.seconds(n))} on {n} workers" for n in CLUSTERS]
    cluster = f"about {', '.join(times)}; up to {words(expected.worker)} for each"
    return [("here", here), ("a cluster", cluster)]


def summary(expected: Forecast) -> dict[str, Any]:
    """Return the forecast as JSON-compatible values."""
    return {
        "folder": str(expected.folder),
        "name": expected.name,
        "points": expected.total,
        "left": expected.left,
        "failed": expected.failed,
        "too_large": expected.too_large,
        "exact": expected.exact,
        "grids": {
            name: {"points": points, "done": done}
            for name, (points, done) in expected.grids.items()
        },
        "engines": {
            "here": {
                "workers": expected.jobs,
                "seconds": _seconds(expected),
                "memory": expected.memory,
                "memory_limit": expected.limit,
            },
            "cluster": [
                {
                    "workers": count,
                    "seconds": _seconds(expected, count),
                    "memory_of_each": expected.worker,
                }
                for count in CLUSTERS
            ],
        },
    }


def _seconds(expected: Forecast, workers: int | None = None) -> float | None:
    """Return the time it takes, None where the group that was timed failed."""
    seconds = expected.seconds(workers)
    return None if math.isnan(seconds) else round(seconds, 1)


def _overlap(expected: Forecast) -> bool:
    return sum(points for points, _ in expected.grids.values()) > expected.total
