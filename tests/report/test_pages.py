"""The page and the PDF as files: one file, no network, tagged, the same bytes."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gradlab.report.blocks import (
    Block,
    Chapter,
    Document,
    Figure,
    Formula,
    Table,
    Top,
)
from gradlab.report.build import draw_all, render, write
from gradlab.report.formulas import formula_svgs, formulas_of
from gradlab.report.pdf.source import Source
from tests.report import demo, figure_cases


@pytest.fixture(scope="module")
def folder(demo_folder: Path) -> Path:
    """A rendered demo document."""
    return demo_folder


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    """The demo document's page."""
    return (folder / "report.html").read_text(encoding="utf-8")


class Outline(HTMLParser):
    """Ids, headings and addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.addresses: list[str] = []
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        for name in ("src", "href", "action", "xlink:href"):
            if found.get(name):
                self.addresses.append(str(found[name]))
        for name in ("aria-labelledby", "aria-describedby"):
            self.targets += str(found.get(name) or "").split()


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    """What the page holds."""
    parser = Outline()
    parser.feed(page)
    return parser


def test_ids_are_unique_and_links_lead_somewhere(outline: Outline) -> None:
    assert len(outline.ids) == len(set(outline.ids))
    inner = [a[1:] for a in outline.addresses if a.startswith("#")]
    assert set(inner) | set(outline.targets) <= set(outline.ids)


def test_nothing_is_loaded_from_outside(outline: Outline, page: str) -> None:
    own = ("#", "data:", "report.ko.html")
    assert all(a.startswith(own) for a in outline.addresses)
    assert not re.search(r"@import|url\((?!#|data:)", page)


def test_headings_are_in_order(outline: Outline) -> None:
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    pairs = zip(outline.headings, outline.headings[1:], strict=False)
    assert all(later - earlier <= 1 for earlier, later in pairs)


def test_policy_allows_only_our_script(page: str) -> None:
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src &#39;sha256-{digest}&#39;" in page
    assert "default-src &#39;none&#39;" in page
    assert not re.search(r"<[^>]+\son[a-z]+=", page)


def test_page_is_small_and_says_its_language(page: str) -> None:
    assert len(page.encode()) < 3_000_000
    assert '<html lang="en">' in page


def test_every_figure_has_name_readings_table_and_data(page: str) -> None:
    count = len(demo.document().figures())
    for mark in (
        'class="tracks"',
        'class="data"',
        'role="application"',
        'role="img"',
        'aria-live="polite"',
    ):
        assert page.count(mark) == count


def small(*blocks: Block) -> Document:
    """A document of one section."""
    return Document("t", Top("p", "b", ["h"], []), [Chapter("a", "q", blocks)])


def test_the_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    figure = Figure("cuts", figure_cases.cuts(), "alt", "caption")
    document = small(figure, Formula("a^2", "a squared"), demo.table())
    for path in write(document, tmp_path / "a"):
        again = write(document, tmp_path / "b", (path.suffix[1:],))[0]
        assert path.read_bytes() == again.read_bytes()


def test_pdf_compiles_without_warnings_in_twelve_pages(tmp_path: Path) -> None:
    import typst

    from gradlab.report.figures.lettering import FONTS

    document = small(*demo.document().chapters[0].blocks, demo.table())
    drawings = draw_all(document)
    for name, drawn in drawings.items():
        (tmp_path / f"{name}.svg").write_text(drawn.svg)
    source = Source(document, drawings, formulas_of(document))
    (tmp_path / "main.typ").write_text(source.text())
    _, warnings = typst.compile_with_warnings(
        str(tmp_path / "main.typ"),
        root=str(tmp_path),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=0,
    )
    assert warnings == []


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="poppler is not here")
def test_pdf_has_few_pages_and_embeds_its_fonts(folder: Path) -> None:
    info = _run("pdfinfo", folder / "report.pdf")
    pages = int(re.search(r"Pages:\s+(\d+)", info)[1])  # type: ignore[index]
    assert pages <= 12
    assert re.search(r"Tagged:\s+yes", info)
    rows = _run("pdffonts", folder / "report.pdf").splitlines()[2:]
    assert rows
    assert all(" yes yes " in row for row in rows)


def _run(*command: object) -> str:
    done = subprocess.run(
        [str(c) for c in command], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_words_that_look_like_markup_stay_words(tmp_path: Path) -> None:
    nasty = '</script><b>#strong[x]</b> $a$ "q" \\ @y <z> // */ https://x.y'
    data = figure_cases.rank()
    document = Document(
        nasty,
        Top(
            nasty,
            nasty,
            [nasty],
            [nasty],
            Table([nasty], [[nasty], [nasty]], nasty, notes=[nasty]),
        ),
        [Chapter("a", nasty, [Figure("fig", data, nasty, nasty)])],
        {"word": nasty},
        {"key": nasty},
        nasty,
    )
    for path in write(document, tmp_path):
        assert path.stat().st_size > 1000
    page = (tmp_path / "report.html").read_text()
    assert "<b>#strong" not in page
    assert page.count("</script>") == 3


def test_a_formula_that_is_no_typst_is_shown_as_it_is(tmp_path: Path) -> None:
    good = Formula("a^2", "a squared")
    write(small(Formula("nosuchthing(", "x"), good, good), tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "<code>nosuchthing(</code>" in page
    assert 'aria-label="a squared"' in page
    assert formula_svgs(["nosuchthing("]) == [None]


def test_an_empty_document_is_a_page(tmp_path: Path) -> None:
    empty = Document("t", Top("nothing was measured", "", [], []), [])
    assert [p.name for p in write(empty, tmp_path)] == ["report.html", "report.pdf"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    from gradlab.errors import StoreError

    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="a folder that can be written"):
        write(small(), tmp_path / "file", ("html",))
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_an_unknown_format_is_said(tmp_path: Path) -> None:
    from gradlab.errors import ConfigError

    with pytest.raises(ConfigError, match="Got format 'docx'"):
        write(small(), tmp_path, ("docx",))


@pytest.mark.parametrize(
    "name", ["two_by_one", pytest.param("usual", marks=pytest.mark.slow)]
)
def test_a_composed_report_renders(tmp_path: Path, name: str) -> None:
    from tests import made_up

    for path in render(made_up.CONTRADICTIONS[name](), tmp_path):
        assert path.stat().st_size > 10_000
    assert (tmp_path / "report.html").stat().st_size < 3_000_000
