"""Measured against predicted, by seaborn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from gradlab.report.figures.draw import free, ticks
from gradlab.report.figures.draw.looks import references
from gradlab.report.figures.draw.room import column
from gradlab.report.figures.lettering import wrap
from gradlab.report.figures.scatter import Point, Scatter
from gradlab.report.figures.style import Style


if TYPE_CHECKING:
    from matplotlib.axes import Axes

Named = tuple[tuple[float, float], list[str]]


def height(data: Scatter, width: float, style: Style) -> float:
    """A square where narrow."""
    return min(2.8, width)


def limits(data: Scatter) -> tuple[tuple[float, float], tuple[float, float]]:
    """Limits of x and y, with room; equal where there is a diagonal to compare."""
    points = data.drawable()
    xs = [p.x for p in points] + [x for x, _ in data.lines]
    xs += [p.second for p in points if math.isfinite(p.second)]
    ys = [p.y for p in points]
    if data.diagonal:
        xs = ys = xs + ys
    return _roomy(xs), _roomy(ys)


def _roomy(values: list[float]) -> tuple[float, float]:
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    room = 0.18 * (high - low) or 0.5
    return low - room, high + room


def paint(data: Scatter, axes: Any, style: Style, *, alone: bool) -> None:
    """Points with their second marks, the diagonal, reference lines, what marks are."""
    import seaborn

    x_limits, y_limits = limits(data)
    axes.set(xlim=x_limits, ylim=y_limits)
    points = data.drawable()
    looks = {p.key: style.look(p.key) for p in points}
    for point in points:
        if math.isfinite(point.second):
            mark = {"marker": "|", "markersize": 7 * style.line, "markevery": [1]}
            line = {"color": looks[point.key].colour, "linewidth": 1.1 * style.line}
            xs, ys = (point.x, point.second), (point.y, point.y)
            axes.plot(xs, ys, zorder=2, **mark, **line)
    if points:
        seaborn.scatterplot(
            x=[p.x for p in points],
            y=[p.y for p in points],
            hue=[p.key for p in points],
            style=[p.key for p in points],
            palette={key: look.colour for key, look in looks.items()},
            markers={key: look.marker for key, look in looks.items()},
            s=32 * style.line**2,
            legend=False,
            zorder=3,
            ax=axes,
        )
    if data.diagonal:
        axes.plot(x_limits, x_limits, color=style.muted, linewidth=0.9, ls=(0, (3, 2)))
    references(data.lines, axes, style)
    width = column(axes) - 0.8
    ticks.rate(axes.xaxis, data.x_scale, x_limits, width, style)
    room = height(data, width, style)
    ticks.rate(axes.yaxis, data.y_scale, y_limits, room, style)
    axes.grid(True)
    marks = (("●", data.main_label), ("|", data.joined_label), ("- -", data.diagonal))
    key = [f"{m} {label}".replace(" ", "\u00a0") for m, label in marks if label]
    key = wrap("\u00a0\u00a0 ".join(key), style.small, width)
    axes.set_xlabel("\n".join([*wrap(data.x_label, style.small, width), *key]))
    axes.set_ylabel(data.y_label)


def finish(data: Scatter, axes: Axes, style: Style) -> None:
    """Names beside their points where they are free."""
    points = data.drawable()
    wide = 7 * style.line
    taken = free.dots(axes, [(p.x, p.y) for p in points], wide)
    second = [(p.second, p.y) for p in points if math.isfinite(p.second)]
    minor = free.dots(axes, second, wide)
    for at, names in _named(axes, sorted(points, key=lambda p: -p.x), wide / 3):
        name = " / ".join(names) if len(names) < 3 else f"{names[0]} + {len(names) - 1}"
        free.write(axes, name, at, free.around(), taken, minor, size=style.small)


def _named(axes: Axes, points: list[Point], near: float) -> list[Named]:
    """Places with the names of all points that lie on one another there."""
    found: list[Named] = []
    for point in points:
        at = point.x, point.y
        for other, names in found:
            if math.dist(*axes.transData.transform([at, other])) < near:
                names.append(point.label)
                break
        else:
            found.append((at, [point.label]))
    return found
