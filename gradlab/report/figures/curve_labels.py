"""Words on `Curves`: ends, exits through floor and ceiling, crossings."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gradlab.report.figures import curve_axes
from gradlab.report.figures.frame import figure_of, inches, sample, write
from gradlab.report.figures.lettering import text_width
from gradlab.report.figures.spread import spread, stairs


if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gradlab.report.figures.curves import Curves
    from gradlab.report.figures.style import Style


def to_inches(axes: Axes, x: float, y: float) -> tuple[float, float]:
    """A data point in inches from the figure's lower left corner."""
    pixel_x, pixel_y = axes.transData.transform((x, y))
    dpi = figure_of(axes).dpi
    return float(pixel_x) / dpi, float(pixel_y) / dpi


def ends(data: Curves, axes: Axes, style: Style) -> None:
    """Labels right of the axes, spread apart, each joined to its line's end."""
    left, bottom, width, height = inches(axes)
    staying = [s for s in data.series if curve_axes.leaving(data, s) is None]
    spots = []
    for series in staying:
        good = [
            (float(x), float(y))
            for x, y in zip(series.x, series.y, strict=True)
            if math.isfinite(y) and not (data.x_log2 and x <= 0)
        ]
        if good:
            x, y = good[-1]
            spots.append((series, *to_inches(axes, x, data.window.clip(y))))
    gap = 1.42 * style.small / 72
    heights = spread([y for _, _, y in spots], gap, bottom, bottom + height)
    for (series, x, y), label_y in zip(spots, heights, strict=True):
        look = style.look(series.key)
        if series.open_end:
            _dot(axes, x, y, look.colour, style, hollow=True)
        start = left + width + 0.12
        _leader(axes, (x + 0.035, y), (start - 0.02, label_y), style)
        text_x = sample(figure_of(axes), start, label_y, look, style)
        words = curve_axes.end_words(series)
        write(figure_of(axes), text_x, label_y, words, style)


def _leader(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], style: Style
) -> None:
    from matplotlib.lines import Line2D

    figure_of(axes).add_artist(
        Line2D(
            [start[0], end[0]],
            [start[1], end[1]],
            transform=figure_of(axes).dpi_scale_trans,
            color=style.muted,
            linewidth=0.5 * style.line,
        )
    )


def _dot(
    axes: Axes, x: float, y: float, colour: str, style: Style, *, hollow: bool
) -> None:
    from matplotlib.lines import Line2D

    figure_of(axes).add_artist(
        Line2D(
            [x],
            [y],
            transform=figure_of(axes).dpi_scale_trans,
            marker="o",
            markersize=5 * style.line,
            linestyle="none",
            markerfacecolor=style.paper if hollow else colour,
            markeredgecolor=colour,
            markeredgewidth=1.1 * style.line,
        )
    )


def exits(data: Curves, axes: Axes, style: Style, *, alone: bool) -> None:
    """Arrows where curves leave the window, with where they go on to."""
    for side in (-1, 1):
        words, starts = curve_axes.exit_words(data, side, alone=alone)
        if words:
            _exits(data, axes, style, side, words, starts, alone=alone)


def _exits(
    data: Curves,
    axes: Axes,
    style: Style,
    side: int,
    words: list[str],
    starts: list[float],
    *,
    alone: bool,
) -> None:
    left, _, width, _ = inches(axes)
    keys = [
        s.key
        for s in data.series
        if (gone := curve_axes.leaving(data, s)) is not None and gone[1] == side
    ]
    limit = data.window.y[0] if side < 0 else data.window.y[1]
    room = curve_axes.ROW * style.small / 7.2
    lead = curve_axes.lead(style, alone=alone)
    wide = [text_width(word, style.small) + lead for word in words]
    feet = [to_inches(axes, x, limit)[0] - left for x in starts]
    held = curve_axes._held(feet, wide, width)
    rows = stairs(held, wide)
    base = to_inches(axes, starts[0], limit)[1]
    for word, foot, start, row, key in zip(words, feet, held, rows, keys, strict=True):
        look = style.look(key)
        y = base + side * (row + 0.75) * room
        _arrow(axes, left + foot, base, y, look.colour, style)
        x = left + start + 0.06
        if alone:
            x = sample(figure_of(axes), x, y, look, style)
        write(figure_of(axes), x, y, word, style)


def _arrow(
    axes: Axes, x: float, start: float, end: float, colour: str, style: Style
) -> None:
    axes.annotate(
        "",
        (x * 72, end * 72),
        (x * 72, start * 72),
        xycoords="figure points",
        textcoords="figure points",
        arrowprops={
            "arrowstyle": "-|>,head_width=0.14,head_length=0.28",
            "color": colour,
            "linewidth": 0.9 * style.line,
            "shrinkA": 0,
            "shrinkB": 0,
        },
        annotation_clip=False,
    )


def crossings(data: Curves, axes: Axes, style: Style) -> None:
    """Dots where curves pass the threshold, led up to a row of steps on top."""
    crossed = [(s, s.crossing) for s in data.series if s.crossing is not None]
    if not crossed:
        return
    left, bottom, width, height = inches(axes)
    spots = [to_inches(axes, c.x, c.y) for _, c in crossed]
    gap = max(text_width(c.text, style.small) for _, c in crossed) + 0.07
    places = spread([x for x, _ in spots], gap, left + gap / 2, left + width)
    top = bottom + height
    row = top + 0.17 * style.small / 7.2
    for (series, crossing), (x, y), place in zip(crossed, spots, places, strict=True):
        _leader(axes, (x, y), (x, top - 0.02), style)
        _leader(axes, (x, top - 0.02), (place, row - 0.07), style)
        _dot(axes, x, y, style.look(series.key).colour, style, hollow=False)
        write(figure_of(axes), place, row, crossing.text, style, ha="center")
    if data.crossing_label:
        start = max(places) + gap / 2 + 0.06
        room = figure_of(axes).get_size_inches()[0] - start
        if text_width(data.crossing_label, style.small) > room:
            return
        write(
            figure_of(axes), start, row, data.crossing_label, style, color=style.muted
        )
