"""Compile the Typst source: PDF/UA-1, same bytes each time, at most ten pages."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gradlab.report.blocks import Document
from gradlab.report.figures.lettering import FONTS
from gradlab.report.pdf.source import Source


if TYPE_CHECKING:
    from gradlab.report.figures.drawn import Drawn

PAGES = 10
TRIES = ((1.0, 9.0), (0.9, 8.7), (0.8, 8.3), (0.72, 8.0))
"""Figure widths and text sizes, tried until the pages suffice."""


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

    main = folder / "main.typ"
    compiler = None
    for width, size in TRIES:
        source = Source(document, drawings, formulas, width, size)
        main.write_text(source.text(), encoding="utf-8")
        compiler = typst.Compiler(
            str(main),
            root=str(folder),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
        )
        if pages(compiler) <= PAGES:
            break
    assert compiler is not None
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=0)
    assert isinstance(made, bytes)
    return made


def pages(compiler: object) -> int:
    """How many pages the source fills."""
    found = compiler.query("<end>", field="value", one=True)  # type: ignore
    return int(json.loads(found))
