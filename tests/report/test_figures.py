"""Every kind of figure, plain and odd: drawn, the same each time, readable."""

from __future__ import annotations

import itertools
import math
import re
import subprocess
import sys
from collections.abc import Collection, Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradlab.report import figures
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.figures.dots import Dots, Marks
from gradlab.report.figures.draw.room import inches
from gradlab.report.figures.drawn import PAGE_WIDTH, Drawn, canvas, draw, themed
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.figures.lettering import lettering
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.figures.style import STYLES
from tests.report import figure_cases


CASES = figure_cases.usual() | figure_cases.odd()
USUAL = figure_cases.usual()


@cache
def drawn(name: str) -> Drawn:
    """A case's drawing, made once."""
    return draw(CASES[name], "fig7")


@cache
def laid_out(name: str, style: str, width: float) -> tuple[Any, Any]:
    """A usual case's figure and its axes, its words in their places, made once."""
    with lettering(STYLES[style]):
        figure, placed = canvas(USUAL[name], STYLES[style], width)
        figure.draw_without_rendering()
    return figure, placed


def slow_but(fast: Collection[str], names: Iterable[str]) -> list[Any]:
    """Cases as parameters, all but those of `fast` marked slow."""
    return [
        pytest.param(n, marks=[pytest.mark.slow] * (n not in fast))
        for n in sorted(names)
    ]


KINDS = (
    "reach",
    "length",
    "triangle",
    "cuts",
    "predict",
    "cells",
    "counts",
    "runs",
)
"""Usual cases in which every painter has a part."""


def test_every_painter_is_among_the_kinds() -> None:
    assert painters(KINDS) == painters(USUAL)


def painters(names: Iterable[str]) -> set[str]:
    """The modules that draw these cases and paint their parts."""
    cases = [USUAL[name] for name in names]
    parts = [part for data in cases if hasattr(data, "parts") for part in data.parts()]
    return {data.drawn_by for data in cases} | {p.painted_by for _, p in parts}


@pytest.mark.parametrize("name", slow_but(KINDS, CASES))
def test_draws_the_same_each_time_and_prints_nothing(
    name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    first = draw(CASES[name], "fig7")
    assert first.svg == drawn(name).svg
    assert capfd.readouterr() == ("", "")
    assert not re.search(r"<text|<!DOCTYPE|dc:date|<metadata", first.svg)


@pytest.mark.parametrize("name", CASES)
def test_ids_carry_the_prefix(name: str) -> None:
    svg = drawn(name).svg
    ids = re.findall(r'\bid="([^"]*)"', svg)
    assert len(ids) == len(set(ids))
    assert all(found.startswith("fig7-") for found in ids)
    for target in re.findall(r'(?:href="#|url\(#)([^")]+)', svg):
        assert target in ids


@pytest.mark.parametrize("name", CASES)
def test_readings_lie_inside_the_drawing(name: str) -> None:
    found = drawn(name)
    for track in found.tracks:
        for x, y, text in track["spots"]:
            assert -1 <= x <= found.width + 1
            assert -1 <= y <= found.height + 1
            assert text
            assert "nan" not in text


@pytest.mark.parametrize("name", CASES)
def test_table_is_rectangular(name: str) -> None:
    columns, rows = CASES[name].table()
    assert all(len(row) == len(columns) for row in rows)
    for _, (heads, lines) in CASES[name].grids():
        assert all(len(line) == len(heads) for line in lines)


OF_AXES = sorted(set(USUAL) - {"cells", "gradient_step"})
"""Figures that `draw.sheet` lays out."""


@pytest.mark.parametrize(
    ("name", "style", "width"),
    [
        *itertools.product(USUAL, ["page"], [PAGE_WIDTH]),
        *itertools.product(sorted(set(USUAL) - set(OF_AXES)), ["paper"], [3.0]),
        *itertools.product(sorted(set(USUAL) - set(OF_AXES)), ["slide"], [9.0]),
        *(pytest.param(n, "paper", 3.0, marks=pytest.mark.slow) for n in OF_AXES),
    ],
)
def test_words_stay_on_the_canvas(name: str, style: str, width: float) -> None:
    figure, _ = laid_out(name, style, width)
    with lettering(STYLES[style]):
        assert not outside(figure)


def outside(figure: Any) -> list[str]:
    """Texts that leave the canvas by more than a twentieth of an inch."""
    from matplotlib.text import Text

    right, top = (side * figure.dpi for side in figure.get_size_inches())
    slack = 0.05 * figure.dpi
    over = []
    for text in figure.findobj(Text):
        if not text.get_visible() or not text.get_text().strip():
            continue
        box = text.get_window_extent()
        if (
            box.x0 < -slack
            or box.y0 < -slack
            or box.x1 > right + slack
            or box.y1 > top + slack
        ):
            over.append(text.get_text())
    return over


@pytest.mark.parametrize(
    ("name", "style", "width"),
    [
        *itertools.product(OF_AXES, ["paper"], [3.3]),
        *itertools.product(sorted({*OF_AXES} & {*KINDS}), ["slide"], [9.0]),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in (
                *itertools.product(OF_AXES, ["paper"], [5.0, 7.0]),
                *itertools.product(sorted({*OF_AXES} - {*KINDS}), ["slide"], [9.0]),
            )
        ),
    ],
)
def test_no_word_is_cut_or_crossed_and_axes_are_as_high_as_they_want(
    name: str, style: str, width: float
) -> None:
    look, data = STYLES[style], USUAL[name]
    figure, placed = laid_out(name, style, width)
    with lettering(look):
        over = outside(figure)
        crossed = [found for axes, _ in placed for found in crossings(axes)]
        words = [text for axes, _ in placed for text in axes.texts]
        boxes = [text.get_window_extent() for text in words]
    touching = [
        (words[i].get_text(), words[j].get_text())
        for i, box in enumerate(boxes)
        for j in range(i)
        if box.overlaps(boxes[j])
    ]
    assert not over and not crossed and not touching
    rows: dict[float, list[tuple[float, float]]] = {}
    for (axes, _), (_, part) in zip(placed, data.parts(), strict=True):
        wide, high = inches(axes)
        wanted = import_module(part.painted_by).height(part, wide, look)
        rows.setdefault(axes.get_position().y0, []).append((high, wanted))
    for row in rows.values():
        assert row[0][0] == pytest.approx(max(wanted for _, wanted in row), abs=0.05)


def crossings(axes: Any) -> list[str]:
    """Words inside the axes that a curve, a reference line or a mark runs through."""
    crossed = []
    level = [t for t in axes.texts if not t.get_rotation()]  # others follow a contour
    for text, line in itertools.product(level, axes.lines):
        box = text.get_window_extent()
        path = line.get_transform().transform_path(line.get_path())
        dotted = line.get_linestyle() == "None"
        if dotted and box.count_contains(path.vertices):
            crossed.append(text.get_text())
        if not dotted and path.intersects_bbox(box, filled=False):
            crossed.append(text.get_text())
    return crossed


def test_data_of_figures_load_no_drawing() -> None:
    folder = Path(figures.__file__).parent
    names = (f"gradlab.report.figures.{file.stem}" for file in folder.glob("*.py"))
    program = (
        f"import sys, {', '.join(names)}\n"
        "print({'matplotlib', 'seaborn', 'pandas'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.slow
def test_one_legend_names_what_is_shown_and_nothing_else() -> None:
    with lettering(STYLES["page"]):
        for name in USUAL:
            figure, placed = laid_out(name, "page", PAGE_WIDTH)
            own = [axes.get_legend() for axes, _ in placed if axes.get_legend()]
            shown = {
                label
                for axes, _ in placed
                for label in axes.get_legend_handles_labels()[1]
                if label != axes.get_title()
            }
            named = [t.get_text() for each in figure.legends for t in each.get_texts()]
            assert not own and len(figure.legends) <= 1, name
            assert len(shown) < 2 or sorted(named) == sorted(shown), name


def curves(*values: tuple[float, ...]) -> Curves:
    """Curves of these values at lags 0, 1, 2, ..."""
    series = [
        Series(f"net {i}", f"other{i + 1}", range(len(y)), y)
        for i, y in enumerate(values)
    ]
    return Curves(series, "lag", "left")


@pytest.mark.parametrize(
    ("groups", "low", "high"),
    [
        ([curves((0, -83))], -12, 0),
        ([curves((0, -83), (0, -5))], -7, 0),
        ([curves((0, -83)), curves((0, -0.5))], -4, 0),
        ([curves((0, -3), (0, -2))], -3, 0),
        ([curves((0, 90), (0, 5))], -1, 7),
        ([curves((0, 90), (0, -math.inf))], -4, 4),
    ],
)
def test_limits_are_where_most_curves_are(
    groups: list[Curves], low: float, high: float
) -> None:
    from gradlab.report.figures.draw.curves import limits

    bottom, top = limits(groups)
    assert bottom == pytest.approx(low, abs=0.01)
    assert high < top < high + 0.1 * (top - bottom)


@pytest.mark.parametrize("y", [(165.0, 165.0), (3.0, 40.0)])
def test_a_linear_axis_has_its_words_as_ticks(y: tuple[float, ...]) -> None:
    words = ((0.0, "0"), (165.0, ">150"))
    series = [Series("reach", "total", (1, 9), y)]
    data = Curves(series, "update", "steps back", scale="linear", y_words=words)
    with lettering(STYLES["page"]):
        figure, ((axes, _),) = canvas(data, STYLES["page"], PAGE_WIDTH)
        figure.draw_without_rendering()
    ticks = [label.get_text() for label in axes.get_yticklabels()]
    assert ticks == ["0", "50", "100", "150", ">150"]
    low, high = axes.get_ylim()
    assert -17 < low < 0 and 165 < high < 182


def test_a_curve_that_its_title_names_is_in_no_legend() -> None:
    series = [Series(name, "total", (0, 1), (0.2, 0.4)) for name in ("f", "i", "o")]
    panels = [Panel(s.label, Curves([s], "x", "y", "share")) for s in series]
    with lettering(STYLES["page"]):
        named, _ = canvas(Panels(panels), STYLES["page"], PAGE_WIDTH)
        panels[0] = Panel("f", Curves(series, "x", "y", "share"))
        several, _ = canvas(Panels(panels), STYLES["page"], PAGE_WIDTH)
    assert not named.legends
    assert [t.get_text() for t in several.legends[0].get_texts()] == ["i", "o"]


@pytest.mark.parametrize("value", [64.0, -1.0, 1e-9])
def test_ticks_of_values_that_hardly_differ_are_not_the_same_word(value: float) -> None:
    low, high = value * (1 - 1e-9), value * (1 + 1e-9)
    series = Series("a", "expected", [0, 1], [value] * 2, [low] * 2, [high] * 2)
    line = Curves([series], "x", "y", scale="linear", x_name="x")
    marks = Marks("a", "expected", [value], [low], [high])
    dots = Dots(["row"], [marks], "y", scale="linear", row_name="row")
    for data, axis in ((line, "yaxis"), (dots, "xaxis")):
        with lettering(STYLES["page"]):
            _, ((axes, _),) = canvas(data, STYLES["page"], PAGE_WIDTH)
        words = [label.get_text() for label in getattr(axes, axis).get_ticklabels()]
        assert len(words) == len(set(words)) > 1


@given(st.lists(st.lists(st.floats(-300, 300), min_size=2, max_size=9), min_size=1))
def test_each_curve_is_seen_or_said_to_leave(values: list[list[float]]) -> None:
    from gradlab.report.figures.draw.curves import leaving, limits

    data = curves(*map(tuple, values))
    low, high = limits([data])
    for series in data.series:
        gone = leaving(series, (low, high))
        assert (gone is None) == (low <= series.y[-1] <= high)
        if gone:
            assert 0 <= gone[0] <= series.x[-1]
            assert gone[1] in (low, high) and gone[2] == series.y[-1]


def test_heatmap_says_sign_glyph_and_verdict() -> None:
    data = Heatmap(["RNN"], ["256"], [[-191.0]], column_name="T")
    assert data.say(0, 0) == "RNN; T 256; 10⁻⁸³ left; vanishing"
    assert data.grid() == (["network \\ T", "256"], [["RNN", "10^{−83} vanishing"]])


def test_two_hundred_rows_show_extremes_and_middle() -> None:
    values = [[float(i)] for i in range(200)]
    data = Heatmap([str(i) for i in range(200)], ["256"], values)
    assert data.shown() == [*range(8), *range(96, 104), *range(192, 200)]
    assert len(data.table()[1]) == 200


def test_curve_below_the_floor_says_where_it_goes() -> None:
    from gradlab.report.figures.draw.curves import leaving

    series = Series("RNN", "rnn", (0, 100), (0.0, -83.0))
    assert leaving(series, (-12, 1)) == (pytest.approx(100 * 12 / 83), -12, -83)
    with lettering(STYLES["page"]):
        data = Curves([series, Series("LSTM", "lstm_3", (0, 100), (0.0, 0.0))], "", "")
        figure, _ = canvas(data, STYLES["page"], PAGE_WIDTH)
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["LSTM", "RNN  → 10⁻⁸³"]


def test_csv_holds_the_exact_numbers() -> None:
    from gradlab.report.html.views import csv_text

    value = -math.pi * 100 / 3
    text = csv_text(Heatmap(["RNN"], ["256"], [[value]]).table())
    assert float(text.splitlines()[1].split(",")[2]) == value


def test_dark_colours_are_variables_with_the_light_ones_as_fallback() -> None:
    svg = themed(draw(USUAL["rank"], "a").svg)
    assert "var(--g1f2430,#1f2430)" in svg


def test_a_curve_that_starts_at_exactly_zero_begins_where_it_is_first_seen() -> None:
    from gradlab.report.figures.draw.curves import drawn

    found = drawn((-math.inf, -1.0, -2.0, -math.inf, -math.inf))
    assert [y for y in found if not math.isnan(y)] == [-1.0, -2.0, -400.0]
