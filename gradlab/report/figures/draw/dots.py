"""Rows of marks on one scale, by seaborn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.report.figures.dots import Dots, Marks
from gradlab.report.figures.draw import ticks
from gradlab.report.figures.draw.looks import references
from gradlab.report.figures.draw.room import column
from gradlab.report.figures.lettering import text_width, wrap
from gradlab.report.figures.style import Look, Style
from gradlab.report.words import spoken


if TYPE_CHECKING:
    from matplotlib.axes import Axes


def height(data: Dots, width: float, style: Style) -> float:
    """Rows of one height."""
    return max(1, len(data.rows)) * 1.75 * style.small / 72


def limits(data: Dots) -> tuple[float, float]:
    """Where finite values, intervals and reference lines lie, with some room."""
    values = [float(v) for m in data.marks for v in m.values]
    values += [float(v) for m in data.marks for v in (*(m.low or ()), *(m.high or ()))]
    values += [x for x, _ in data.lines]
    values = [v for v in values if math.isfinite(v)]
    low, high = (min(values), max(values)) if values else (-1.0, 0.0)
    if data.scale == "kept":
        high = max(high, 0.0)
        low = min(low, high - math.log(2))
    # ticks have six digits: narrower axes would repeat them
    room = max(0.06 * (high - low), 5e-5 * max(abs(low), abs(high))) or 0.5
    return low - room, high + room


def paint(data: Dots, axes: Axes, style: Style, *, alone: bool) -> None:
    """Marks side by side in each row, with their intervals; reference lines."""
    import pandas
    import seaborn

    low, high = limits(data)
    looks = {m.label: style.look(m.key) for m in data.marks}
    bands = [m for m in data.marks if not looks[m.label].marker]
    for marks in bands:
        _bands(marks, axes, looks.pop(marks.label), (low, high), style)
    tidy = pandas.DataFrame(
        [
            (row, m.label, float(side[row]))
            for m in data.marks
            if m.label in looks
            for side in (m.values, m.low, m.high)
            if side is not None
            for row in range(len(data.rows))
            if math.isfinite(float(side[row]))
        ],
        columns=["row", "mark", "value"],
    )
    if len(tidy):
        seaborn.pointplot(
            tidy,
            x="value",
            y="row",
            hue="mark",
            order=range(len(data.rows)),
            hue_order=list(looks),
            palette={label: look.colour for label, look in looks.items()},
            markers=[look.marker for look in looks.values()],
            markersize=5.5 * style.line,
            linestyle="none",
            dodge=0.16 * (len(looks) - 1) or False,
            estimator="median",  # of low, value and high: the value
            errorbar=("pi", 100),
            err_kws={"linewidth": 1.1 * style.line},
            orient="h",
            legend=False,
            ax=axes,
        )
    for label, look in looks.items():
        axes.plot([], [], look.marker, color=look.colour, label=label)
    _gone(data, axes, style, (low, high))
    axes.set_xlim(low, high)
    axes.set_ylim(len(data.rows) - 0.5, -0.5)
    names = max((text_width(name, style.small) for name in data.rows), default=0.0)
    names = min(names, 0.42 * column(axes))
    words = ["\n".join(wrap(name, style.small, names)) for name in data.rows]
    axes.set_yticks(range(len(data.rows)), words)
    width = column(axes) - names - 0.3
    ticks.rate(axes.xaxis, data.scale, (low, high), width, style)
    axes.set_xlabel("\n".join(wrap(data.x_label, style.small, column(axes) - 0.3)))
    axes.set_ylabel("")
    axes.grid(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    references(data.lines, axes, style)


BAND = 0.36
"""Half the height of a band, in rows."""


def _bands(
    marks: Marks, axes: Axes, look: Look, ends: tuple[float, float], style: Style
) -> None:
    """Shade from low to high in each row, with a line at the value."""
    for row, value in enumerate(marks.values):
        sides = (row - BAND, row + BAND)
        if marks.low is not None and marks.high is not None:
            low, high = np.clip((marks.low[row], marks.high[row]), *ends)
            axes.fill_betweenx(
                sides, low, high, color=look.colour, alpha=0.16, linewidth=0, zorder=1
            )
        axes.vlines(value, *sides, look.colour, linewidth=look.width * style.line)
    (line,) = axes.plot([], [], color=look.colour, label=marks.label)
    line.set_linewidth(look.width * style.line)


def _gone(data: Dots, axes: Any, style: Style, ends: tuple[float, float]) -> None:
    """Say at the edge what is exactly zero or not finite."""
    w = spoken("drawing")
    for marks in data.marks:
        for row, value in enumerate(map(float, marks.values)):
            if math.isinf(value):
                words, ha = (
                    (f"{w.NOT_FINITE} ", "right")
                    if value > 0
                    else (f" {w.DEAD}", "left")
                )
                place = {"ha": ha, "va": "center", "size": style.small}
                axes.text(ends[value > 0], row, words, **place)
