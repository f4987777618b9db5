"""Compile the Typst source: PDF/UA-1, same bytes each time, at most twelve pages."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gradlab.report.blocks import Document
from gradlab.report.pdf.source import Source
from gradlab.report.typefaces import FONTS, printed


if TYPE_CHECKING:
    import typst

    from gradlab.report.figures.drawn import Drawn

PAGES = 12
TRIES = (
    (1.0, 9.2, 0.75),
    (1.0, 9.0, 0.66),
    (0.93, 9.0, 0.66),
    (0.86, 9.0, 0.64),
    (0.86, 8.4, 0.45),
)
"""Figures' share of the width, size of the text in points, gap between paragraphs in
lines: tried until the pages suffice. Spacing goes first; lettering in figures, drawn
at 7.6 points, stays above 6.5."""


def pdf(
    document: Document, drawings: dict[str, Drawn], formulas: dict[str, str | None]
) -> bytes:
    """The PDF's bytes. A glyph or alt text that is missing raises TypstError."""
    with tempfile.TemporaryDirectory(prefix="gradlab-") as name:
        folder = Path(name)
        for figure, drawn in drawings.items():
            (folder / f"{figure}.svg").write_text(drawn.svg, encoding="utf-8")
        return _compile(document, drawings, formulas, folder)


def _compile(
    document: Document,
    drawings: dict[str, Drawn],
    formulas: dict[str, str | None],
    folder: Path,
) -> bytes:
    import typst

    def made(source: Source) -> typst.Compiler:
        main = folder / "main.typ"
        main.write_text(printed(source.text(), "DejaVuSansMono"), encoding="utf-8")
        return typst.Compiler(
            str(main),
            root=str(folder),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
        )

    for width, size, gap in TRIES:
        source = Source(document, drawings, formulas, width, size, gap)
        compiler = made(source)
        if pages(compiler) <= PAGES:
            break
    else:
        return _bytes(compiler)
    if width < 1:
        for name in reversed(source.numbers):
            for wide in (1.0, 0.93):
                wider = replace(source, widths={**source.widths, name: wide})
                if pages(made(wider)) <= PAGES:
                    source = wider
                    break
        compiler = made(source)
    return _bytes(compiler)


def _bytes(compiler: typst.Compiler) -> bytes:
    content = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=0)
    assert isinstance(content, bytes)
    return content


def pages(compiler: object) -> int:
    """How many pages the source fills."""
    found = compiler.query("<end>", field="value", one=True)  # type: ignore
    return int(json.loads(found))
