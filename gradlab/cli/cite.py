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

    DIR is reports/default by default. `gradlab cite DIR > report.bib`
    """
    from gradlab.report.document import compose
    from gradlab.report.references import bibtex
    from gradlab.store.results import Results

    keys = list(compose(Results.open(folder)).references)
    if as_json:
        screen.json(keys)
        return
    click.echo(visible(bibtex(keys).rstrip()), results_stream())
    screen.note(
        f"{len(keys)} entries. To save them: gradlab cite {quote(folder)} > report.bib"
    )
