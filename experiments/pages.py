"""A page of one experiment, in the dress of gradlab's reports."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from gradlab.report.blocks import Chapter, Document, Table, Top
from gradlab.report.build import write
from gradlab.report.inline import plain


def page(
    experiment: str,
    headline: Sequence[str],
    chapters: Sequence[Chapter],
    *,
    measured: str,
    banner: str,
    sentences: Sequence[str] = (),
    table: Table | None = None,
) -> Document:
    """Return an experiment's page.

    Args:
        experiment: the module's name.
        headline: what came out, a line each.
        chapters: question by question.
        measured: on what, in a few words: sizes, seeds, the machine.
        banner: what was done, in a sentence or two.
        sentences: further findings, numbered.
        table: below them.
    """
    provenance = f"experiment {experiment} · {measured}"
    return Document(
        title=f"gradlab: {chapters[0].question}",
        top=Top(provenance, banner, headline, sentences, table),
        chapters=chapters,
        footer="Made by gradlab from measured data. Made again by: "
        f"`python -m experiments.{experiment}`",
    )


def options(experiment: str, question: str) -> argparse.ArgumentParser:
    """Return the options that every experiment has."""
    parser = argparse.ArgumentParser(
        f"python -m experiments.{experiment}", description=question
    )
    parser.add_argument(
        "--out", type=Path, default=Path("reports", experiment), metavar="FOLDER"
    )
    return parser


def publish(document: Document, folder: Path) -> None:
    """Write the page; say in the terminal what came out, and where it stands."""
    (file,) = write(document, folder, ["html"])
    said = (*document.top.headline, *document.top.sentences)
    print(*map(plain, said), file, sep="\n")
