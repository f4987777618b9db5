"""``gradlab reproduce``: measure known results and compare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradlab.cli.errors import FAILED, STOPPED
from gradlab.cli.group import TYPED
from gradlab.cli.options import formats_option, json_option, screen_option
from gradlab.cli.screen import Screen
from gradlab.errors import ConfigError
from gradlab.shell_text import join


if TYPE_CHECKING:
    from gradlab.reproductions.row import Reproduced, Row


@click.command("reproduce")
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option(
    "--all", "everything", is_flag=True, help="Every row; about eight minutes."
)
@click.option("--list", "listed", is_flag=True, help="List the rows; measure nothing.")
@click.option(
    "--training", is_flag=True, help="With --all, also the rows that train networks."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    default="reports/known",
    show_default=True,
    help="Folder of the report; each row's results are in a folder below it.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Worker processes; one a core by default.",
)
@formats_option("html", "pdf", text="Files of the report:")
@json_option
@screen_option
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
    everything: bool,
    listed: bool,
    training: bool,
    out: Path,
    jobs: int | None,
    formats: list[str],
    as_json: bool,
    screen: Screen,
) -> None:
    """Measure what is known, and compare it with what it should be.

    NAME is a row of --list, a kind (law, published, exact, misconception, seed), or
    mine.toml, a sweep with mine.expected.toml beside it. Each row is a sweep, and the
    numbers that should come out of it with their source and tolerance. The same
    command again computes only what is missing. Exit code 1 when a row misses.

    \b
    Examples:
      gradlab reproduce --list
      gradlab reproduce newman pascanu-bound
      gradlab reproduce seed
      gradlab reproduce --all
    """
    from gradlab.cli import reproduce_text as text
    from gradlab.reproductions import choice
    from gradlab.reproductions.row import load_row

    if listed:
        rows = choice.catalogue()
        if as_json:
            screen.json([text.summary_of_expectation(*row) for row in rows])
        else:
            text.show_list(rows, screen)
        return
    if bool(names) == everything:
        raise ConfigError(
            got="no row" if not names else "names of rows together with --all",
            expected="names of rows, or --all",
            try_="gradlab reproduce --list",
        )
    chosen = choice.everything(training) if everything else choice.expand(names)
    rows_asked = [load_row(name) for name in chosen]
    typed = join(["gradlab", *ctx.meta[TYPED]])
    found = measured(rows_asked, out, jobs, screen, quiet=as_json)
    if len(found) < len(rows_asked):
        screen.note(
            f"stopped. {len(found)} of {len(rows_asked)} rows kept in {out}.\n"
            f"Go on: {typed}"
        )
        ctx.exit(STOPPED)
    files = write(found, out, formats, typed, "report" if everything else names)
    if as_json:
        screen.json(text.summary(found, files))
    else:
        text.show_end(found, files, screen)
    ctx.exit(0 if all(row.held for row in found) else FAILED)


def measured(
    rows: list[Row], out: Path, jobs: int | None, screen: Screen, *, quiet: bool
) -> list[Reproduced]:
    """Measure row by row, a line each; return those done where it is interrupted."""
    from gradlab.cli import reproduce_text as text
    from gradlab.reproductions.row import reproduce

    found: list[Reproduced] = []
    wide = max((len(row.name) for row in rows), default=0)
    try:
        for place, row in enumerate(rows, 1):
            with text.RowProgress(f"{place}/{len(rows)} {row.name}", screen) as shown:
                done = reproduce(row, out / row.name, jobs=jobs, progress=shown.take)
            found.append(done)
            if not quiet:
                screen.line(text.line(done, wide))
    except KeyboardInterrupt:
        return found
    return found


def write(
    rows: list[Reproduced],
    out: Path,
    formats: list[str],
    typed: str,
    asked: str | tuple[str, ...],
) -> list[Path]:
    """Write the report, named after what was asked for; return its files."""
    from gradlab.report.build import write as write_report
    from gradlab.report.reproductions.document import compose

    stem = asked if isinstance(asked, str) else _stem(asked)
    return write_report(compose(rows, typed, stem), out, formats)


def _stem(names: tuple[str, ...]) -> str:
    """Return a file's name for some rows: those of one, two or three; or ``rows``."""
    own = [Path(name).stem for name in names]
    return "+".join(own) if len(own) <= 3 else "rows"
