"""``gradlab list``: what there is to choose from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from gradlab.cli.options import json_option, load_option, screen_option
from gradlab.cli.screen import WIDTH, Screen, fold, hanging


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
    if not rows:
        screen.line(f"no {room} here")
        return
    equations = _equations(rows)
    head = tuple(rows[0])
    for line in hanging([head, *(tuple(row.values()) for row in rows)]):
        screen.line(line)
    if equations:
        screen.line()
    for line in hanging(equations) if equations else []:
        screen.line(line)
    example = f"gradlab list {room} {_first(rows)}"
    screen.line()
    screen.line(f"{len(rows)} in all. One in detail: {example}")


def show_one(room: str, one: dict[str, Any], as_json: bool, screen: Screen) -> None:
    """Name, then each field, then the text of its file."""
    if as_json:
        screen.line(json.dumps(one, indent=2, ensure_ascii=False))
        return
    text, use = one.pop("text"), one.pop("use", "")
    one = {key: value for key, value in one.items() if value}
    wide = max(len(key) for key in one) + 2
    for key, value in one.items():
        screen.line(fold(f"{key:<{wide}}{value}", " " * wide))
    if text:
        screen.line()
        screen.line(text)
    screen.line()
    screen.line(use or f"the others   gradlab list {room}")


def _equations(rows: list[dict[str, str]]) -> list[tuple[str, ...]]:
    """Take the equations out of a table of cells: one line each, variants share it."""
    found = {}
    for row in reversed(rows):
        if equation := row.pop("equation", ""):
            found[equation] = row["name"]
    return [(name, equation) for equation, name in reversed(found.items())]


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
