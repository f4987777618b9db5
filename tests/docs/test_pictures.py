"""Each picture of the gallery is made by about ten lines that run."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib import pyplot

from docs.look import LOOK
from tests.cli.inline import InlinePool
from tests.docs.pages import ROOT


PICTURES = sorted((ROOT / "docs" / "pictures").glob("*.py"))


DRAWN = ("p01_how_far", "p04_cut_a_road", "p12_map_of_a_sweep")
"""One picture of each kind; `make docs` runs all of them."""


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # seaborn's heatmap
@pytest.mark.parametrize(
    "file",
    [
        pytest.param(
            file, id=file.stem, marks=[pytest.mark.slow] * (file.stem not in DRAWN)
        )
        for file in PICTURES
    ],
)
def test_a_picture_is_drawn(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradlab.runs.run.ProcessPool", InlinePool)
    monkeypatch.setattr(pyplot, "show", lambda: None)
    with mpl.rc_context({"backend": "agg", **LOOK}):
        runpy.run_path(str(file))
        axes = pyplot.gcf().axes
        assert any(a.lines or a.images or a.collections or a.texts for a in axes)
        assert all(a.get_xlabel() or a.get_title() or a.get_ylabel() for a in axes)
        pyplot.close("all")


@pytest.mark.parametrize("file", PICTURES, ids=lambda file: file.stem)
def test_it_takes_about_ten_lines(file: Path) -> None:
    body = [
        node
        for node in ast.parse(file.read_text(encoding="utf-8")).body[1:]
        if not isinstance(node, ast.Import | ast.ImportFrom)
    ]
    statements = [node for part in body for node in ast.walk(part)]
    assert sum(isinstance(node, ast.stmt) for node in statements) <= 16


def test_there_are_twelve() -> None:
    assert len(PICTURES) == 12
