"""``gradlab merge``: several folders as one, or the intact rows of a damaged one."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradlab.cli.errors import FAILED
from gradlab.cli.options import json_option, screen_option
from gradlab.cli.point_text import point_text
from gradlab.cli.screen import Screen, counted
from gradlab.shell_text import quote


if TYPE_CHECKING:
    from gradlab.runs.merge import Merged
    from gradlab.store.merge import Conflict

SHOWN = 10
"""Points with conflicts named on the screen; --json names all."""


@click.command("merge")
@click.argument(
    "folders",
    metavar="DIR...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
)
@click.option(
    "--out",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The new folder; one that holds no results yet.",
)
@json_option
@screen_option
@click.pass_context
def command(
    ctx: click.Context,
    folders: tuple[Path, ...],
    out: Path,
    as_json: bool,
    screen: Screen,
) -> None:
    """Merge the results of several folders into a new one.

    The folders stay as they are. For parts of a sweep that ran on several machines:
    their sweeps may differ in grids and seeds. With one folder it keeps what is intact
    of a damaged one.

    A point that is done wins over one that failed, and the newer version of a measure
    over the older. Where two folders have other numbers for the same measure of the
    same point, those of the first are kept, the conflict is reported, and the exit
    code is 1.
    """
    from gradlab.runs.merge import merge, sweep_command

    merged = merge(folders, out)
    resume = sweep_command(merged.folder)
    if as_json:
        screen.json(summary(merged, resume))
    else:
        show(merged, resume, screen)
    ctx.exit(FAILED if merged.conflicts else 0)


def summary(merged: Merged, resume: str) -> dict[str, Any]:
    """Return the result as data for JSON."""
    return {
        "folder": merged.folder,
        "sources": [
            {
                "folder": folder,
                "points": len(found.rows.points),
                "records": len(found.rows.records),
                "sound": found.intact,
            }
            for folder, found in merged.sources.items()
        ],
        "points": merged.points,
        "done": merged.done,
        "records": merged.records,
        "lost": merged.lost,
        "conflicts": [
            {**vars(one), "apart": one.apart if isfinite(one.apart) else None}
            for one in merged.conflicts
        ],
        "continue": resume,
    }


def show(merged: Merged, resume: str, screen: Screen) -> None:
    """Print what was read from each folder, the conflicts, and the next commands."""
    for folder, found in merged.sources.items():
        points = counted(len(found.rows.points), "point")
        records = counted(len(found.rows.records), "record")
        state = "" if found.intact else ", damaged: only what is intact is taken"
        screen.paragraph(f"{folder}: {points}, {records}{state}", "  ")
    screen.paragraph(
        f"wrote {merged.folder}: {counted(merged.points, 'point')}, "
        f"{merged.done:,} of them done, {counted(merged.records, 'record')}",
        "  ",
    )
    if merged.lost:
        screen.line(f"lost: {counted(merged.lost, 'point')}")
    if merged.conflicts:
        _show_conflicts(merged.conflicts, screen)
    screen.line()
    if merged.lost or merged.done < merged.points:
        screen.line(f"go on   {resume}")
    screen.line(f"status  gradlab status {quote(merged.folder)}")
    if merged.done:
        screen.line(f"report  gradlab report {quote(merged.folder)} --open")


def _show_conflicts(conflicts: Sequence[Conflict], screen: Screen) -> None:
    number = counted(len(conflicts), "conflict")
    screen.line()
    screen.line(f"{number}: different numbers for the same measure of a point")
    by_point: dict[tuple, list[Conflict]] = {}
    for one in conflicts:
        by_point.setdefault((one.key, one.kept, one.other), []).append(one)
    for (_, kept, other), found in list(by_point.items())[:SHOWN]:
        apart = max(one.apart for one in found)
        screen.paragraph(f"  {point_text(found[0].params)}", "      ")
        for text in (
            ", ".join(one.record for one in found),
            f"{kept} kept, {other} up to {apart:.1g} away",
        ):
            screen.paragraph(f"      {text}", "      ")
    if len(by_point) > SHOWN:
        screen.line(f"  and {len(by_point) - SHOWN:,} more points: see --json")
