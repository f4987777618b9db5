"""Formulas from one Typst source: SVG for the page, Typst itself for the PDF."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gradlab.report.blocks import Block, Details, Document, Formula
from gradlab.report.typefaces import FONTS, HANGUL


MATHS = f'("New Computer Modern Math", "{HANGUL}")'
OWN = "formula-id-"
"""What ids in a formula begin with; the page puts its own prefix there."""


def formulas_of(document: Document) -> dict[str, str | None]:
    """Every formula of a document, drawn; None marks one Typst cannot read."""
    blocks = [*document.top.blocks, *(b for c in document.chapters for b in c.blocks)]
    sources = list(
        dict.fromkeys(b.typst for b in _flat(blocks) if isinstance(b, Formula))
    )
    return dict(zip(sources, formula_svgs(sources), strict=True))


def _flat(blocks: Sequence[Block]) -> list[Block]:
    found: list[Block] = []
    for block in blocks:
        found.append(block)
        if isinstance(block, Details):
            found.extend(_flat(block.blocks))
    return found


def formula_svgs(sources: Sequence[str]) -> list[str | None]:
    """Each formula as inline SVG in the text's colour; None where it is not Typst.

    All are set in one run; only if that fails each is tried alone.
    """
    if not sources:
        return []
    pages = _compile(sources)
    if pages is None:
        singles = [_compile([source]) for source in sources]
        return [_inline(page[0]) if page else None for page in singles]
    return [_inline(page) for page in pages]


def _compile(sources: Sequence[str]) -> list[str] | None:
    import typst

    body = "\n#pagebreak()\n".join(f"$ {source} $" for source in sources)
    text = (
        "#set page(width: auto, height: auto, margin: 1.5pt, fill: none)\n"
        f"#set text(size: 12pt)\n#show math.equation: set text(font: {MATHS})\n{body}"
    )
    try:
        pages = typst.compile(
            text.encode(),
            format="svg",
            font_paths=typst.Fonts(False, True, [str(FONTS)]),
        )
    except (typst.TypstError, RuntimeError):
        return None
    found = pages if isinstance(pages, list) else [pages]
    return [page.decode() for page in found] if len(found) == len(sources) else None


def _inline(svg: str) -> str:
    """Own ids, the page's text colour, size in em so that zoom and print follow."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r'\bid="', f'id="{OWN}', svg)
    svg = re.sub(r'href="#', f'href="#{OWN}', svg)
    svg = svg.replace("url(#", f"url(#{OWN}").replace("#000000", "currentColor")
    svg = re.sub(r"<svg ", '<svg aria-hidden="true" focusable="false" ', svg, count=1)
    head, body = svg.split(">", 1)
    return re.sub(r'"([\d.]+)pt"', _em, head) + ">" + body


def _em(match: re.Match[str]) -> str:
    return f'"{float(match[1]) / 12:.3f}em"'
