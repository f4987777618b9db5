"""``gradlab status --check``: compare every row of a store with its checksum."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradlab.cli.errors import FAILED
from gradlab.cli.point_text import point_text
from gradlab.cli.screen import Screen, fold


if TYPE_CHECKING:
    from gradlab.store.recovery import Damage, Recovered

SHOWN = 10
"""Damaged points named on the screen; --json names all."""

check_option = click.option(
    "--check", is_flag=True, help="Compare every row of the store with its checksum."
)


def check_integrity(folder: Path, screen: Screen, as_json: bool) -> int:
    """Print what of a folder's store is intact and damaged; return the exit code."""
    from gradlab.store.recovery import recover

    found = recover(folder)
    if as_json:
        screen.line(json.dumps(summary(found, folder), indent=2))
    elif found.intact:
        _show_sound(found, folder, screen)
    else:
        _show_damage(found, folder, screen)
    return 0 if found.intact else FAILED


def summary(found: Recovered, folder: Path) -> dict[str, Any]:
    """Return the whole answer as data for JSON."""
    from gradlab.store.schema import VERSION

    return {
        "folder": str(folder),
        "schema": VERSION,
        "sound": found.intact,
        "intact": {
            "points": len(_whole_points(found)),
            "records": len(found.rows.records),
        },
        "damaged": [
            {
                "what": one.what,
                "key": one.key,
                "params": one.params,
                "record": one.record or None,
            }
            for one in found.damage
        ],
        "sqlite": found.messages,
        "way_out": [] if found.intact else way_out(folder),
    }


def way_out(folder: Path) -> list[str]:
    """Return the commands that keep what is intact and compute the rest."""
    from gradlab.store.sqlite_errors import recovery_command
    from gradlab.sweeps.merge import sweep_command

    return [recovery_command(folder), sweep_command(Path(f"{folder}-intact"))]


def _show_sound(found: Recovered, folder: Path, screen: Screen) -> None:
    from gradlab.store.schema import VERSION

    points, records = len(found.rows.points), len(found.rows.records)
    screen.line(f"{folder} is intact")
    screen.line(
        f"{points:,} points and {records:,} records, each as it was written "
        f"(schema {VERSION})"
    )


def _show_damage(found: Recovered, folder: Path, screen: Screen) -> None:
    screen.line(fold(f"{folder} is damaged"))
    screen.line()
    by_point = _by_point(found.damage)
    for point, what in list(by_point.items())[:SHOWN]:
        screen.line(fold(f"  {point}: {what}", "      "))
    if len(by_point) > SHOWN:
        screen.line(f"  and {len(by_point) - SHOWN:,} more: see --json")
    for message in found.messages[:3]:
        screen.line(fold(f"  SQLite: {message}", "      "))
    screen.line()
    points = len(_whole_points(found))
    known = found.rows.requested() | found.rows.points.keys()
    records = len(found.rows.records)
    screen.line(f"intact    {points:,} of {len(known):,} points, {records:,} records")
    keep, compute = way_out(folder)
    screen.line(f"keep them {keep}")
    screen.line(f"the rest  {compute}")


def _by_point(damage: list[Damage]) -> dict[str, str]:
    """Return what is damaged of each point, and of the store's own lists."""
    found: dict[str, list[str]] = {}
    for one in damage:
        if one.what == "sweep":
            found.setdefault("the requested sweep", []).append("the list of points")
        elif one.what == "measure":
            found.setdefault("the list of measures", []).append(one.key)
        else:
            place = point_text(one.params) if one.params else f"point {one.key}"
            found.setdefault(place, []).append(one.record or "all of it")
    return {place: ", ".join(dict.fromkeys(what)) for place, what in found.items()}


def _whole_points(found: Recovered) -> set[str]:
    """Return the keys of the points of which nothing is damaged."""
    hit = {one.key for one in found.damage if one.what in ("point", "record")}
    return set(found.rows.points) - hit
