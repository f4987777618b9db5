"""Axes of `Dots`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gradlab.report.figures import ticks
from gradlab.report.figures.base import Margins
from gradlab.report.figures.frame import figure_of, furnish, inches, marker_kwargs
from gradlab.report.figures.legend import legend, legend_height
from gradlab.report.figures.lettering import text_width, widest, wrap
from gradlab.report.figures.scale import LN10, power, tick_word


if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gradlab.report.figures.dots import Dots
    from gradlab.report.figures.style import Style


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
    room = 0.06 * (high - low) or 0.5
    return low - room, high + room


def scale_ticks(
    scale: str, low: float, high: float, width: float, size: float
) -> tuple[list[float], list[str]]:
    """Ticks of a "kept", "left" or linear axis `width` inches long."""
    if scale == "kept":
        return ticks.kept_ticks(low, high, width, size)
    if scale == "left":
        span = (high - low) / LN10
        step = max(1, math.ceil(span / max(2, width / 0.75)))
        exponents = range(
            math.ceil(low / LN10 / step) * step, math.floor(high / LN10) + 1, step
        )
        words = [tick_word(e) if abs(e) <= 3 else power(e) for e in exponents]
        return [e * LN10 for e in exponents], words
    return ticks.plain_ticks(low, high, max(2, min(6, int(width / 0.6))))


def margins(data: Dots, width: float, style: Style, *, alone: bool) -> Margins:
    """Room for row names, the axis, the legend and the lines' names."""
    lines = [line for name in _names(data, style, width) for line in name.split("\n")]
    left = 0.14 + widest(lines, style.small)
    top = 0.06 + (0.2 * style.small / 7.2 if data.lines else 0.0)
    if alone:
        top += legend_height(data.names(), width, style)
    return Margins(left, 0.46 * style.font / 8.2, 0.14 * style.small / 7.2, top)


def _names(data: Dots, style: Style, width: float) -> list[str]:
    """The rows' names, broken into lines where one would take half the width."""
    room = 0.45 * width - 0.14
    return ["\n".join(wrap(name, style.small, room)) for name in data.rows]


def paint(data: Dots, axes: Axes, style: Style, *, alone: bool) -> None:
    """Draw everything."""
    furnish(axes, style, grid="x")
    tops = data.tops()
    low, high = limits(data)
    axes.set_xlim(low, high)
    axes.set_ylim((tops[-1] + 1) if tops else 1, 0)
    places, words = scale_ticks(data.scale, low, high, inches(axes)[2], style.small)
    axes.set_xticks(places, words)
    names = _names(data, style, float(figure_of(axes).get_size_inches()[0]))
    axes.set_yticks([t + 0.5 for t in tops], names)
    axes.tick_params(axis="y", length=0, pad=4)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(data.x_label, fontsize=style.font, color=style.ink, labelpad=3)
    for top in tops:
        axes.axhline(top + 0.5, color=style.grid, linewidth=0.7, zorder=0.5)
    _lines(data, axes, style)
    for marks in data.marks:
        _marks(data, marks, axes, style)
    if alone:
        legend(figure_of(axes), data.names(), style, line=False)


def _lines(data: Dots, axes: Axes, style: Style) -> None:
    low, high = axes.get_xlim()
    width = inches(axes)[2]
    for value, label in data.lines:
        axes.axvline(
            value, color=style.ink, linewidth=0.9 * style.line, dashes=(3, 2), zorder=1
        )
        room = (high - value) / (high - low) * width
        fits = text_width(label, style.small) + 0.05 < room
        axes.annotate(
            label,
            (value, 1),
            (-2 if fits else 2, 3),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            fontsize=style.small,
            color=style.ink,
            va="bottom",
            ha="left" if fits else "right",
            annotation_clip=False,
        )


def _marks(data: Dots, marks: object, axes: Axes, style: Style) -> None:
    look = style.look(marks.key)  # type: ignore[attr-defined]
    low, high = limits(data)
    for row, top in enumerate(data.tops()):
        value = float(marks.values[row])  # type: ignore[attr-defined]
        if math.isnan(value):
            continue
        if not math.isfinite(value):
            axes.annotate(
                "dead" if value < 0 else "not finite",
                (low if value < 0 else high, top + 0.5),
                (4 if value < 0 else -4, 0),
                textcoords="offset points",
                va="center_baseline",
                color=style.ink,
                fontsize=style.small,
                ha="left" if value < 0 else "right",
            )
            continue
        ends = [
            float(side[row])
            for side in (marks.low, marks.high)  # type: ignore[attr-defined]
            if side is not None and math.isfinite(float(side[row]))
        ]
        if len(ends) == 2:
            axes.plot(ends, [top + 0.5] * 2, color=look.colour, linewidth=1.1, zorder=2)
        axes.plot([value], [top + 0.5], zorder=3, **marker_kwargs(look, style, 6.0))
