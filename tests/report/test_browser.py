"""The page in a real browser: keys, pointer, sorting, lecture, axe, no network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gradlab.report.blocks import Chapter, Code, Document, Top
from gradlab.report.build import render, write
from gradlab.report.diagnosis import remedies
from gradlab.report.diagnosis.document import compose
from tests import made_up
from tests.chromium import AXE, IN_A_BROWSER, WITH_AXE
from tests.report import demo
from tests.report.made_up_diagnosis import CASES


if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = IN_A_BROWSER


@pytest.fixture(scope="module")
def address(demo_folder: Path) -> str:
    """Where the demo page lies."""
    return (demo_folder / "report.html").as_uri()


@pytest.fixture(scope="module")
def korean(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where a page in Korean lies."""
    folder = tmp_path_factory.mktemp("korean")
    (page,) = render(made_up.store(), folder, ["html"], language="ko")
    return page.as_uri()


class Visit:
    """A page that remembers what it said and asked for."""

    def __init__(self, browser: Browser, address: str, **context: Any) -> None:
        self.context = browser.new_context(**context)
        self.page: Page = self.context.new_page()
        self.noise: list[str] = []
        self.page.on("console", lambda message: self.noise.append(message.text))
        self.page.on("pageerror", lambda error: self.noise.append(str(error)))
        self.page.on("request", self._asked)
        self.page.goto(address)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            self.noise.append(request.url)


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """The page at 1280 x 800, light; silent to its end."""
    made = Visit(browser, address, viewport={"width": 1280, "height": 800})
    yield made
    assert made.noise == []
    made.context.close()


def test_table_and_first_figure_come_within_two_screens(visit: Visit) -> None:
    table = visit.page.locator(".top-table").bounding_box()
    figure = visit.page.locator("figure.drawing").first.bounding_box()
    assert table is not None and figure is not None
    assert table["y"] + table["height"] < 800
    assert figure["y"] < 1600


def test_each_figure_is_one_tab_stop(visit: Visit) -> None:
    stops = "[tabindex='0'], a[href], button, [contenteditable]"
    assert visit.page.evaluate(
        "s => [...document.querySelectorAll('.plot')]"
        ".every(p => p.querySelectorAll(s).length === 0 && p.tabIndex === 0)",
        stops,
    )


def test_arrow_keys_move_through_values(visit: Visit) -> None:
    plot = visit.page.locator("#fig-gain .plot")
    live = visit.page.locator("#fig-gain .live")
    plot.focus()
    plot.press("ArrowRight")
    assert live.inner_text().startswith("RNN; recurrent gain 0.25; dead")
    plot.press("End")
    assert "recurrent gain orthogonal" in live.inner_text()
    plot.press("ArrowDown")
    assert live.inner_text().startswith("GRU, keep bias 0; recurrent gain orthogonal")
    plot.press("Home")
    assert "recurrent gain 0.25" in live.inner_text()
    plot.press("ArrowUp")
    assert live.inner_text().startswith("RNN;")
    plot.press("Escape")
    assert live.inner_text() == ""


def test_keys_reach_every_value(visit: Visit) -> None:
    plot = visit.page.locator("#fig-cuts .plot")
    plot.focus()
    plot.press("ArrowRight")
    seen = set()
    for _ in range(4):
        plot.press("Home")
        for _ in range(3):
            seen.add(visit.page.locator("#fig-cuts .live").inner_text())
            plot.press("ArrowRight")
        plot.press("ArrowDown")
    assert len(seen) == 12


def test_pointer_gives_the_same_reading(visit: Visit) -> None:
    plot = visit.page.locator("#fig-length .plot")
    plot.scroll_into_view_if_needed()
    plot.focus()
    plot.press("ArrowRight")
    by_key = visit.page.locator("#fig-length .live").inner_text()
    ring = visit.page.locator("#fig-length .cursor").bounding_box()
    assert ring is not None
    plot.press("Escape")
    visit.page.mouse.move(ring["x"] + ring["width"] / 2, ring["y"] + 8)
    assert visit.page.locator("#fig-length .live").inner_text() == by_key
    assert visit.page.locator("#fig-length .reading").is_visible()


def test_tables_sort_by_value(visit: Visit) -> None:
    head = visit.page.locator("#table-lineup thead th").nth(3)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    cells = visit.page.locator("#table-lineup tbody td:nth-child(4)").all_inner_texts()
    assert cells[0] == "10−83"
    assert cells[-1] == "0"
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    cells = visit.page.locator("#table-lineup tbody td:nth-child(4)").all_inner_texts()
    assert cells[0] == "10+52"
    assert cells[-1] == "0"
    head.locator("button").click()
    assert head.get_attribute("aria-sort") is None


@pytest.mark.parametrize(
    ("tool", "ending"), [("svg", "svg"), ("csv", "csv"), ("png", "png")]
)
def test_figures_can_be_kept(visit: Visit, tool: str, ending: str) -> None:
    with visit.page.expect_download() as kept:
        visit.page.locator(f"#fig-gain [data-tool={tool}]").click()
    assert kept.value.suggested_filename == f"gain.{ending}"
    content = Path(kept.value.path()).read_bytes()
    if tool == "svg":
        assert b"var(" not in content
    if tool == "csv":
        assert content.decode().count("\n") == 64
    if tool == "png":
        assert content.startswith(b"\x89PNG")


def test_lecture_shows_one_figure_after_another(visit: Visit) -> None:
    page = visit.page
    page.locator("#fig-gain .plot").focus()
    page.keyboard.press("p")
    stage = page.locator("#stage")
    assert stage.is_visible()
    assert page.locator("#stage-question").inner_text() == demo.QUESTIONS["gain"]
    assert page.url.endswith("#fig-gain;present")
    page.keyboard.press("t")
    assert not page.locator(".stage-takeaway").is_visible()
    page.keyboard.press("ArrowRight")
    assert page.locator("#stage-question").inner_text() == demo.QUESTIONS["blocks"]
    page.keyboard.press("ArrowLeft")
    assert page.locator("#stage-question").inner_text() == demo.QUESTIONS["gain"]
    page.keyboard.press("Escape")
    assert not stage.is_visible()
    assert page.locator("#fig-gain .plot svg").count() == 1


def test_an_address_can_present(browser: Browser, address: str) -> None:
    made = Visit(browser, f"{address}#fig-cuts;present")
    assert made.page.locator("#stage .plot svg").count() == 1
    assert made.noise == []
    made.context.close()


@pytest.mark.parametrize(
    "width", [320, pytest.param(640, marks=pytest.mark.slow), 1280]
)
def test_the_page_never_scrolls_sideways(
    browser: Browser, address: str, width: int
) -> None:
    made = Visit(browser, address, viewport={"width": width, "height": 800})
    wide = made.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    made.context.close()


@WITH_AXE
@pytest.mark.parametrize(
    ("scheme", "width"),
    [
        ("dark", 320),
        pytest.param("light", 320, marks=pytest.mark.slow),
        pytest.param("light", 1280, marks=pytest.mark.slow),
        pytest.param("dark", 1280, marks=pytest.mark.slow),
    ],
)
def test_axe_finds_nothing(
    browser: Browser, address: str, scheme: str, width: int
) -> None:
    made = Visit(
        browser,
        address,
        color_scheme=scheme,
        bypass_csp=True,
        viewport={"width": width, "height": 800},
    )
    assert violations(made.page) == []
    made.context.close()


def violations(page: Page) -> list[str]:
    """What axe-core finds in a page with everything opened."""
    page.add_script_tag(path=AXE)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = 1)")
    found = page.evaluate("axe.run().then(r => r.violations)")
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:200]} ({len(v['nodes'])})" for v in found
    ]


@pytest.mark.slow
def test_the_korean_page_is_silent_and_never_scrolls_sideways(
    browser: Browser, korean: str
) -> None:
    made = Visit(browser, korean, viewport={"width": 320, "height": 800})
    assert made.page.evaluate("document.documentElement.lang") == "ko"
    assert made.page.evaluate("document.documentElement.scrollWidth") <= 320
    assert made.noise == []
    made.context.close()


@pytest.mark.slow
@WITH_AXE
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_in_korean(browser: Browser, korean: str, width: int) -> None:
    made = Visit(
        browser, korean, bypass_csp=True, viewport={"width": width, "height": 800}
    )
    assert violations(made.page) == []
    made.context.close()


@pytest.mark.slow
@WITH_AXE
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_a_diagnosis_has_no_barriers(
    browser: Browser, tmp_path: Path, scheme: str
) -> None:
    (page,) = write(compose(CASES["both directions"]), tmp_path, ("html",))
    made = Visit(
        browser,
        page.as_uri(),
        color_scheme=scheme,
        bypass_csp=True,
        viewport={"width": 320, "height": 800},
    )
    assert made.page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(made.page) == []
    assert made.noise == []
    made.context.close()


def test_code_can_be_copied(browser: Browser, tmp_path: Path) -> None:
    chapter = remedies.chapter(CASES["usual"])
    code = next(block for block in chapter.blocks if isinstance(block, Code))
    (page,) = write(
        Document("t", Top("p", "b", ["h"], []), [Chapter("a", "q", [code])]),
        tmp_path,
        ("html",),
    )
    allowed = ["clipboard-read", "clipboard-write"]
    made = Visit(browser, page.as_uri(), permissions=allowed)
    made.page.locator("[data-copy]").click()
    made.page.get_by_role("button", name="Copied").wait_for()
    assert made.page.evaluate("navigator.clipboard.readText()") == code.text
    assert made.noise == []
    made.context.close()
