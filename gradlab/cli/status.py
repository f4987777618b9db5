"""``gradlab status``: done, missing, failed."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradlab.cli.checked import check_option, checked
from gradlab.cli.follow import follow as watch
from gradlab.cli.follow import follow_option
from gradlab.cli.options import folder_argument, json_option, screen_option
from gradlab.cli.screen import Screen, fold, table


if TYPE_CHECKING:
    from gradlab.store.results import PointResult, Results

SHOWN = 5
"""Kinds of failure a screen tells apart; --json tells all."""

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
    result. DIR is reports/default unless told.

    With --check it reads every row of the store and holds it against its checksum:
    exit code 0 when all is intact, 1 when anything is damaged.

    With --follow it watches a sweep that runs elsewhere, until it ends: rate, time
    left, failures as they come. With --json too: one object a line, for each change.
    """
    from gradlab.store.results import Results

    if check and follow:
        raise click.UsageError("--check and --follow: one of both.")
    if follow:
        watch(folder, screen, as_json)
    if check:
        ctx.exit(checked(folder, screen, as_json))
    results = Results.open(folder)
    total = totals(results)
    if as_json and not follow:
        screen.line(json.dumps(summary(results, folder), indent=2))
    elif not as_json:
        show(results, folder, screen)
    ctx.exit(0 if total["done"] == total["points"] else 1)


def count(points: list[PointResult]) -> dict[str, int]:
    """How many points there are, by state."""
    states = [point.status for point in points]
    return {
        "points": len(points),
        "done": states.count("done"),
        "missing": states.count("missing"),
        "failed": states.count("failed"),
        "not finite": sum(not isnan(point.broke_at) for point in points),
    }


def totals(results: Results) -> dict[str, int]:
    """The same for the whole sweep; a point that lacks a measure is missing."""
    counts = results.meta["counts"]
    return {
        "points": counts["asked"],
        "done": counts["done"],
        "missing": counts["missing"],
        "failed": counts["failed"],
        "not finite": counts["not_finite"],
    }


def summary(results: Results, folder: Path) -> dict[str, Any]:
    """The whole answer for a script."""
    return {
        "folder": str(folder),
        "name": results.meta.get("name"),
        "total": totals(results),
        "grids": {name: count(points) for name, points in results.grids.items()},
        "failed": [
            {"message": message, "points": [point.params for point in points]}
            for message, points in failures(results.points).items()
        ],
        "continue": go_on(results),
    }


def failures(points: list[PointResult]) -> dict[str, list[PointResult]]:
    """The failed points by message, the most frequent first."""
    kinds: dict[str, list[PointResult]] = defaultdict(list)
    for point in points:
        if point.status == "failed":
            kinds[point.message or "no message"].append(point)
    return dict(sorted(kinds.items(), key=lambda item: -len(item[1])))


def show(results: Results, folder: Path, screen: Screen) -> None:
    """Counts per grid, failures, and what to type next."""
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
    if left:
        screen.line(f"go on   {go_on(results)}")
        screen.line(f"        {left_text(results, left)}")
    if any(point.status != "missing" for point in results.points):
        screen.line(f"report  gradlab report {folder} --open")


def go_on(results: Results) -> str:
    """The command that computes what is left; failed points need asking for."""
    command = str(results.meta.get("command") or "gradlab sweep")
    states = {point.status for point in results.points}
    retry = "failed" in states and "--retry-failed" not in command
    return command + (" --retry-failed" if retry else "")


def _head(results: Results) -> list[str]:
    """Which sweep, when, and with what."""
    meta = results.meta
    parts = [str(meta.get("name") or "sweep")]
    parts += [f"started {moment(meta['started'])}"] if meta.get("started") else []
    parts += [f"last point {moment(meta['finished'])}"] if meta.get("finished") else []
    versions = meta.get("versions") or {}
    return [
        " · ".join(parts),
        ", ".join(f"{name} {versions[name]}" for name in _TOLD if name in versions),
    ]


def moment(iso: str) -> str:
    """``3 Sep 2027 14:02``."""
    when = datetime.fromisoformat(iso)
    return f"{when.day} {when:%b %Y %H:%M}"


def left_text(results: Results, left: int) -> str:
    """How many points are left, and for how long, going by those that are done."""
    from gradlab.report.numbers import duration

    done, seconds = totals(results)["done"], results.meta.get("seconds")
    about = f", about {duration(seconds / done * left)}" if done and seconds else ""
    return f"{left:,} point{'' if left == 1 else 's'}{about}"


_TOLD = ("gradlab", "torch")


def _show_failures(results: Results, screen: Screen) -> None:
    kinds = failures(results.points)
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
    """The settings failed points share, and the seeds."""
    shared = {
        axis: value
        for axis, value in points[0].params.items()
        if axis != "seed"
        and value is not None
        and all(point.params.get(axis) == value for point in points)
    }
    told = ("cell", "activation", "init", "gain", "forget_bias", "hidden", "length")
    words = [f"{axis}={shared[axis]}" for axis in told if axis in shared]
    seeds = sorted({point.params["seed"] for point in points})
    return " ".join([*words, f"seeds {','.join(map(str, seeds[:10]))}"])


def _show_broken(results: Results, number: int, screen: Screen) -> None:
    if not number:
        return
    steps = [p.broke_at for p in results.points if not isnan(p.broke_at)]
    screen.line()
    screen.line(
        fold(
            f"not finite ({number}): first at step {min(steps):g}. "
            "These are results, told in the report."
        )
    )
