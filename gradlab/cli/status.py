"""``gradlab status``: print how many points are done, missing and failed."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradlab.cli.follow import follow as watch
from gradlab.cli.follow import follow_option
from gradlab.cli.integrity import check_integrity, check_option
from gradlab.cli.options import folder_argument, json_option, screen_option
from gradlab.cli.point_text import axes_text
from gradlab.cli.results import changed_text
from gradlab.cli.screen import Screen, fold, table


if TYPE_CHECKING:
    from gradlab.store.results import PointResult, Results

SHOWN = 5
"""Messages of failures that the screen shows; --json has all."""

COUNTS = ("points", "done", "missing", "failed", "not finite")


@click.command("status")
@folder_argument
@check_option
@follow_option
@json_option
@screen_option
@click.pass_context
def command(
    ctx: click.Context,
    folder: Path,
    check: bool,
    follow: bool,
    as_json: bool,
    screen: Screen,
) -> None:
    """Say what of a sweep is done, missing and failed.

    Exit code 0 when everything is done, 1 when points failed or are missing, so
    that a script can wait on it. Points that became inf or NaN are done: that is a
    result. DIR is reports/default by default.

    With --check it reads every row of the store and compares it with its checksum:
    exit code 0 when all is intact, 1 when anything is damaged.

    With --follow it watches a sweep that runs elsewhere, until it ends: rate, time
    left, failures as they come. With --json too: one object a line, for each change.
    """
    from gradlab.store.results import Results
    from gradlab.sweeps.changed_leaves import changed_leaves, mark_missing

    if check and follow:
        raise click.UsageError("--check and --follow: one of both.")
    if follow:
        watch(folder, screen, as_json)
    if check:
        ctx.exit(check_integrity(folder, screen, as_json))
    results = Results.open(folder)
    changed = changed_leaves(results)
    results = mark_missing(results, changed)
    total = totals(results)
    if as_json and not follow:
        screen.line(json.dumps(summary(results, changed, folder), indent=2))
    elif not as_json:
        show(results, changed, folder, screen)
    ctx.exit(0 if total["done"] == total["points"] else 1)


def count(points: list[PointResult]) -> dict[str, int]:
    """Return how many points there are, by state."""
    states = [point.status for point in points]
    return {
        "points": len(points),
        "done": states.count("done"),
        "missing": states.count("missing"),
        "failed": states.count("failed"),
        "not finite": sum(not isnan(point.broke_at) for point in points),
    }


def totals(results: Results) -> dict[str, int]:
    """Return the same of the whole sweep; a point without a measure is missing."""
    counts = results.meta["counts"]
    return {
        "points": counts["requested"],
        "done": counts["done"],
        "missing": counts["missing"],
        "failed": counts["failed"],
        "not finite": counts["not_finite"],
    }


def summary(
    results: Results, changed: set[tuple[str, str]], folder: Path
) -> dict[str, Any]:
    """Return the whole answer as data for JSON."""
    return {
        "folder": str(folder),
        "name": results.meta.get("name"),
        "total": totals(results),
        "grids": {name: count(points) for name, points in results.grids.items()},
        "failed": [
            {"message": message, "points": [point.params for point in points]}
            for message, points in failed_by_message(results.points).items()
        ],
        "changed": [f"{kind} {name}" for kind, name in sorted(changed)],
        "continue": resume_command(results),
    }


def failed_by_message(points: list[PointResult]) -> dict[str, list[PointResult]]:
    """Return the failed points by message, the most frequent first."""
    kinds: dict[str, list[PointResult]] = defaultdict(list)
    for point in points:
        if point.status == "failed":
            kinds[point.message or "no message"].append(point)
    return dict(sorted(kinds.items(), key=lambda item: -len(item[1])))


def show(
    results: Results, changed: set[tuple[str, str]], folder: Path, screen: Screen
) -> None:
    """Print counts per grid, failures, and what to type next."""
    total = totals(results)
    for line in _head(results):
        screen.line(line)
    screen.line()
    rows: list[tuple[str, ...]] = [("grid", *COUNTS)]
    for name, points in results.grids.items():
        rows.append((name, *(f"{n:,}" for n in count(points).values())))
    rows.append(("total", *(f"{n:,}" for n in total.values())))
    lines = table(rows, "lrrrrr")
    share = 100 * total["done"] / max(1, total["points"])
    lines[-1] += f"     {'100' if share == 100 else f'{min(share, 99.9):.3g}'} % done"
    for line in lines:
        screen.line(line)
    _show_failures(results, screen)
    _show_broken(results, total["not finite"], screen)
    screen.line()
    left = total["missing"] + total["failed"]
    for line in changed_text(changed):
        screen.line(line)
    if left:
        screen.line(f"go on   {resume_command(results)}")
        screen.line(f"        {remaining_text(results, left)}")
    if any(p.measured or p.status == "failed" for p in results.points):
        screen.line(f"report  gradlab report {folder} --open")


def resume_command(results: Results) -> str:
    """Return the command that computes what is left, failed points included."""
    command = str(results.meta.get("command") or "gradlab sweep")
    states = {point.status for point in results.points}
    retry = "failed" in states and "--retry-failed" not in command
    return command + (" --retry-failed" if retry else "")


def _head(results: Results) -> list[str]:
    """Return the sweep's name, times and versions in two lines."""
    meta = results.meta
    parts = [str(meta.get("name") or "sweep")]
    parts += [f"started {moment(meta['started'])}"] if meta.get("started") else []
    parts += [f"last point {moment(meta['finished'])}"] if meta.get("finished") else []
    versions = meta.get("versions") or {}
    return [
        " · ".join(parts),
        ", ".join(
            f"{name} {versions[name]}"
            for name in ("gradlab", "torch")
            if name in versions
        ),
    ]


def moment(iso: str) -> str:
    """Return a time such as ``3 Sep 2027 14:02``."""
    when = datetime.fromisoformat(iso)
    return f"{when.day} {when:%b %Y %H:%M}"


def remaining_text(results: Results, left: int) -> str:
    """Return how many points are left and how long they take at the speed so far."""
    from gradlab.report.numbers import duration

    done, seconds = totals(results)["done"], results.meta.get("seconds")
    about = f", about {duration(seconds / done * left)}" if done and seconds else ""
    return f"{left:,} point{'' if left == 1 else 's'}{about}"


def _show_failures(results: Results, screen: Screen) -> None:
    kinds = failed_by_message(results.points)
    if not kinds:
        return
    number = sum(len(points) for points in kinds.values())
    screen.line()
    screen.line(f"failed ({number}, of {len(kinds)} kind{'s' * (len(kinds) > 1)})")
    for message, points in list(kinds.items())[:SHOWN]:
        screen.line(fold(f"  {' '.join(message.split())}", "  "))
        screen.line(fold(f"      {_where(points)}", "      "))
    if len(kinds) > SHOWN:
        screen.line(f"  and {len(kinds) - SHOWN} more kinds: gradlab status --json")


def _where(points: list[PointResult]) -> str:
    """Return the axes that points share, and their first seeds."""
    shared = {
        axis: value
        for axis, value in points[0].params.items()
        if all(point.params.get(axis) == value for point in points)
    }
    seeds = sorted({point.params["seed"] for point in points})[:10]
    return f"{axes_text(shared)} seeds {','.join(map(str, seeds))}".lstrip()


def _show_broken(results: Results, number: int, screen: Screen) -> None:
    if not number:
        return
    steps = [p.broke_at for p in results.points if not isnan(p.broke_at)]
    screen.line()
    screen.line(
        fold(
            f"not finite ({number}): first at step {min(steps):g}. "
            "These are results, described in the report."
        )
    )
