"""Figures as files for a paper."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path

import pytest

from gradlab.errors import ConfigError, StoreError, UnknownNameError
from gradlab.report import checksums
from gradlab.report.document import compose
from gradlab.report.figures.drawn import canvas
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.figures.lettering import lettering
from gradlab.report.figures.style import STYLES
from gradlab.report.files import export_document, parse_width
from tests import made_up
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


@pytest.mark.parametrize("style", ["paper", "grey"])
def test_a_narrow_map_keeps_glyph_and_number_in_every_cell(style: str) -> None:
    ln10 = 2.302585092994046
    sizes = (-233.0, -22.0, -2.5, 0.3, 2.5, 18.0, 49.0)
    data = Heatmap(
        rows=["RNN", "LSTM default bias"],
        columns=["0.25", "0.5", "1", "2", "4", "8", "orthogonal"],
        values=[[ln10 * size for size in sizes]] * 2,
    )
    with lettering(STYLES[style]):
        figure, [(axes, _)] = canvas(data, STYLES[style], 3.3)
        words = [text.get_text() for text in axes.texts]
        assert words[:3] == ["▼\u202f−233", "▼\u202f−22", "▽\u202f−2.5"]
        assert len(words) == 14
        assert min(text.get_fontsize() for text in axes.texts) >= 5.5
        width = axes.get_window_extent().width / 7
        assert all(text.get_window_extent().width < width for text in axes.texts)
        svg = io.BytesIO()
        figure.savefig(svg, format="svg")
    assert len(svg.getvalue()) < 300_000


def test_a_caption_states_the_length_and_all_that_is_held(tmp_path: Path) -> None:
    document = compose(made_up.store())
    export_document(document, tmp_path, formats=())
    for path in tmp_path.glob("*.txt"):
        if path.stem == "cells":  # nothing in it is measured
            continue
        words = path.read_text(encoding="utf-8")
        assert " T = " in words, path.name
        assert re.search("Spectral norm of the derivative|spectral norms of", words)
        assert "geometric mean over sequences and " in words
        assert "weights PyTorch default" in words, path.name


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


def test_a_file_that_is_not_as_gradlab_wrote_it_stays(tmp_path: Path) -> None:
    def write() -> list[Path]:
        return export_document(demo.document(), tmp_path, ["cuts"], formats=())

    (tmp_path / "cuts.txt").write_text("mine")
    with pytest.raises(
        StoreError, match="cuts.txt, which gradlab did not write"
    ) as got:
        write()
    assert got.value.try_ == f"mv {tmp_path}/cuts.txt {tmp_path}/my_cuts.txt"
    assert [p.name for p in tmp_path.iterdir()] == ["cuts.txt"]
    (tmp_path / "cuts.txt").unlink()
    first = {path: path.read_bytes() for path in write()}
    assert {path: path.read_bytes() for path in write()} == first
    subprocess.run(["sha256sum", "-c", checksums.NAME], cwd=tmp_path, check=True)
    (tmp_path / "cuts.csv").write_text("edited")
    with pytest.raises(StoreError, match="cuts.csv, which gradlab did not write, or"):
        write()
    (tmp_path / checksums.NAME).write_text("mine")
    with pytest.raises(StoreError, match="figures.sha256, which gradlab did not write"):
        write()
    assert (tmp_path / checksums.NAME).read_text() == "mine"


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
