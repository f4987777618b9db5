"""Where the drawings of a `CellDiagram` stand, and the bars of its shares."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gradlab.report.figures.base import Spot, Track
from gradlab.report.figures.cell_plans import HEIGHT, NARROWEST, PLANS
from gradlab.report.figures.cell_shapes import Pen, unit
from gradlab.report.figures.lettered import words as lettered
from gradlab.report.figures.lettering import wrap
from gradlab.report.numbers import left


if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gradlab.report.figures.cell_diagram import CellDiagram
    from gradlab.report.figures.style import Style

BETWEEN = 0.3
WIDEST = 4.6
"""Units between drawings, and most units of one: longer roads say nothing more."""
LINE, ROW, BAR = 0.17, 0.15, 0.075

Box = tuple[str, float, float, float, float]
"""A cell, or "" for the bars: left, width, bottom and height in units."""


def draw(
    data: CellDiagram, figure: Figure, style: Style
) -> list[tuple[Axes, list[Track]]]:
    """Draw every box and set the figure's height; return what can be pointed at."""
    u, width = unit(style), float(figure.get_size_inches()[0])
    boxes, total = _boxes(data, width, style)
    figure.set_size_inches(width, total * u)
    placed = []
    for cell, x, wide, bottom, high in boxes:
        share = (x * u / width, bottom / total, wide * u / width, high / total)
        axes = figure.add_axes(share)
        axes.set_xlim(0, wide)
        axes.set_ylim(0, high)
        axes.axis("off")
        pen = Pen(axes, style, back=data.back)
        if not cell:
            placed.append((axes, _bars(data, pen, wide, high)))
            continue
        lines = _titled(data, cell, wide, style)
        for i, line in enumerate(lines):
            y = high - (i + 0.5) * _line(style)
            pen.write(0, y, line, fontsize=style.font, fontweight=600)
        PLANS[cell](pen, wide, high - len(lines) * _line(style), data.words)
        placed.append((axes, [Track(data.titles[cell], tuple(pen.spots))]))
    return placed


def _titled(data: CellDiagram, cell: str, wide: float, style: Style) -> list[str]:
    """Lines of a title; its letters are bold and wider than those measured."""
    return wrap(data.titles[cell], style.font, 0.94 * wide * unit(style))


def _line(style: Style) -> float:
    """Units of a title's line."""
    return 1.35 * style.font / 72 / unit(style)


def _boxes(data: CellDiagram, width: float, style: Style) -> tuple[list[Box], float]:
    """Boxes, and the height of all, in units."""
    wide = width / unit(style)
    first, *others = data.cells
    bars = bool(data.shares)
    beside = 2.2 if bars else max((NARROWEST[c] for c in others), default=0.0)
    if not beside:
        wide = min(wide, WIDEST)
        high = _high(data, first, wide, style)
        return [(first, 0.0, wide, 0.0, high)], high
    if wide < NARROWEST[first] + BETWEEN + beside:
        return _stacked(data, [first, *others, *[""] * bars], wide, style)
    main = min(WIDEST, 0.615 * (wide - BETWEEN), wide - BETWEEN - beside)
    main = max(main, NARROWEST[first])
    rest = min(wide - BETWEEN - main, WIDEST)
    if bars:
        high = max(_high(data, first, main, style), _bars_high(data))
        return [
            (first, 0.0, main, 0.0, high),
            ("", main + BETWEEN, rest, 0.0, high),
        ], high
    column, stack = _stacked(data, others, rest, style)
    high = max(stack, _high(data, first, main, style))
    moved = [
        (cell, main + BETWEEN, w, bottom + high - stack, h)
        for cell, _, w, bottom, h in column
    ]
    return [(first, 0.0, main, 0.0, high), *moved], high


def _stacked(
    data: CellDiagram, cells: list[str], wide: float, style: Style
) -> tuple[list[Box], float]:
    wide = min(wide, WIDEST)
    heights = [_high(data, c, wide, style) if c else _bars_high(data) for c in cells]
    bottom = total = sum(heights) + BETWEEN * (len(cells) - 1)
    boxes: list[Box] = []
    for cell, high in zip(cells, heights, strict=True):
        bottom -= high
        boxes.append((cell, 0.0, wide, bottom, high))
        bottom -= BETWEEN
    return boxes, total


def _high(data: CellDiagram, cell: str, wide: float, style: Style) -> float:
    return HEIGHT[cell] + len(_titled(data, cell, wide, style)) * _line(style)


def _bars_high(data: CellDiagram) -> float:
    per = LINE + len(data.shares) * ROW + 0.12
    return (1 + len(data.shares)) * LINE + 0.1 + len(data.roads) * per


def _bars(data: CellDiagram, pen: Pen, wide: float, high: float) -> list[Track]:
    """Per road its name, and a bar with its number for each network."""
    from matplotlib.patches import Rectangle

    texts = [lettered(left(float(ln))) for s in data.shares for ln in s.ln]
    room = wide - max(map(pen.width, texts)) - 0.08
    sizes = [math.exp(ln) for s in data.shares for ln in s.ln if math.isfinite(ln)]
    most = max([1.0, *sizes])

    def bar(x: float, at: float, length: float, colour: str) -> None:
        pen.axes.add_patch(
            Rectangle((x, at - BAR / 2), length, BAR, linewidth=0, facecolor=colour)
        )

    y = high - _line(pen.style) / 2
    pen.write(0, y, data.words["shares"], fontsize=pen.style.font, fontweight=600)
    for found in data.shares:
        y -= LINE
        bar(0, y, 0.16, pen.style.look(found.key).colour)
        pen.write(0.22, y, found.label)
    y -= LINE / 2 + 0.1
    spots: list[list[Spot]] = [[] for _ in data.shares]
    for place_, road in enumerate(data.roads):
        y -= LINE / 2 + 0.06
        pen.write(0, y, road, color=pen.style.muted)
        y -= LINE / 2
        for i, found in enumerate(data.shares):
            ln = float(found.ln[place_])
            middle = y - ROW / 2
            y -= ROW
            if math.isnan(ln):
                continue
            length = room * min(1.0, math.exp(min(ln, 50.0)) / most)
            bar(0, middle, room, pen.style.shade)
            bar(0, middle, length, pen.style.look(found.key).colour)
            words = lettered(left(ln))
            pen.write(room + 0.06, middle, words)
            spots[i].append(Spot(length, middle, f"{found.label}; {road}: {words}"))
        y -= 0.06
    return [
        Track(found.label, tuple(group))
        for found, group in zip(data.shares, spots, strict=True)
        if group
    ]
