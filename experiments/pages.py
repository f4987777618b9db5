"""A page of one experiment, in the dress of gradlab's reports."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import gradlab
from gradlab.errors import GradlabError
from gradlab.report.blocks import Chapter, Document, Table, Top
from gradlab.report.build import write
from gradlab.report.inline import plain
from gradlab.report.words import say, words
from gradlab.shell_text import join


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


def positive(text: str) -> int:
    """Return the whole number from 1 that an option's text spells."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number}: expected a whole number from 1")
    return number


def publish(
    measured: Callable[[], Document],
    folder: Path,
    parser: argparse.ArgumentParser,
    arguments: Sequence[str] | None,
) -> None:
    """Write the page with the command that makes it; say where, and what came out.

    Args:
        measured: measures, and returns the page.
        folder: to write into.
        parser: of the options.
        arguments: as the user gave them; None: on the command line.
    """
    try:
        document = measured()
    except GradlabError as error:
        parser.error(str(error))
    given = sys.argv[1:] if arguments is None else arguments
    command = f"{parser.prog} {join(given)}".strip()
    footer = say(
        words("en", "top").FOOTER, version=gradlab.__version__, command=command
    )
    (file,) = write(replace(document, footer=footer), folder, ["html"])
    said = (*document.top.headline, *document.top.sentences)
    print(*map(plain, said), file, sep="\n")
