"""``gradlab report``: write a folder's report from its results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradlab.cli.options import (
    folder_argument,
    formats_option,
    json_option,
    language_option,
    load_now_option,
    screen_option,
)
from gradlab.cli.results import open_results
from gradlab.cli.screen import Screen
from gradlab.shell_text import quote


if TYPE_CHECKING:
    from gradlab.store.results import Results


@click.command("report")
@folder_argument
@click.option("--open", "show", is_flag=True, help="Open it in a browser afterwards.")
@formats_option("html", "pdf", text="Files to write:")
@language_option("Language of the report.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where to write; DIR by default.",
)
@load_now_option
@json_option
@screen_option
def command(
    folder: Path,
    show: bool,
    formats: list[str],
    language: str,
    out: Path | None,
    as_json: bool,
    screen: Screen,
) -> None:
    """Write the report of DIR anew, from its results alone.

    Nothing is computed again, and it works while a sweep is still running: the
    report then covers what is done. DIR is reports/default by default. With --json it
    prints the files, and every claim that holds of the results.
    """
    from gradlab.report.build import render

    results = open_results(folder, screen, failed_suffice=True)
    written = render(results, out or folder, formats, language)
    if as_json:
        screen.json({"files": written, "claims": claims(results, language)})
    else:
        for path in written:
            screen.line(f"wrote {path}")
    if show:
        open_in_browser(written[0], screen)
    elif not as_json:
        to = f" --out {quote(out)}" if out else ""
        spoken = f" --language {language}" if language != "en" else ""
        where = quote(folder)
        screen.table(
            [
                ("next", f"gradlab report {where}{to}{spoken} --open", "in a browser"),
                ("", f"gradlab figures {where}{spoken}", "each figure as a file"),
            ]
        )


def claims(results: Results, language: str = "en") -> list[dict[str, object]]:
    """Return every claim that holds, with its values as they are printed."""
    from gradlab.report import choice
    from gradlab.report.inline import plain
    from gradlab.report.story import Story

    story = Story.of(results, language)
    return [
        {
            "claim": said.claim,
            "places": list(said.places),
            "text": plain(said.text),
            "values": {
                name: plain(value.say(story.language))
                for name, value in said.values.items()
            },
        }
        for said in choice.everywhere(story)
    ]


def open_in_browser(page: Path, screen: Screen) -> None:
    """Open a page in the user's browser; where there is none, print what to do."""
    import webbrowser

    if not webbrowser.open(page.resolve().as_uri()):
        screen.note(
            f"no browser was found. Copy {page} to a machine that has one: "
            "the file needs no other."
        )
