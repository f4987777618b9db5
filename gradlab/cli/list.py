"""``gradlab list``: print what there is to choose from."""

from __future__ import annotations

from typing import Any

import click

from gradlab.cli.options import json_option, load_now_option, screen_option
from gradlab.cli.screen import WIDTH, Screen, hanging


@click.command("list")
@click.argument("kind", required=False, metavar="[KIND")
@click.argument("name", required=False, metavar="[NAME]]")
@load_now_option
@json_option
@screen_option
def command(kind: str | None, name: str | None, as_json: bool, screen: Screen) -> None:
    """List cells, activations, inits, inputs, measures, ...

    \b
    gradlab list               every kind in a line
    gradlab list cells         one kind as a table
    gradlab list cells lstm    one leaf in detail
    """
    from gradlab.cli import registry_tables as tables

    if kind is None:
        overview = tables.overview()
        screen.json(overview) if as_json else show_overview(overview, screen)
        return
    kind = tables.resolve(kind)
    if name is None:
        rows = tables.table(kind)
        screen.json(rows) if as_json else show_table(kind, rows, screen)
    else:
        leaf = tables.details(kind, name)
        screen.json(leaf) if as_json else show_details(kind, leaf, screen)


def show_overview(overview: dict[str, list[str]], screen: Screen) -> None:
    """Print a line per kind with as many names as fit."""
    for kind, names in overview.items():
        screen.line(f"{kind:<13}{_shortened(names, WIDTH - 13)}")
    screen.line()
    screen.line("one kind as a table    gradlab list cells")
    screen.line("one leaf in detail     gradlab list cells lstm")
    screen.line("use it                 gradlab sweep --cell lstm:peephole --init he")


def show_table(kind: str, rows: list[dict[str, str]], screen: Screen) -> None:
    """Print a table whose last column takes what is left of the line."""
    if not rows:
        screen.line(f"no {kind} here")
        return
    equations = _pop_equations(rows)
    for part in ([tuple(rows[0]), *(tuple(row.values()) for row in rows)], equations):
        if part:
            for line in hanging(part):
                screen.line(line)
            screen.line()
    name = rows[0]["name"].partition("[")[0]
    if kind not in ("cells", "variants"):  # what may follow is an argument
        name = name.partition(":")[0]
    screen.line(f"{len(rows)} in all. One in detail: gradlab list {kind} {name}")


def show_details(kind: str, leaf: dict[str, Any], screen: Screen) -> None:
    """Print a leaf's name, its fields and its docstring or file."""
    text, use = leaf.pop("text"), leaf.pop("use", f"the others   gradlab list {kind}")
    fields = {key: value for key, value in leaf.items() if value}
    wide = max(map(len, fields)) + 2
    for key, value in fields.items():
        screen.paragraph(f"{key:<{wide}}{value}", " " * wide)
    if text:
        screen.line()
        screen.line(text)
    screen.line()
    screen.line(use)


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
