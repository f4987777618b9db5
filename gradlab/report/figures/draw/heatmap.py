"""A signed map by seaborn: glyph and power of ten in each cell, family by family."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from gradlab.report.figures.draw import room
from gradlab.report.figures.draw.colours import colormap, fill
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.figures.lettering import text_width, wrap
from gradlab.report.figures.scale import CLIP, GLYPHS, LN10, signed
from gradlab.report.figures.style import Style
from gradlab.report.words import spoken


if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIGNED = True
SMALLEST = 5.5
"""Points; a cell too narrow for glyph and number even so shows one of them."""
RASTER = 600
"""Cells from which on they hold no words and are one image."""
WIDEST = 8.0
"""Width of a cell at most, in heights of its letters."""
THIN = "\u202f"
"""Between a glyph and its number."""
HATCHES = {"dead": "/////", "not_finite": "\\\\\\\\\\"}
EDGE = "#9aa1ad"


def height(data: Heatmap, width: float, style: Style) -> float:
    """Rows of one height."""
    return max(1, len(data.shown())) * 2.1 * style.small / 72


def widest(data: Heatmap, style: Style) -> float:
    """Inches of the axes at most: few columns do not spread over the page."""
    return max(1, len(data.columns)) * WIDEST * style.small / 72


def paint(data: Heatmap, axes: Axes, style: Style, *, alone: bool) -> Any:
    """Cells, words, frames around stable runs, notes, gaps between families."""
    import numpy as np
    import seaborn

    shown, columns = data.shown(), range(len(data.columns))
    exponents = np.array([data.values[row] for row in shown], float) / LN10
    words = [[data.word(row, column) for column in columns] for row in shown]
    exponents[np.isneginf(exponents) & (np.array(words) != "dead")] = -CLIP
    many = exponents.size > RASTER
    seaborn.heatmap(
        np.nan_to_num(exponents, nan=0.0, posinf=0.0, neginf=0.0),
        ax=axes,
        mask=np.isnan(exponents),
        cmap=colormap(style),
        vmin=-CLIP,
        vmax=CLIP,
        cbar=False,
        annot=not many and [[_words(data, r, c) for c in columns] for r in shown],
        fmt="",
        annot_kws={"size": style.small, "in_layout": False},
        linewidths=0 if many else 0.8,
        linecolor=style.paper,
        xticklabels=[],
        yticklabels=[data.rows[row] for row in shown],
        rasterized=many,
    )
    axes.tick_params(length=0, rotation=0)
    _names(data, axes, style)
    axes.spines[:].set_visible(False)
    texts = iter(list(axes.texts))
    for place, row in enumerate(shown):
        if place and row in data.groups:
            axes.axhline(place, color=style.paper, linewidth=4.5)
        for column in columns if not many else ():
            exponent, word = float(exponents[place, column]), data.word(row, column)
            if math.isnan(exponent):
                _box(axes, place, column, edgecolor=style.grid, linewidth=0.4)
                continue
            colour, ink = fill(exponent * LN10, style)
            text = next(texts)
            text.set_color(ink)
            hatch = HATCHES.get(word, "|||" if style.grey and exponent > 1 else "")
            if hatch:
                _box(axes, place, column, edgecolor=EDGE, linewidth=0.4, hatch=hatch)
                text.set_bbox({"facecolor": colour, "edgecolor": "none", "pad": 0.8})
        _run(data, axes, style, row, place)
    return axes.collections[0]


def _names(data: Heatmap, axes: Axes, style: Style) -> None:
    """Names of columns, broken into lines; slanted where a word is too wide."""
    size, columns = style.small, len(data.columns)
    every = math.ceil(columns / 12)
    rows = max((text_width(data.rows[r], size) for r in data.shown()), default=0.0)
    width = min((room.column(axes) - rows) * 0.95, widest(data, style))
    axes.set_xlabel("\n".join(wrap(data.column_name, size, width)), color=style.muted)
    cell = width / columns * every
    places = range(0, columns, every)
    names = [wrap(data.columns[i].replace("_", " "), size, cell - 0.04) for i in places]
    slanted = max(text_width(line, size) for name in names for line in name) > cell
    axes.set_xticks(
        [i + 0.5 for i in places],
        [(" " if slanted else "\n").join(name) for name in names],
        rotation=45 if slanted else 0,
        ha="right" if slanted else "center",
        rotation_mode="anchor",
    )


def _words(data: Heatmap, row: int, column: int) -> str:
    """Glyph and signed power of ten, or what stands in their place."""
    value, word = float(data.values[row][column]), data.word(row, column)
    w = spoken("drawing")
    masked = {"dead": w.DEAD, "not_finite": w.INFINITE}.get(word)
    text = data.marks.get((row, column)) or masked or signed(value / LN10)
    return f"{GLYPHS.get(word, '')}{THIN}{text}".strip(THIN).replace("✕", "×")


def _box(axes: Axes, place: int, column: int, columns: int = 1, **options: Any) -> None:
    from matplotlib.patches import Rectangle

    corner = (column + 0.015, place + 0.03)
    axes.add_patch(Rectangle(corner, columns - 0.03, 0.94, fill=False, **options))


def _run(data: Heatmap, axes: Axes, style: Style, row: int, place: int) -> None:
    """A frame around the row's widest stable run, its words at the right margin."""
    run = data.outlines[row] if row < len(data.outlines) else None
    if run is not None:
        line = {"edgecolor": style.ink, "linewidth": 1.2 * style.line, "zorder": 4}
        _box(axes, place, run[0], run[1] - run[0] + 1, clip_on=False, **line)
    note = data.notes[row] if row < len(data.notes) else ""
    if note and room.page(axes) >= 5:
        at, offset = (len(data.columns), place + 0.5), (6, 0)
        options: dict[str, Any] = {"va": "center", "size": style.small}
        axes.annotate(note, at, offset, textcoords="offset points", **options)


def finish(data: Heatmap, axes: Axes, style: Style) -> None:
    """Letters as large as all cells allow; where narrow numbers alone, or glyphs."""
    space = axes.get_window_extent().width / len(data.columns) - 1.5
    texts = [t for t in axes.texts if t.get_position()[0] < len(data.columns)]
    words = [text.get_text().partition(THIN) for text in texts]
    size = 0.0
    for form in (slice(3), slice(2, 3), slice(1), slice(0)):
        for text, parts in zip(texts, words, strict=True):
            text.set_text("".join(parts[form]))
        widths = [text.get_window_extent().width for text in texts]
        numbers = [w for w, p in zip(widths, words, strict=True) if p[2][-1:].isdigit()]
        size = style.small * min(1.0, space / max([*numbers, 1.0]))
        if size >= SMALLEST:
            break
    for text, parts in zip(texts, words, strict=True):
        text.set_fontsize(size)
        if text.get_window_extent().width > space + 1:
            text.set_text(parts[0])
