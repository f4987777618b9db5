"""``gradlab sweep --dry-run``: how many points, how long, how much memory."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradlab.cli.screen import Screen, fold, table


if TYPE_CHECKING:
    from gradlab.sweeps.forecast import Forecast
    from gradlab.sweeps.sweep import Sweep

CLUSTERS = (10, 100)
"""Workers of the clusters that are told beside this machine."""

dry_run_option = click.option(
    "--dry-run",
    is_flag=True,
    help="Say how many points, how long, how much memory; compute nothing.",
)


def tell_ahead(
    sweep: Sweep,
    folder: Path,
    told: dict[str, Any],
    typed: list[str],
    screen: Screen,
    as_json: bool,
) -> None:
    """Answer; ``told`` are the options that say how a sweep is carried out."""
    from gradlab.sweeps.forecast import forecast

    known = ("jobs", "memory", "retry_failed")
    seen = forecast(sweep, folder, **{n: told[n] for n in known if n in told})
    if as_json:
        screen.line(json.dumps(summary(seen), indent=2))
    else:
        show(seen, typed, screen)


def show(seen: Forecast, typed: list[str], screen: Screen) -> None:
    """A row per grid, a line per engine, and what to type to run it."""
    up_to = "" if seen.exact else "up to "
    screen.line(f"{seen.name}: {up_to}{seen.total:,} points; nothing is computed")
    screen.line()
    for line in table(rows(seen), "lrrr"):
        screen.line(line)
    if len(seen.grids) > 1 and seen.exact and _overlap(seen):
        screen.line("a point of several grids is computed once")
    if seen.failed:
        remark = f"{seen.failed:,} failed earlier; --retry-failed computes them again"
        screen.line(remark)
    if seen.too_large:
        screen.line(
            fold(
                f"{seen.too_large:,} need more memory than there is and would be set "
                "aside as failed"
            )
        )
    screen.line()
    if seen.left:
        for name, text in engines(seen):
            screen.line(fold(f"{name:<11}{text}", " " * 11))
        run = [word for word in typed if word != "--dry-run"]
        screen.line(f"{'run it':<11}{shlex.join(['gradlab', *run])}")
    else:
        screen.line("nothing is left to compute")


def rows(seen: Forecast) -> list[tuple[str, ...]]:
    """The table of grids, head and total included."""
    lines: list[tuple[str, ...]] = [("grid", "points", "done", "to compute")]
    for name, (points, done) in seen.grids.items():
        lines.append((name, f"{points:,}", f"{done:,}", f"{points - done:,}"))
    if len(seen.grids) > 1:
        done = seen.total - seen.left
        lines.append(("total", f"{seen.total:,}", f"{done:,}", f"{seen.left:,}"))
    return lines


def engines(seen: Forecast) -> list[tuple[str, str]]:
    """What each engine would take, in words."""
    from gradlab.engines.machine import words
    from gradlab.report.numbers import duration

    workers = f"{seen.jobs:,} worker{'s' * (seen.jobs > 1)}"
    here = (
        f"about {duration(seen.seconds())} with {workers}, up to {words(seen.memory)}"
    )
    if seen.limit is not None:
        here += f" of the {words(seen.limit)} they may fill"
    times = [f"{duration(seen.seconds(n))} on {n} workers" for n in CLUSTERS]
    there = f"about {', '.join(times)}; up to {words(seen.worker)} for each"
    return [("here", here), ("a cluster", there)]


def summary(seen: Forecast) -> dict[str, Any]:
    """The same for a script."""
    return {
        "folder": str(seen.folder),
        "name": seen.name,
        "points": seen.total,
        "left": seen.left,
        "failed": seen.failed,
        "too_large": seen.too_large,
        "exact": seen.exact,
        "grids": {
            name: {"points": points, "done": done}
            for name, (points, done) in seen.grids.items()
        },
        "engines": {
            "here": {
                "workers": seen.jobs,
                "seconds": round(seen.seconds(), 1),
                "memory": seen.memory,
                "memory_limit": seen.limit,
            },
            "cluster": [
                {
                    "workers": count,
                    "seconds": round(seen.seconds(count), 1),
                    "memory_of_each": seen.worker,
                }
                for count in CLUSTERS
            ],
        },
    }


def _overlap(seen: Forecast) -> bool:
    return sum(points for points, _ in seen.grids.values()) > seen.total
