"""``gradlab list``: print what there is to choose from."""

from __future__ import annotations

import json
from typing import Any

import click

from gradlab.cli.options import json_option, load_now_option, screen_option
from gradlab.cli.screen import WIDTH, Screen, fold, hanging


@click.command("list")
@click.argument("room", required=False, metavar="[ROOM")
@click.argument("name", required=False, metavar="[NAME]]")
@load_now_option
@json_option
@screen_option
def command(room: str | None, name: str | None, as_json: bool, screen: Screen) -> None:
    """What there is: cells, activations, inits, inputs, measures, ...

    \b
    gradlab list               every room in a line
    gradlab list cells         one room as a table
    gradlab list cells lstm    one leaf in detail
    """
    from gradlab.cli import registry_tables as tables

    if room is None:
        show_overview(tables.overview(), as_json, screen)
        return
    room = tables.resolve(room)
    if name is None:
        show_table(room, tables.table(room), as_json, screen)
    else:
        show_details(room, tables.details(room, name), as_json, screen)


def show_overview(
    overview: dict[str, list[str]], as_json: bool, screen: Screen
) -> None:
    """Print a line per room with as many names as fit."""
    if as_json:
        screen.line(json.dumps(overview, indent=2))
        return
    for room, names in overview.items():
        screen.line(f"{room:<13}{_shortened(names, WIDTH - 13)}")
    screen.line()
    screen.line("one room as a table    gradlab list cells")
    screen.line("one of it in detail    gradlab list cells lstm")
    screen.line("use it                 gradlab sweep --cell lstm:peephole --init he")


def show_table(
    room: str, rows: list[dict[str, str]], as_json: bool, screen: Screen
) -> None:
    """Print a table whose last column takes what is left of the line."""
    if as_json:
        screen.line(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    if not rows:
        screen.line(f"no {room} here")
        return
    equations = _pop_equations(rows)
    for line in hanging([tuple(rows[0]), *(tuple(row.values()) for row in rows)]):
        screen.line(line)
    screen.line()
    if equations:
        for line in hanging(equations):
            screen.line(line)
        screen.line()
    example = f"gradlab list {room} {rows[0]['name']}"
    screen.line(f"{len(rows)} in all. One in detail: {example}")


def show_details(room: str, one: dict[str, Any], as_json: bool, screen: Screen) -> None:
    """Print a leaf's name, its fields and its docstring or file."""
    if as_json:
        screen.line(json.dumps(one, indent=2, ensure_ascii=False))
        return
    text, use = one.pop("text"), one.pop("use", "")
    fields = {key: value for key, value in one.items() if value}
    wide = max(len(key) for key in fields) + 2
    for key, value in fields.items():
        screen.line(fold(f"{key:<{wide}}{value}", " " * wide))
    if text:
        screen.line()
        screen.line(text)
    screen.line()
    screen.line(use or f"the others   gradlab list {room}")


def _pop_equations(rows: list[dict[str, str]]) -> list[tuple[str, ...]]:
    """Remove the equations from a table; return each with the first cell it is of."""
    found: dict[str, str] = {}
    for row in rows:
        if equation := row.pop("equation", ""):
            found.setdefault(equation, row["name"])
    return [(name, equation) for equation, name in found.items()]


def _shortened(names: list[str], width: int) -> str:
    """Return as many names as fit into a width, then how many there are."""
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
