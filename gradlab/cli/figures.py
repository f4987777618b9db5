"""``gradlab figures``: write each figure of a report to files."""

from __future__ import annotations

from pathlib import Path

import click

from gradlab.cli.options import (
    formats_option,
    json_option,
    language_option,
    load_now_option,
    screen_option,
)
from gradlab.cli.results import open_results
from gradlab.cli.screen import Screen
from gradlab.errors import StoreError
from gradlab.shell_text import quote


@click.command("figures")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("names", nargs=-1, metavar="[NAME...]")
@formats_option("pdf", "svg", "png", text="Files of each figure:")
@language_option("Language of the words in them.")
@click.option(
    "--width",
    default="6.5in",
    show_default=True,
    metavar="WIDTH",
    help="Width of the figures, such as 3.3in, 84mm or 8.4cm.",
)
@click.option(
    "--style",
    type=click.Choice(["paper", "slide", "grey"]),
    default="paper",
    show_default=True,
    help="paper: text of 7 to 9 pt. slide: larger. grey: for print without colour.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where to write; DIR/figures by default.",
)
@load_now_option
@json_option
@screen_option
def command(
    folder: Path,
    names: tuple[str, ...],
    formats: list[str],
    language: str,
    width: str,
    style: str,
    out: Path | None,
    as_json: bool,
    screen: Screen,
) -> None:
    """Write the figures of DIR as files, all of them or those named.

    Next to each figure are its numbers (NAME.csv) and a draft of its caption
    (NAME.txt). Text is not converted to outlines, fonts are embedded, and the files
    are reproducible byte for byte. By figures.sha256, with their checksums, gradlab
    knows its own files; one that is not its own, or was edited, is not overwritten.
    """
    from gradlab.report.files import export

    if out is None and (folder / "figures").is_symlink():
        raise StoreError(
            got=f"{folder / 'figures'}, a link",
            expected="a folder: nothing is written through a link in a folder",
            try_="--out FOLDER",
        )
    written = export(
        open_results(folder, screen),
        out or folder / "figures",
        names=names,
        formats=tuple(formats),
        width=width,
        style=style,
        language=language,
    )
    if as_json:
        screen.json(written)
        return
    for path in written:
        screen.line(f"wrote {path}")
    screen.line()
    screen.line(f"next   gradlab cite {quote(folder)}")
