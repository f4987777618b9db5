"""``gradlab cite``: print BibTeX for the references of a report."""

from __future__ import annotations

from pathlib import Path

import click

from gradlab.cli.options import folder_argument, json_option, screen_option
from gradlab.cli.screen import Screen, results_stream
from gradlab.shell_text import quote, visible


@click.command("cite")
@folder_argument
@json_option
@screen_option
def command(folder: Path, as_json: bool, screen: Screen) -> None:
    """Print BibTeX for exactly what a report used.

    DIR is reports/default by default, or where `gradlab reproduce` wrote, as
    reports/known. `gradlab cite DIR > report.bib`
    """
    from gradlab.report.document import compose
    from gradlab.report.references import bibtex
    from gradlab.store.results import Results

    keys = sources_of_rows(folder)
    if not keys:
        keys = list(compose(Results.open(folder)).references)
    if as_json:
        screen.json(keys)
        return
    click.echo(visible(bibtex(keys).rstrip()), results_stream())
    screen.note(
        f"{len(keys)} entries. To save them: gradlab cite {quote(folder)} > report.bib"
    )


def sources_of_rows(folder: Path) -> list[str]:
    """Return the sources of the known results measured below a folder; may be none."""
    from gradlab.reproductions.folder import names
    from gradlab.reproductions.row import read_expectation
    from gradlab.store.schema import FILE_NAME

    measured = [name for name in names() if (folder / name / FILE_NAME).is_file()]
    return sorted({key for name in measured for key in read_expectation(name).source})
