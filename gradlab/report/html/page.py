"""From a document to one self-contained HTML page."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from gradlab.report import inline
from gradlab.report.blocks import Document, file_name
from gradlab.report.html.views import Views
from gradlab.report.typefaces import FONTS, hangul_faces
from gradlab.report.words import say, words


if TYPE_CHECKING:
    from gradlab.report.figures.drawn import Drawn

FIRST_HANGUL = "\u1100"
"""Letters from here on are not Inter's: those of Korean, and of a file's name."""
HERE = Path(__file__).resolve().parent
LINK = '<a class="other"'
HIDDEN = f"{LINK} hidden"
"""How the link to the page in the other language begins; hidden where it is not."""


def page(
    document: Document, drawings: dict[str, Drawn], formulas: dict[str, str | None]
) -> str:
    """The page as text, with its link to the other language hidden.

    drawings: each figure's name to its drawing; formulas: Typst source to SVG.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    views = Views(document, drawings, formulas)
    script = _text("page.js")
    environment.filters["inline"] = views.inline
    environment.filters["unlinked"] = views.unlinked
    environment.filters["terms"] = views.known_terms
    environment.filters["plain"] = inline.plain
    w = words(document.language, "page")
    environment.globals.update(anchor=inline.anchor, say=say, w=w)
    text = environment.get_template("page.html.j2").render(
        document=document,
        top=document.top,
        picture=views.picture(),
        top_blocks=views.blocks(document.top.blocks, chapter=None),
        top_table=views.table(document.top.table) if document.top.table else None,
        chapters=views.chapters(),
        figures=len(document.figures()),
        css=_css(),
        script=script,
        policy=policy(script),
        colours=views.colours(),
        other=file_name(w.OTHER, "html"),
    )
    hangul = "".join(sorted({c for c in text if c >= FIRST_HANGUL}))
    return text.replace("<style>", f"<style>{hangul_faces(hangul)}", 1)


def policy(script: str) -> str:
    """The content security policy: nothing from outside, only our own script."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'sha256-{digest}'",
            "style-src 'unsafe-inline'",
            "img-src data: blob:",
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


@lru_cache(maxsize=8)
def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _css() -> str:
    faces: list[str] = []
    for stem, weight, slant in (
        ("Inter-400Regular", 400, "normal"),
        ("Inter-400Regular_Italic", 400, "italic"),
        ("Inter-600SemiBold", 600, "normal"),
    ):
        data = base64.b64encode((FONTS / f"{stem}.woff2").read_bytes()).decode()
        faces.append(
            "@font-face{font-family:Inter;font-display:block;"
            f"font-weight:{weight};font-style:{slant};"
            f"src:url(data:font/woff2;base64,{data}) format('woff2')}}"
        )
    return "".join(faces) + _text("page.css")
