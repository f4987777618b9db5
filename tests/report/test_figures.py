"""Every kind of figure, plain and odd: drawn, the same each time, readable."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Any

import pytest

from gradlab.report.figures import Curves, FigureData, Heatmap, Series
from gradlab.report.figures.drawn import PAGE_WIDTH, Drawn, canvas, draw, themed
from gradlab.report.figures.lettering import lettering
from gradlab.report.figures.style import STYLES
from tests.report import figure_cases


CASES = figure_cases.usual() | figure_cases.odd()
USUAL = figure_cases.usual()


@cache
def drawn(name: str) -> Drawn:
    """A case's drawing, made once."""
    return draw(CASES[name], "fig7")


def slow_where(names: set[str], also: set[str]) -> list[Any]:
    """Cases as parameters, those of `also` marked slow."""
    return [
        pytest.param(n, marks=[pytest.mark.slow] * (n in also)) for n in sorted(names)
    ]


@pytest.mark.parametrize("name", slow_where(set(CASES), set(CASES) - set(USUAL)))
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


@pytest.mark.parametrize(
    ("style", "width"),
    [
        ("page", PAGE_WIDTH),
        ("paper", 3.0),
        ("slide", 9.0),
        pytest.param("paper", 6.5, marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("name", USUAL)
def test_words_stay_on_the_canvas(name: str, style: str, width: float) -> None:
    over = outside(USUAL[name], width, style)
    assert not over, over


def outside(data: FigureData, width: float, style: str) -> list[str]:
    """Texts that leave the canvas by more than a twentieth of an inch."""
    from matplotlib.text import Text

    look = STYLES[style]
    with lettering(look.font):
        figure, _ = canvas(data, look, width)
        figure.canvas.draw()
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


def test_labels_at_line_ends_do_not_touch() -> None:
    names = [f"network {i}" for i in range(9)]
    data = Curves(
        [
            Series(n, f"other{i}", (0, 10), (0.0, -0.001 * i))
            for i, n in enumerate(names)
        ],
        "lag",
        "what is left",
    )
    assert not touching(data, set(names))


def touching(data: FigureData, words: set[str]) -> list[tuple[str, str]]:
    """Pairs of texts among `words` whose boxes overlap."""
    from matplotlib.text import Text

    look = STYLES["page"]
    with lettering(look.font):
        figure, _ = canvas(data, look, PAGE_WIDTH)
        figure.canvas.draw()
        found = [
            (t.get_text(), t.get_window_extent())
            for t in figure.findobj(Text)
            if any(word in t.get_text() for word in words)
        ]
    return [
        (a, b)
        for i, (a, x) in enumerate(found)
        for b, y in found[i + 1 :]
        if x.overlaps(y)
    ]


@pytest.mark.parametrize("name", ["reach", "rank", "nine_vanish", "exploding"])
def test_labels_of_curves_do_not_touch(name: str) -> None:
    data = CASES[name]
    labels = {label for label, _ in data.names()}
    assert not touching(data, labels)


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
    from gradlab.report.figures import curve_axes

    data = Curves([Series("RNN", "rnn", (0, 100), (0.0, -83.0))], "lag", "left")
    words, starts = curve_axes.exit_words(data, -1, alone=True)
    assert words == ["RNN  continues to 10⁻⁸³"]
    assert starts[0] == pytest.approx(100 * 12 / 83)


def test_csv_holds_the_exact_numbers() -> None:
    from gradlab.report.html.views import csv_text

    value = -math.pi * 100 / 3
    text = csv_text(Heatmap(["RNN"], ["256"], [[value]]).table())
    assert float(text.splitlines()[1].split(",")[2]) == value


def test_dark_colours_are_variables_with_the_light_ones_as_fallback() -> None:
    svg = themed(draw(USUAL["rank"], "a").svg)
    assert "var(--g1f2430,#1f2430)" in svg


def test_a_curve_that_starts_at_exactly_zero_begins_where_it_is_first_seen() -> None:
    from gradlab.report.figures import curve_axes

    series = Series("detours", "detours", (0, 1, 2), (-math.inf, -1.0, -2.0))
    data = Curves([series], "lag", "left")
    x, y = curve_axes.seen(data, series)
    assert [(a, b) for a, b in zip(x, y, strict=True) if not math.isnan(b)] == [
        (1, -1.0),
        (2, -2.0),
    ]
