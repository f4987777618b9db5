"""Axes of `Scatter`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gradlab.report.figures.base import Margins
from gradlab.report.figures.dot_axes import scale_ticks
from gradlab.report.figures.frame import figure_of, furnish, inches, marker_kwargs
from gradlab.report.figures.lettering import text_width, widest, wrap


if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gradlab.report.figures.scatter import Point, Scatter
    from gradlab.report.figures.style import Style


def drawable(data: Scatter) -> list[Point]:
    """Points with finite coordinates."""
    return [p for p in data.points if math.isfinite(p.x) and math.isfinite(p.y)]


def limits(data: Scatter) -> tuple[tuple[float, float], tuple[float, float]]:
    """Limits of x and y, with room; equal where there is a diagonal to compare."""
    points = drawable(data)
    xs = [p.x for p in points] + [x for x, _ in data.lines]
    xs += [p.joined for p in points if p.joined is not None and math.isfinite(p.joined)]
    ys = [p.y for p in points]
    if data.diagonal:
        xs = ys = xs + ys
    return _roomy(xs), _roomy(ys)


def _roomy(values: list[float]) -> tuple[float, float]:
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    room = 0.09 * (high - low) or 0.5
    return low - room, high + room


def _label_lines(data: Scatter, width: float, style: Style) -> list[str]:
    return wrap(data.y_label, style.small, max(width - 0.1, 0.8))


def _key_words(data: Scatter) -> list[tuple[str, bool]]:
    words = [(data.main_label, True), (data.joined_label, False)]
    return [(w, big) for w, big in words if w]


def _key_rows(
    data: Scatter, width: float, style: Style
) -> list[list[tuple[str, bool]]]:
    rows: list[list[tuple[str, bool]]] = []
    used = 0.0
    for word, big in _key_words(data):
        wide = text_width(word, style.small) + 0.3
        if not rows or used + wide > width - 0.1:
            rows.append([])
            used = 0.0
        rows[-1].append((word, big))
        used += wide
    return rows


def margins(data: Scatter, width: float, style: Style) -> Margins:
    """Room for tick words, axis titles, key."""
    _, (low, high) = limits(data)
    words = scale_ticks(data.y_scale, low, high, 2.2, style.small)[1]
    line = 1.35 * style.small / 72
    top = len(_label_lines(data, width, style)) * line + 0.1
    top += len(_key_rows(data, width, style)) * line * 1.1
    top += line if data.lines else 0.0
    bottom = (
        0.22 * style.small / 7.2
        + len(wrap(data.x_label, style.small, width - 0.1)) * line
        + 0.03
    )
    right = 0.1 * style.small / 7.2 + 0.05
    return Margins(0.12 + widest(words, style.small), bottom, right, top)


def _whole(data: Scatter, axes_width: float, style: Style) -> float:
    """Width of axes and margins together, from the axes' own."""
    room = margins(data, 3.0, style)
    return axes_width + room.left + room.right


def paint(data: Scatter, axes: Axes, style: Style) -> None:
    """Draw everything."""
    furnish(axes, style, grid="both")
    (low_x, high_x), (low_y, high_y) = limits(data)
    axes.set_xlim(low_x, high_x)
    axes.set_ylim(low_y, high_y)
    _, _, width, height = inches(axes)
    axes.set_xticks(*scale_ticks(data.x_scale, low_x, high_x, width, style.small))
    axes.set_yticks(
        *scale_ticks(data.y_scale, low_y, high_y, 0.8 * height, style.small)
    )
    label = wrap(data.x_label, style.small, _whole(data, width, style) - 0.1)
    axes.set_xlabel(
        "\n".join(label),
        fontsize=style.small,
        color=style.ink,
        labelpad=3,
        linespacing=1.2,
    )
    _above(data, axes, style)
    if data.diagonal:
        _diagonal(data, axes, style)
    for x, words in data.lines:
        axes.axvline(x, color=style.ink, linewidth=0.9 * style.line, dashes=(3, 2))
        axes.annotate(
            words,
            (x, 1),
            (0, 2),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            fontsize=style.small,
            ha="center",
            va="bottom",
            color=style.ink,
            annotation_clip=False,
        )
    _points(data, axes, style)


def _above(data: Scatter, axes: Axes, style: Style) -> None:
    """The y axis' title and the key, from the top down, flush left."""
    left, bottom, width, height = inches(axes)
    line = 1.35 * style.small / 72
    total = _whole(data, width, style)
    lines = _label_lines(data, total, style)
    keys = _key_rows(data, total, style)
    room = margins(data, total, style)
    top = bottom + height + room.top
    start = left - room.left + 0.05
    y = top - 0.5 * line - 0.01
    for row in keys:
        x = start
        for words, big in row:
            _mark(axes, x + 0.05, y, style, big=big)
            figure_of(axes).text(
                x + 0.13,
                y,
                words,
                fontsize=style.small,
                color=style.ink,
                va="center_baseline",
                transform=figure_of(axes).dpi_scale_trans,
            )
            x += text_width(words, style.small) + 0.3
        y -= line * 1.1
    for words in lines:
        figure_of(axes).text(
            start,
            y,
            words,
            fontsize=style.small,
            color=style.ink,
            va="center_baseline",
            transform=figure_of(axes).dpi_scale_trans,
        )
        y -= line


def _mark(axes: Axes, x: float, y: float, style: Style, *, big: bool) -> None:
    from matplotlib.lines import Line2D

    figure_of(axes).add_artist(
        Line2D(
            [x],
            [y],
            marker="o" if big else "|",
            linestyle="none",
            markersize=4.5 if big else 6,
            color=style.ink,
            transform=figure_of(axes).dpi_scale_trans,
        )
    )


def _diagonal(data: Scatter, axes: Axes, style: Style) -> None:
    low, high = axes.get_xlim()
    axes.plot(
        [low, high],
        [low, high],
        color=style.muted,
        linewidth=0.9 * style.line,
        dashes=(3, 2),
        zorder=1,
    )
    _, _, width, height = inches(axes)
    span = high - low
    share = max((0.2, 0.35, 0.5, 0.65), key=lambda s: _emptiness(data, low + s * span))
    at = low + share * span
    axes.text(
        at,
        at - 0.035 * span,
        data.diagonal,
        ha="center",
        va="top",
        rotation=math.degrees(math.atan2(height, width)),
        rotation_mode="anchor",
        fontsize=style.small,
        color=style.muted,
    )


def _emptiness(data: Scatter, at: float) -> float:
    """Distance of the nearest point from a place on the diagonal."""
    return min((max(abs(p.x - at), abs(p.y - at)) for p in drawable(data)), default=0.0)


def _diagonal_places(axes: Axes) -> list[tuple[float, float]]:
    """Places along y = x that labels keep clear of."""
    low, high = axes.get_xlim()
    return [(low + (high - low) * k / 60,) * 2 for k in range(61)]


def _points(data: Scatter, axes: Axes, style: Style) -> None:
    from gradlab.report.figures.keep_clear import keep_clear

    points = drawable(data)
    busy = _diagonal_places(axes) if data.diagonal else []
    for point in points:
        look = style.look(point.key)
        if point.joined is not None and math.isfinite(point.joined):
            axes.plot(
                [point.x, point.joined],
                [point.y] * 2,
                color=look.colour,
                linewidth=1.0 * style.line,
                zorder=2,
            )
            axes.plot(
                [point.joined],
                [point.y],
                marker="|",
                markersize=7,
                color=look.colour,
                markeredgewidth=1.4,
                zorder=2.5,
            )
            steps = [k / 6 for k in range(1, 7)]
            gap = point.joined - point.x
            busy += [(point.x + s * gap, point.y) for s in steps]
        axes.plot([point.x], [point.y], zorder=3, **marker_kwargs(look, style, 5.4))
        busy.append((point.x, point.y))
    keep_clear(axes, [(p.x, p.y, p.label) for p in points if p.show_label], busy, style)
