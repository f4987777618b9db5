"""Figures as files for a paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradlab.errors import ConfigError, UnknownNameError
from gradlab.report.files import export_document, parse_width
from tests.report import demo


def test_writes_drawing_numbers_and_caption(tmp_path: Path) -> None:
    paths = export_document(demo.document(), tmp_path, ["gain"], ("svg", "pdf", "png"))
    assert [p.name for p in paths] == [
        "gain.svg",
        "gain.pdf",
        "gain.png",
        "gain.csv",
        "gain.txt",
    ]
    assert "hochreiter1997" in (tmp_path / "gain.txt").read_text()
    svg = (tmp_path / "gain.svg").read_text()
    assert "font/woff2" in svg
    assert "<text" in svg
    assert (tmp_path / "gain.csv").read_text().startswith("network,recurrent gain,ln_")


def test_same_bytes_each_time(tmp_path: Path) -> None:
    for once in ("a", "b"):
        export_document(
            demo.document(), tmp_path / once, ["cuts"], ("svg", "pdf", "png")
        )
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_style_and_width_change_the_drawing(tmp_path: Path) -> None:
    seen = set()
    for width, style in (
        ("6.5in", "paper"),
        ("3.3in", "paper"),
        ("6.5in", "slide"),
        ("6.5in", "grey"),
    ):
        export_document(demo.document(), tmp_path, ["cuts"], ("svg",), width, style)
        seen.add((tmp_path / "cuts.svg").read_bytes())
    assert len(seen) == 4


def test_all_figures_where_none_is_named(tmp_path: Path) -> None:
    document = demo.document()
    paths = export_document(document, tmp_path, formats=())
    assert len(paths) == 2 * len(document.figures())


@pytest.mark.parametrize(
    ("text", "inches"),
    [("3.3in", 3.3), ("84mm", 84 / 25.4), ("8.4 cm", 8.4 / 2.54), ("240pt", 240 / 72)],
)
def test_width(text: str, inches: float) -> None:
    assert parse_width(text) == pytest.approx(inches)


@pytest.mark.parametrize("text", ["", "3", "3px", "-3in", "0.5in", "90in", "in"])
def test_bad_width(text: str) -> None:
    with pytest.raises(ConfigError, match="Try --width 3.3in"):
        parse_width(text)


def test_unknown_names(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="Try gain"):
        export_document(demo.document(), tmp_path, ["gian"])
    with pytest.raises(UnknownNameError, match="one of grey, paper, slide"):
        export_document(demo.document(), tmp_path, ["gain"], style="poster")
    with pytest.raises(ConfigError, match="pdf, svg or png"):
        export_document(demo.document(), tmp_path, ["gain"], ("gif",))
