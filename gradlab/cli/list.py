"""``gradlab list``: what there is to choose from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from gradlab.cli.options import json_option, load_option, screen_option
from gradlab.cli.screen import WIDTH, Screen, table


@click.command("list")
@click.argument("room", required=False, metavar="[ROOM")
@click.argument("name", required=False, metavar="[NAME]]")
@load_option
@json_option
@screen_option
def command(
    room: str | None,
    name: str | None,
    load: tuple[Path, ...],
    as_json: bool,
    screen: Screen,
) -> None:
    """What there is: cells, activations, inits, inputs, measures, ...

    \b
    gradlab list               every room in a line
    gradlab list cells         one room as a table
    gradlab list cells lstm    one leaf in detail
    """
    from gradlab import catalog
    from gradlab.cli import rooms

    for path in load:
        catalog.load_file(path)
    if room is None:
        show_overview(rooms.overview(), as_json, screen)
        return
    room = rooms.called(room)
    if name is not None:
        show_one(room, rooms.one(room, name), as_json, screen)
        return
    show_room(room, rooms.rows(room), as_json, screen)


def show_overview(
    overview: dict[str, list[str]], as_json: bool, screen: Screen
) -> None:
    """One line per room, as many names as fit."""
    if as_json:
        screen.line(json.dumps(overview, indent=2))
        return
    for room, names in overview.items():
        screen.line(f"{room:<13}{_shortened(names, WIDTH - 13)}")
    screen.line()
    screen.line("one room as a table    gradlab list cells")
    screen.line("one of it in detail    gradlab list cells lstm")
    screen.line("use it                 gradlab sweep --cell lstm:peephole --init he")


def show_room(
    room: str, rows: list[dict[str, str]], as_json: bool, screen: Screen
) -> None:
    """A table whose last column takes what is left of the line."""
    if as_json:
        screen.line(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    head = tuple(rows[0])
    lines = table([head, *(tuple(row.values()) for row in rows)])
    for line in lines:
        screen.line(line if len(line) <= WIDTH else line[: WIDTH - 3].rstrip() + "...")
    screen.line()
    screen.line(
        f"{len(rows)} in all. One in detail: gradlab list {room} {_first(rows)}"
    )


def show_one(room: str, one: dict[str, Any], as_json: bool, screen: Screen) -> None:
    """Name, then each field, then the text of its file."""
    if as_json:
        screen.line(json.dumps(one, indent=2, ensure_ascii=False))
        return
    text = one.pop("text")
    wide = max(len(key) for key in one) + 2
    for key, value in one.items():
        screen.line(f"{key:<{wide}}{value}")
    if text:
        screen.line()
        screen.line(text)
    screen.line()
    screen.line(one["use"] if "use" in one else f"the others   gradlab list {room}")


def _shortened(names: list[str], width: int) -> str:
    full = " ".join(names)
    if len(full) <= width:
        return full
    tail = f" ... {len(names)} in all"
    shown = ""
    for name in names:
        if len(shown) + len(name) + 1 + len(tail) > width:
            break
        shown = f"{shown} {name}".lstrip()
    return shown + tail


def _first(rows: list[dict[str, str]]) -> str:
    return next(iter(rows[0].values()))
