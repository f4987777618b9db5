"""``gradlab status``: print how many points are done, missing and failed."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradlab.cli.errors import FAILED
from gradlab.cli.follow import follow as watch
from gradlab.cli.options import folder_argument, json_option, screen_option
from gradlab.cli.point_text import axes_text
from gradlab.cli.results import changed_text
from gradlab.cli.screen import Screen, counted
from gradlab.shell_text import quote


if TYPE_CHECKING:
    from gradlab.store.results import PointResult, Results

SHOWN = 5
"""Messages of failures that the screen shows; --json has all."""


@click.command("status")
@folder_argument
@click.option(
    "--check", is_flag=True, help="Compare every row of the store with its checksum."
)
@click.option("--follow", is_flag=True, help="Watch a running sweep until it ends.")
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
    """Show what of a sweep is done, missing and failed.

    Exit code 0 when everything is done, 1 when points failed or are missing, so
    that a script can wait on it. Points that became inf or NaN are done: that is a
    result. DIR is reports/default by default.

    With --check every row of the store is compared with its checksum instead: exit
    code 0 when all is intact, 1 when anything is damaged.

    With --follow it first watches a sweep that runs elsewhere, until it ends: rate,
    time left, failures as they come. With --json too: one object a line, for each
    change.
    """
    from gradlab.runs.changed_leaves import changed_leaves, mark_missing
    from gradlab.store.results import Results

    if check and follow:
        raise click.UsageError("--check and --follow exclude each other.")
    if check:
        from gradlab.cli.integrity import check_integrity

        ctx.exit(check_integrity(folder, screen, as_json))
    if follow:
        watch(folder, screen, as_json)
    results = Results.open(folder)
    changed = changed_leaves(results)
    results = mark_missing(results, changed)
    total = count(results.points)
    if not as_json:
        show(results, changed, folder, screen)
    elif not follow:
        screen.json(summary(results, changed, folder))
    ctx.exit(0 if total["done"] == total["points"] else FAILED)


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


def summary(
    results: Results, changed: set[tuple[str, str]], folder: Path
) -> dict[str, Any]:
    """Return the result as data for JSON."""
    return {
        "folder": folder,
        "name": results.meta.get("name"),
        "total": count(results.points),
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
    total = count(results.points)
    _show_origin(results.meta, screen)
    screen.line()
    share = 100 * total["done"] / max(1, total["points"])
    percent = "100" if share == 100 else f"{min(share, 99.9):.3g}"
    rows: list[tuple[str, ...]] = [("grid", *total, "")]
    for name, points in results.grids.items():
        rows.append((name, *(f"{n:,}" for n in count(points).values()), ""))
    rows.append(("total", *(f"{n:,}" for n in total.values()), f"   {percent} % done"))
    screen.table(rows, "lrrrrrl")
    _show_failures(results, screen)
    _show_not_finite(results, total["not finite"], screen)
    screen.line()
    if changed:
        screen.line(changed_text(changed))
    if left := total["missing"] + total["failed"]:
        screen.line(f"go on   {resume_command(results)}")
        screen.line(f"        {remaining_text(results, left, total['done'])}")
    if any(p.measured or p.status == "failed" for p in results.points):
        screen.line(f"report  gradlab report {quote(folder)} --open")


def resume_command(results: Results) -> str:
    """Return the command that computes what is left, failed points included.

    Composed here: a command that is stored in a folder is that of its sender.
    """
    from gradlab.runs.merge import sweep_command

    command = sweep_command(results.folder)
    states = {point.status for point in results.points}
    return command + (" --retry-failed" if "failed" in states else "")


def _show_origin(meta: dict[str, Any], screen: Screen) -> None:
    """Print the sweep's name, times and versions in two lines."""
    parts = [str(meta.get("name") or "sweep")]
    for key, what in (("started", "started"), ("finished", "last point")):
        if meta.get(key):
            parts.append(f"{what} {moment(meta[key])}")
    screen.line(" · ".join(parts))
    versions = meta.get("versions") or {}
    made_by = [name for name in ("gradlab", "torch") if name in versions]
    screen.line(", ".join(f"{name} {versions[name]}" for name in made_by))


def moment(iso: str) -> str:
    """Return a time such as ``3 Sep 2027 14:02``."""
    when = datetime.fromisoformat(iso)
    return f"{when.day} {when:%b %Y %H:%M}"


def remaining_text(results: Results, left: int, done: int) -> str:
    """Return how many points are left and how long they take at the speed so far."""
    from gradlab.report.numbers import duration

    seconds = results.meta.get("seconds")
    if not (done and seconds):
        return counted(left, "point")
    expected = seconds / done * left
    about = "about " if expected >= 1 else ""  # "less than a second" is no estimate
    return f"{counted(left, 'point')}, {about}{duration(expected)}"


def _show_failures(results: Results, screen: Screen) -> None:
    kinds = failed_by_message(results.points)
    if not kinds:
        return
    number = sum(map(len, kinds.values()))
    screen.line()
    screen.line(f"failed ({number}, of {counted(len(kinds), 'kind')})")
    for message, points in list(kinds.items())[:SHOWN]:
        screen.paragraph(f"  {' '.join(message.split())}", "  ")
        screen.paragraph(f"      {_common_axes(points)}", "      ")
    if len(kinds) > SHOWN:
        screen.line(f"  and {len(kinds) - SHOWN} more kinds: gradlab status --json")


def _common_axes(points: list[PointResult]) -> str:
    """Return the axes that points share, and their first seeds."""
    shared = {
        axis: value
        for axis, value in points[0].params.items()
        if all(point.params.get(axis) == value for point in points)
    }
    seeds = sorted({point.params["seed"] for point in points})[:10]
    return f"{axes_text(shared)} seeds {','.join(map(str, seeds))}".lstrip()


def _show_not_finite(results: Results, number: int, screen: Screen) -> None:
    if number:
        first = min(p.broke_at for p in results.points if not isnan(p.broke_at))
        screen.line()
        screen.paragraph(
            f"not finite ({number}): first at step {first:g}. "
            "These are results, described in the report."
        )
