"""``gradlab status --check``: compare every row of a store with its checksum."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gradlab.cli.errors import FAILED
from gradlab.cli.point_text import point_text
from gradlab.cli.screen import Screen, counted
from gradlab.runs.merge import sweep_command
from gradlab.store.recovery import Damage, Recovered, recover
from gradlab.store.schema import VERSION
from gradlab.store.sqlite_errors import recovery_command


SHOWN = 10
"""Damaged points named on the screen; --json names all."""


def check_integrity(folder: Path, screen: Screen, as_json: bool) -> int:
    """Print what of a folder's store is intact and damaged; return the exit code."""
    found = recover(folder)
    if as_json:
        screen.json(summary(found, folder))
    elif found.intact:
        points, records = len(found.rows.points), len(found.rows.records)
        screen.line(f"{folder} is intact")
        screen.line(
            f"{counted(points, 'point')} and {counted(records, 'record')}, "
            f"each as it was written (schema {VERSION})"
        )
    else:
        _show_damage(found, folder, screen)
    return 0 if found.intact else FAILED


def summary(found: Recovered, folder: Path) -> dict[str, Any]:
    """Return the result as data for JSON."""
    return {
        "folder": folder,
        "schema": VERSION,
        "sound": found.intact,
        "intact": {
            "points": len(_whole_points(found)),
            "records": len(found.rows.records),
        },
        "damaged": [vars(one) for one in found.damage],
        "sqlite": found.messages,
        "way_out": [] if found.intact else way_out(folder),
    }


def way_out(folder: Path) -> tuple[str, str]:
    """Return the commands that keep what is intact and compute the rest."""
    return recovery_command(folder), sweep_command(Path(f"{folder}-intact"))


def _show_damage(found: Recovered, folder: Path, screen: Screen) -> None:
    screen.paragraph(f"{folder} is damaged")
    screen.line()
    by_point = _by_point(found.damage)
    for point, what in list(by_point.items())[:SHOWN]:
        screen.paragraph(f"  {point}: {what}", "      ")
    if len(by_point) > SHOWN:
        screen.line(f"  and {len(by_point) - SHOWN:,} more: see --json")
    for message in found.messages[:3]:
        screen.paragraph(f"  SQLite: {message}", "      ")
    screen.line()
    whole, records = len(_whole_points(found)), len(found.rows.records)
    known = found.rows.requested() | found.rows.points.keys()
    screen.line(f"intact    {whole:,} of {len(known):,} points, {records:,} records")
    keep, compute = way_out(folder)
    screen.line(f"keep them {keep}")
    screen.line(f"the rest  {compute}")


def _by_point(damage: list[Damage]) -> dict[str, str]:
    """Return what is damaged of each point, and of the store's own lists."""
    found: dict[str, list[str]] = {}
    for one in damage:
        if one.table == "sweep":
            found.setdefault("the requested sweep", []).append("the list of points")
        elif one.table == "measure":
            found.setdefault("the list of measures", []).append(one.key)
        else:
            place = point_text(one.params) if one.params else f"point {one.key}"
            found.setdefault(place, []).append(one.record or "all of it")
    return {place: ", ".join(dict.fromkeys(what)) for place, what in found.items()}


def _whole_points(found: Recovered) -> set[str]:
    """Return the keys of the points of which nothing is damaged."""
    hit = {one.key for one in found.damage if one.table in ("point", "record")}
    return set(found.rows.points) - hit
