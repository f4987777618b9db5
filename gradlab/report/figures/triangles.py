"""Time x time maps: how strongly step t reaches step T, for all pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from gradlab.report.figures.base import FigureData, Spot, TableData, Track
from gradlab.report.figures.scale import left_words


if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gradlab.report.figures.style import Style

STOPS = 12
"""Readings along each side of a panel."""


@dataclass(frozen=True)
class Triangle:
    """One network's map.

    steps: the later steps T (rows); lags: the lags (columns), as the record has them.
    values: steps x lags, ln of the spectral norm; NaN where the lag exceeds T.
    """

    title: str
    steps: Sequence[float]
    lags: Sequence[float]
    values: Sequence[Sequence[float]]

    def pairs(self) -> list[tuple[float, float, float]]:
        """(T, t, ln of what is left) for every measured pair, and 1 at lag 0."""
        found = [
            (float(step), float(step) - float(lag), float(value))
            for step, row in zip(self.steps, self.values, strict=True)
            for lag, value in zip(self.lags, row, strict=True)
            if step >= lag and not math.isnan(float(value))
        ]
        if 0 not in self.lags:
            found += [(step, step, 0.0) for step in sorted({f[0] for f in found})]
        return found


@dataclass(frozen=True)
class Triangles(FigureData):
    """Panels side by side: x the earlier step t, y the later step T.

    contours: thresholds in natural logarithms with their names.
    """

    kind: ClassVar[str] = "triangles"
    panels: Sequence[Triangle]
    contours: Sequence[tuple[float, str]] = ((-6.907755, "1/1000"), (6.907755, "1000"))

    def _count(self, width: float) -> int:
        return max(1, min(len(self.panels), 4 if width > 5 else 2))

    def _side(self, width: float, style: Style) -> float:
        count = self._count(width)
        return min(3.0, (width - self._left(style) - 0.1 - 0.16 * (count - 1)) / count)

    def _left(self, style: Style) -> float:
        return 0.44 * style.small / 7.2

    def _titles(self, width: float, style: Style) -> list[list[str]]:
        from gradlab.report.figures.lettering import wrap

        side = self._side(width, style)
        return [wrap(p.title, style.font, side + 0.1) for p in self.panels]

    def _row(self, width: float, style: Style) -> float:
        lines = max((len(t) for t in self._titles(width, style)), default=1)
        below = 0.44 * style.small / 7.2
        return lines * 1.3 * style.font / 72 + 0.07 + self._side(width, style) + below

    def height(self, width: float, style: Style) -> float:
        """Rows of squares and the colour bar."""
        from gradlab.report.figures.cells import BAR_HEIGHT

        rows = math.ceil(len(self.panels) / self._count(width))
        return rows * self._row(width, style) + BAR_HEIGHT * style.small / 7.2

    def draw(self, figure: Figure, style: Style) -> list[tuple[Axes, list[Track]]]:
        """Draw the panels from the left, the colour bar below."""
        from gradlab.report.figures import triangle_axes
        from gradlab.report.figures.cells import bar
        from gradlab.report.figures.frame import place, write

        width, total = figure.get_size_inches()
        side, titles = self._side(width, style), self._titles(width, style)
        line = 1.3 * style.font / 72
        lines = max((len(t) for t in titles), default=1)
        placed: list[tuple[Axes, list[Track]]] = []
        for index, panel in enumerate(self.panels):
            row, column = divmod(index, self._count(width))
            top = total - row * self._row(width, style)
            left = self._left(style) + column * (side + 0.16)
            for i, words in enumerate(titles[index]):
                write(
                    figure,
                    left,
                    top - (i + 0.5) * line,
                    words,
                    style,
                    fontsize=style.font,
                    fontweight=600,
                )
            axes = place(figure, left, top - lines * line - 0.07 - side, side, side)
            triangle_axes.paint(
                panel,
                self.contours,
                axes,
                style,
                first=index == 0,
                labelled=column == 0,
            )
            placed.append((axes, self._tracks(panel)))
        bar(figure, style, 0.1, width - 0.2)
        return placed

    def _tracks(self, panel: Triangle) -> list[Track]:
        from gradlab.report.figures.curves import thinned

        values = {(step, early): value for step, early, value in panel.pairs()}
        steps = [float(panel.steps[i]) for i in thinned(len(panel.steps), STOPS)]
        tracks = []
        for step in reversed(steps):
            earlier = sorted(t for s, t in values if s == step)
            tracks.append(
                Track(
                    f"{panel.title}: from step {step:g}",
                    tuple(
                        Spot(
                            t,
                            step,
                            f"{panel.title}; from step {step:g} back to "
                            f"step {t:g}; {left_words(values[step, t])}",
                        )
                        for t in (earlier[i] for i in thinned(len(earlier), STOPS))
                    ),
                )
            )
        return [track for track in tracks if track.spots]

    def table(self) -> TableData:
        """One row per pair of steps."""
        rows = [
            [panel.title, later, earlier, value]
            for panel in self.panels
            for later, earlier, value in panel.pairs()
        ]
        return ["network", "later_step", "earlier_step", "ln_left"], rows

    def grids(self) -> list[tuple[str, TableData]]:
        """Per panel: later steps down, lags across, thinned to eight."""
        return [(panel.title, _grid(panel)) for panel in self.panels]


def _grid(panel: Triangle) -> TableData:
    from gradlab.report.figures.curves import thinned

    lags = thinned(len(panel.lags), 8)
    rows = []
    for i in thinned(len(panel.steps), 8):
        words = []
        for j in lags:
            value = float(panel.values[i][j])
            possible = panel.lags[j] <= panel.steps[i] and not math.isnan(value)
            words.append(left_words(value).removesuffix(" left") if possible else "")
        rows.append([f"{panel.steps[i]:g}", *words])
    return ["later step \\ lag", *(f"{panel.lags[j]:g}" for j in lags)], rows


def square(panel: Triangle) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Steps T, earlier steps t and a T x t array of ln, NaN where t > T.

    Pairs that were left out between measured ones are filled in along each row.
    """
    pairs = panel.pairs()
    later = np.array(sorted({p[0] for p in pairs}))
    earlier = np.array(sorted({p[1] for p in pairs}))
    rows = {step: i for i, step in enumerate(later)}
    columns = {step: i for i, step in enumerate(earlier)}
    grid = np.full((len(later), len(earlier)), np.nan)
    for step, early, value in pairs:
        grid[rows[step], columns[early]] = value
    for row in grid:
        known = np.flatnonzero(~np.isnan(row))
        if known.size > 1:
            inner = np.arange(known[0], known[-1] + 1)
            row[inner] = np.interp(inner, known, row[known])
    return later, earlier, grid
