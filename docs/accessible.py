"""Mend what the theme leaves to be desired by keyboard and screen reader.

A Sphinx extension. ``tests/docs/test_site.py`` lets axe-core look at pages.
"""

import re
from pathlib import Path

from sphinx.application import Sphinx


MENDED = (
    # a heading has a level
    (r'role="heading">', r'role="heading" aria-level="2">'),
    # two landmarks of one kind have names
    (
        r'<aside class="sidebar-drawer">',
        r'<aside class="sidebar-drawer" aria-label="Pages">',
    ),
    (
        r'<aside class="toc-drawer( [\w-]+)?">',
        r'<aside class="toc-drawer\1" aria-label="On this page">',
    ),
    # keys scroll what is too wide for the page
    (r"<pre>", r'<pre tabindex="0">'),
    (
        r'<div class="table-wrapper([^"]*)">',
        r'<div class="table-wrapper\1" tabindex="0">',
    ),
    # a thumbnail's link, whose text is not drawn, is called by it
    (
        r'internal" href="(p\d\d\w+\.html)"><span class="doc">([^<]*)<',
        r'internal" href="\1" aria-label="\2"><span class="doc">\2<',
    ),
)
"""What the builder writes -> what stands there instead; none matches its own result."""


def mend(app: Sphinx, error: Exception | None) -> None:
    """Rewrite the pages that were built."""
    if error is not None or app.builder.name != "html":
        return
    for file in Path(app.outdir).rglob("*.html"):
        if file.name == "report.html":
            continue
        page = mended = file.read_text(encoding="utf-8")
        for pattern, better in MENDED:
            mended = re.sub(pattern, better, mended)
        if mended != page:
            file.write_text(mended, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Mend pages when all of them are written."""
    app.connect("build-finished", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
