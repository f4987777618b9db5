"""Cells, words and furniture of `Heatmap`."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from gradlab.report.figures.base import Margins
from gradlab.report.figures.cells import BAR_HEIGHT, fill
from gradlab.report.figures.frame import figure_of, inches
from gradlab.report.figures.lettering import text_width, widest, wrap
from gradlab.report.figures.scale import GLYPH_MARKERS, LN10, signed


if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gradlab.report.figures.heatmap import Heatmap
    from gradlab.report.figures.style import Style

ROW_HEIGHT = 0.235
"""Inches, at 7.2 point."""
SMALLEST = 5.5
"""Points; what is too narrow for a glyph and a number even so shows one of them."""
GAP = 0.03
"""Inches between a glyph and its number."""
RASTER = 2000
"""Cells from which on the map is one image instead of one shape a cell."""


def last_value(data: Heatmap, row: int) -> float:
    """What orders rows when not all can be drawn: the last measured column."""
    values = [float(v) for v in data.values[row] if not math.isnan(float(v))]
    return values[-1] if values else math.inf


def row_height(style: Style) -> float:
    """Height of a row in inches."""
    return ROW_HEIGHT * style.small / 7.2


def body(data: Heatmap, style: Style) -> float:
    """Height of the axes in inches."""
    tops = data.tops()
    return (tops[-1] + 1 if tops else 1) * row_height(style)


def margins(data: Heatmap, width: float, style: Style, *, bar: bool) -> Margins:
    """Room for names and notes; `bar`: also for the colour bar below."""
    left = 0.12 + max(
        widest([data.rows[r] for r in data.shown()], style.small),
        text_width(data.row_name, style.small) * 0,
    )
    left = min(left, 0.42 * width)
    notes = [data.notes[r] for r in data.shown() if r < len(data.notes)]
    right = widest(notes, style.small) + 0.16 if any(notes) else 0.08
    narrow = (width - left - right) / max(len(data.columns), 1) < 0.4
    if right > 0.34 * width or narrow:
        right = 0.08
    cells = max(width - left - right, 0.5)
    most = 0.92 * style.small / 7.2 * max(len(data.columns), 1)
    right += max(0.0, cells - most)
    line = 1.3 * style.small / 72
    if _slanted(data, style, min(cells, most)):
        names = 0.72 * widest(_column_words(data), style.small) + 0.06
    else:
        names = _column_lines(data, style, min(cells, most)) * line
    bottom = 0.07 + names + (1.45 * line if data.column_name else 0.0)
    return Margins(
        left, bottom + (BAR_HEIGHT * style.small / 7.2 if bar else 0.02), right, 0.06
    )


def _slanted(data: Heatmap, style: Style, cells: float) -> bool:
    """Whether column names, even broken into lines, are wider than their cells."""
    room = cells / max(len(data.columns), 1) + 0.02
    if len(data.columns) > 12:
        room *= math.ceil(len(data.columns) / 12)
    lines = [line for c in _column_words(data) for line in _broken(c, style, room)]
    return widest(lines, style.small) > room


def _column_lines(data: Heatmap, style: Style, cells: float) -> int:
    width = cells / max(len(data.columns), 1)
    return max((len(_broken(c, style, width)) for c in _column_words(data)), default=1)


def _broken(text: str, style: Style, width: float) -> list[str]:
    return wrap(text.replace("_", " "), style.small, max(width - 0.04, 0.2)) or [""]


def _column_words(data: Heatmap) -> list[str]:
    count = len(data.columns)
    every = 1 if count <= 12 else math.ceil(count / 12)
    return [c if i % every == 0 else "" for i, c in enumerate(data.columns)]


def prepare(data: Heatmap, axes: Axes, style: Style) -> None:
    """Limits, names of rows and columns."""
    tops = data.tops()
    count = max(len(data.columns), 1)
    axes.set_xlim(0, count)
    axes.set_ylim(tops[-1] + 1 if tops else 1, 0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    width = inches(axes)[2] / count
    places = [i + 0.5 for i in range(len(data.columns))]
    if _slanted(data, style, inches(axes)[2]):
        words = [c.replace("_", " ") for c in _column_words(data)]
        slant = {"rotation": 45, "ha": "right", "va": "top", "rotation_mode": "anchor"}
    else:
        words = ["\n".join(_broken(c, style, width)) for c in _column_words(data)]
        slant = {}
    axes.set_xticks(places, words)
    axes.set_yticks([t + 0.5 for t in tops], [data.rows[r] for r in data.shown()])
    axes.tick_params(length=0, labelsize=style.small, colors=style.ink, pad=3)
    for label in axes.get_xticklabels():
        label.set(**slant)
    if data.column_name:
        axes.set_xlabel(
            data.column_name, fontsize=style.small, color=style.muted, labelpad=2
        )


def cells(data: Heatmap, axes: Axes, style: Style) -> None:
    """Colour, glyph and number of every drawn cell."""
    shown = data.shown()
    if len(shown) * len(data.columns) > RASTER:
        _raster(data, axes, style)
        return
    width = inches(axes)[2] / max(len(data.columns), 1)
    tops = data.tops()
    style = replace(style, small=_lettering(data, style, width))
    for place, row in enumerate(shown):
        for column in range(len(data.columns)):
            _cell(data, axes, style, row, column, tops[place], width)


def _lettering(data: Heatmap, style: Style, width: float) -> float:
    """The largest size, down to 5.5 point, at which glyph and number fit each cell."""
    texts = [
        data.marks.get((row, column)) or _number(float(value), data.word(row, column))
        for row in data.shown()
        for column, value in enumerate(data.values[row])
    ]
    size = style.small
    while size > SMALLEST and widest(texts, size) + _beside(size) > width - 0.03:
        size -= 0.25
    return max(size, min(SMALLEST, style.small))


def _beside(size: float) -> float:
    """Width of a glyph and the gap behind it."""
    return 0.085 * size / 7.2 + GAP


def _cell(
    data: Heatmap,
    axes: Axes,
    style: Style,
    row: int,
    column: int,
    top: float,
    width: float,
) -> None:
    from matplotlib.patches import Rectangle

    value, word = float(data.values[row][column]), data.word(row, column)
    colour, ink = fill(value, style)
    hatch = {"dead": "/////", "not_finite": "\\\\\\\\\\"}.get(word)
    if hatch:
        colour, ink = style.paper, style.ink
    elif style.grey and value > LN10:
        hatch = "|||"
    missing = not word and math.isnan(value)
    axes.add_patch(
        Rectangle(
            (column + 0.015, top + 0.03),
            0.97,
            0.94,
            facecolor="none" if missing else colour,
            edgecolor=style.grid if missing else "#9aa1ad" if hatch else style.grid,
            linewidth=0.4,
            hatch=hatch,
        )
    )
    if missing:
        return
    text = data.marks.get((row, column)) or _number(value, word)
    _words(
        axes,
        style,
        column + 0.5,
        top + 0.5,
        word,
        text,
        ink,
        width,
        box=colour if hatch else None,
    )


def _number(value: float, word: str) -> str:
    if word in ("dead", "not_finite") or not math.isfinite(value):
        return {"dead": "dead", "not_finite": "inf"}.get(word, "")
    return signed(value / LN10)


def _words(
    axes: Axes,
    style: Style,
    x: float,
    y: float,
    word: str,
    text: str,
    ink: str,
    width: float,
    *,
    box: str | None,
) -> None:
    """Glyph and number side by side; the number alone, or the glyph, if narrow."""
    glyph = _beside(style.small) - GAP
    wide = text_width(text, style.small)
    both = glyph + GAP + wide
    plate = {"facecolor": box, "edgecolor": "none", "pad": 0.8} if box else None
    if text and both <= width - 0.02:
        shift = (both / 2 - glyph / 2) / width
        _glyph(axes, style, x - shift, y, word, ink)
        axes.text(
            x + (both / 2 - wide / 2) / width,
            y,
            text,
            ha="center",
            va="center_baseline",
            fontsize=style.small,
            color=ink,
            bbox=plate,
        )
    elif text and wide <= width - 0.02:
        axes.text(
            x,
            y,
            text,
            ha="center",
            va="center_baseline",
            fontsize=style.small,
            color=ink,
            bbox=plate,
        )
    elif glyph < width:
        _glyph(axes, style, x, y, word, ink)


def _glyph(axes: Axes, style: Style, x: float, y: float, word: str, ink: str) -> None:
    shape = GLYPH_MARKERS.get(word)
    size = 4.3 * style.small / 7.2
    if shape is None:
        letter = {"undetermined": "?", "dead": "×", "not_finite": "!"}.get(word, "")
        axes.text(
            x,
            y,
            letter,
            ha="center",
            va="center_baseline",
            color=ink,
            fontsize=style.small,
            fontweight=600,
            bbox={"facecolor": style.paper, "edgecolor": "none", "pad": 0.6}
            if word != "undetermined"
            else None,
        )
        return
    axes.plot(
        [x],
        [y],
        marker=shape[0],
        markersize=size,
        linestyle="none",
        clip_on=False,
        markerfacecolor=ink if shape[1] else "none",
        markeredgecolor=ink,
        markeredgewidth=0.7,
    )


def _raster(data: Heatmap, axes: Axes, style: Style) -> None:
    import numpy as np

    from gradlab.report.figures.cells import colormap, position

    grid = np.full((len(data.shown()), len(data.columns), 4), 1.0)
    colours = colormap(style)
    for place, row in enumerate(data.shown()):
        for column, value in enumerate(data.values[row]):
            if math.isfinite(float(value)):
                grid[place, column] = colours(position(float(value)))
    rows, columns = grid.shape[:2]
    axes.imshow(grid, extent=(0, columns, rows, 0), aspect="auto", interpolation="none")
    axes.set_ylim(max(rows, data.tops()[-1] + 1), 0)


def outlines(data: Heatmap, axes: Axes, style: Style) -> None:
    """A thin frame around each row's widest stable run."""
    from matplotlib.patches import Rectangle

    tops = data.tops()
    for place, row in enumerate(data.shown()):
        run = data.outlines[row] if row < len(data.outlines) else None
        if run is None:
            continue
        axes.add_patch(
            Rectangle(
                (run[0] + 0.015, tops[place] + 0.03),
                run[1] - run[0] + 0.97,
                0.94,
                facecolor="none",
                edgecolor=style.ink,
                linewidth=1.2 * style.line,
                clip_on=False,
                zorder=4,
            )
        )


def notes(data: Heatmap, axes: Axes, style: Style) -> None:
    """Words at the right margin, where there is room for them."""
    _, _, width, _ = inches(axes)
    left = inches(axes)[0]
    room = figure_of(axes).get_size_inches()[0] - left - width
    tops = data.tops()
    for place, row in enumerate(data.shown()):
        note = data.notes[row] if row < len(data.notes) else ""
        if note and text_width(note, style.small) + 0.08 <= room:
            axes.annotate(
                note,
                (len(data.columns), tops[place] + 0.5),
                (6, 0),
                textcoords="offset points",
                va="center",
                ha="left",
                fontsize=style.small,
                color=style.ink,
                annotation_clip=False,
            )
