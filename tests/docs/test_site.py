"""The built site in a browser: it asks nobody for anything, and axe finds nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.chromium import AXE, IN_A_BROWSER, WITH_AXE
from tests.docs.pages import ROOT


if TYPE_CHECKING:
    from playwright.sync_api import Browser

SITE = ROOT / "build" / "docs"
PAGES = (
    "index",
    "questions",
    "gallery/index",
    "gallery/p01_how_far",
    "reference/gradlab.unroll",
)
pytestmark = [
    pytest.mark.slow,
    *IN_A_BROWSER,
    pytest.mark.skipif(not SITE.exists(), reason="not built: make docs"),
]


@WITH_AXE
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_nothing_and_nothing_is_asked_for(
    browser: Browser, scheme: str, width: int
) -> None:
    context: Any = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    page = context.new_page()
    noise: list[str] = []
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("request", lambda request: noise.append(request.url))
    for name in PAGES:
        page.goto((SITE / f"{name}.html").as_uri())
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run({preload: false}).then(r => r.violations)")
        assert [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found] == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    outside = ("file:", "data:", "blob:")
    assert [text for text in noise if not text.startswith(outside)] == []
    context.close()


def test_no_page_names_anything_to_load_from_elsewhere() -> None:

    pages = [page for page in SITE.rglob("*.html") if page.name != "report.html"]
    assert len(pages) > 50
    for page in pages:
        text = page.read_text(encoding="utf-8")
        loads = re.findall(r'<(?:script|img|iframe)[^>]* src="(\w+:[^"]*)', text)
        loads += re.findall(r'<link(?! rel="canonical")[^>]* href="(\w+:[^"]*)', text)
        assert [load for load in loads if not load.startswith("data:")] == [], page
