"""What comes before the text of a PDF: page, typefaces, spacing."""

from __future__ import annotations

from gradlab.report import inline
from gradlab.report.blocks import Document
from gradlab.report.formulas import MATHS
from gradlab.report.inline import escape_typst, string_typst


PREAMBLE = """\
#set document(title: {title}, author: "gradlab", date: none)
#set page(paper: "a4", margin: (x: 16mm, top: 11mm, bottom: 12mm), footer-descent: 35%,
  footer: context align(center, text(7.5pt, luma(38%))[#counter(page).display()
    #h(.6em) · #h(.6em) {running}]))
#set text(font: ("Inter", "Noto Sans KR", "Libertinus Serif", "DejaVu Sans Mono"),
  size: {size}pt, lang: {language}, fill: rgb("#1f2430"))
#set super(typographic: false, size: .7em, baseline: -.45em)
#set sub(typographic: false, size: .7em)
#set par(leading: {leading}em, spacing: {gap}em, justify: false)
#show math.equation: set text(font: {maths}, size: 1.15em)
#show raw: set text(font: ("DejaVu Sans Mono", "Noto Sans KR"), size: .92em)
#show link: set text(fill: rgb("#0b4f80"))
#show title: set text(.93em, weight: 600)
#show title: set par(leading: .42em)
#show title: set block(above: 1em, below: 1em)
#show heading: set block(above: 1.2em, below: .55em, sticky: true)
#show heading.where(level: 1): set text(1.32em, weight: 600)
#show heading.where(level: 2): set text(1em, weight: 600)
#show figure: set block(breakable: false, above: .6em, below: .65em)
#show figure.caption: set text(.86em, fill: luma(32%))
#show figure.caption: set par(leading: .42em)
#show math.equation.where(block: true): set block(above: .65em, below: .65em)
#show figure.caption: set align(left)
#set figure(gap: .4em)
#set table(stroke: (x, y) => (bottom: .4pt + rgb("#d5d9e0")),
  inset: (x: 3.5pt, y: 2.4pt))
#show table: set text(.9em)
#show table.cell.where(y: 0): set text(weight: 600)
#show table: set par(leading: .45em)
#let muted(body) = text(.88em, fill: luma(35%), body)
#let small(body) = [#set text(.88em); #set par(leading: .42em, spacing: .55em); #body]
#let finding(body) = block(below: .7em, sticky: true, text(1.06em, weight: 600, body))
#let tint = (vanishing: rgb("#ece8f6"), fading: rgb("#ece8f6"), stable: rgb("#eef0f2"),
  growing: rgb("#fcebd9"), exploding: rgb("#fcebd9"), held: rgb("#eef0f2"),
  missed: rgb("#fcebd9"))
"""
LEADING = {"ko": 0.62}
"""Between lines, in letters: Hangul fills its squares and needs more than Latin."""
WHOLE_WORDS = r"""#show regex("\\S*\\p{Hangul}\\S*"): it => box(it)
"""
"""Break lines between words alone, where Typst would break them at any syllable."""


def preamble(document: Document, size: float, gap: float) -> str:
    """Return Typst settings.

    size: of the text in points; gap: between paragraphs, in lines.
    """
    title = inline.plain(document.title)
    words = WHOLE_WORDS if document.language == "ko" else ""
    return words + PREAMBLE.format(
        title=string_typst(title),
        running=escape_typst(title),
        size=size,
        gap=gap,
        leading=LEADING.get(document.language, 0.5),
        language=string_typst(document.language),
        maths=MATHS,
    )
