"""A legend line above panels: samples with names, wrapped to the width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradlab.report.figures.frame import sample, write
from gradlab.report.figures.lettering import text_width


if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from gradlab.report.figures.style import Style

Names = Sequence[tuple[str, str]]


def _flow(names: Names, width: float, style: Style) -> list[list[tuple[float, int]]]:
    """Lines of (x, index of name)."""
    lines: list[list[tuple[float, int]]] = [[]]
    x = 0.05
    for index, (label, _) in enumerate(names):
        wide = 0.30 * style.font / 8.2 + 0.05 + text_width(label, style.small) + 0.16
        if x + wide > width and lines[-1]:
            lines.append([])
            x = 0.05
        lines[-1].append((x, index))
        x += wide
    return lines


def legend_height(names: Names, width: float, style: Style) -> float:
    """Inches the legend takes; 0 where there is nothing to tell apart."""
    if len(names) < 2:
        return 0.0
    return len(_flow(names, width, style)) * 1.6 * style.small / 72 + 0.1


def legend(figure: Figure, names: Names, style: Style, *, line: bool = True) -> float:
    """Draw along the top; return the height used."""
    width, top = figure.get_size_inches()
    high = legend_height(names, width, style)
    if not high:
        return 0.0
    step = 1.6 * style.small / 72
    for row, places in enumerate(_flow(names, width, style)):
        y = top - (row + 0.55) * step
        for x, index in places:
            label, key = names[index]
            start = sample(figure, x, y, style.look(key), style, line=line)
            write(figure, start, y, label, style)
    return high
