"""From results to files: each figure drawn once, shared by page and PDF."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradlab import outputs, regular_file
from gradlab.errors import ConfigError, StoreError
from gradlab.report.blocks import Document, file_name
from gradlab.report.words import speaking, words
from gradlab.shell_text import join
from gradlab.store.folder import is_replaceable, refuse_diagnosis


if TYPE_CHECKING:
    from gradlab.report.figures.drawn import Drawn

FORMATS = ("html", "pdf")


def render(
    results: Any,
    folder: str | os.PathLike[str],
    formats: Sequence[str] = FORMATS,
    language: str = "en",
) -> list[Path]:
    """Write report.html and report.pdf of `results` into `folder`.

    In Korean (``ko``) they are report.ko.html and report.ko.pdf. Where pages of both
    languages are in the folder, each links to the other.

    Each file is written aside and then put in place, so a report that is open or
    half written is never broken. Returns the paths written.
    Raises ConfigError for an unknown format, StoreError where nothing can be written,
    or a file of that name is there that gradlab did not write, or is a diagnosis'.
    """
    from gradlab.report.document import compose

    _check(formats)
    refuse_diagnosis(Path(folder))
    return write(compose(results, language), folder, formats)


def write(
    document: Document,
    folder: str | os.PathLike[str],
    formats: Sequence[str] = FORMATS,
) -> list[Path]:
    """Write a composed document's files into `folder`."""
    _check(formats)
    with speaking(document.language):
        return _write(document, Path(folder), formats)


def write_page(document: Document, path: Path) -> Path:
    """Write a composed document as one HTML page; return its path.

    Raises StoreError where it cannot be written, or a file of that name is there that
    gradlab did not write.
    """
    from gradlab.report.formulas import formulas_of
    from gradlab.report.html import page

    _refuse_to_replace(path)
    with speaking(document.language):
        text = page(document, draw_all(document), formulas_of(document))
    return _put(path, text.encode())


def _check(formats: Sequence[str]) -> None:
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise ConfigError(f"format {unknown[0]!r}", "html or pdf", "--format html,pdf")


def _write(document: Document, folder: Path, formats: Sequence[str]) -> list[Path]:
    from gradlab.report.formulas import formulas_of

    for form in formats:
        _refuse_to_replace(folder / document.file(form))
    drawings, formulas = draw_all(document), formulas_of(document)
    paths = []
    if "html" in formats:
        from gradlab.report.html import page

        text = page(document, drawings, formulas)
        paths.append(_put(folder / document.file("html"), text.encode()))
        if document.translated:
            other = words(document.language, "page").OTHER
            _link(paths[0], folder / file_name(other, "html"))
    if "pdf" in formats:
        from gradlab.report.pdf import pdf

        content = pdf(document, drawings, formulas)
        paths.append(_put(folder / document.file("pdf"), content))
    return paths


def _refuse_to_replace(report: Path) -> None:
    """Refuse to write over a file that is somebody else's."""
    if report.is_file() and not is_replaceable(report):
        raise StoreError(
            f"{report}, which gradlab did not write",
            "no file of that name but a report of gradlab, which is written anew",
            join(["mv", report, report.with_name(f"my_{report.name}")]),
        )


def _link(page: Path, other: Path) -> None:
    """Show in each of two pages the link to the other, where both are there."""
    from gradlab.report.html.page import HIDDEN, LINK

    there = other.is_file() and not other.is_symlink()
    for path in (page, other) if there else ():
        text = regular_file.read_text(path, regular_file.DATA)
        if HIDDEN in text:
            _put(path, text.replace(HIDDEN, LINK, 1).encode())


def draw_all(document: Document) -> dict[str, Drawn]:
    """Every figure's drawing by name, and that of the first screen as ``top``."""
    from gradlab.report.figures.drawn import PICTURE_WIDTH, draw

    picture = document.top.picture
    top = {"top": draw(picture.data, "top", width=PICTURE_WIDTH)} if picture else {}
    return top | {
        figure.name: draw(figure.data, f"f{number}")
        for number, (_, figure) in enumerate(document.figures(), start=1)
    }


def _put(path: Path, content: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        outputs.write(path, content)
    except OSError as error:
        raise StoreError(
            f"{path}: {error.strerror or error}",
            "a folder that can be written, with room on the disk",
            "gradlab report DIR --out FOLDER",
        ) from error
    return path
