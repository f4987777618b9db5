"""Labels beside points, each at the first free place around its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradlab.report.figures.frame import figure_of, inches
from gradlab.report.figures.lettering import text_width


if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gradlab.report.figures.style import Style

Box = tuple[float, float, float, float]


def keep_clear(
    axes: Axes,
    labels: Sequence[tuple[float, float, str]],
    busy: Sequence[tuple[float, float]],
    style: Style,
) -> None:
    """Write each label where it hits no point and no other label.

    Places are tried around the point, near ones first; a label further off gets a
    thin leader. Where nothing is free the label is left to pointer and table.
    """
    from gradlab.report.figures.curve_labels import to_inches

    left, bottom, width, height = inches(axes)
    frame = (left, bottom, left + width, bottom + height)
    taken: list[Box] = []
    for x, y in busy:
        px, py = to_inches(axes, x, y)
        taken.append((px - 0.045, py - 0.045, px + 0.045, py + 0.045))
    high = 1.15 * style.small / 72
    for x, y, text in sorted(labels, key=lambda item: -item[1]):
        px, py = to_inches(axes, x, y)
        wide = text_width(text, style.small)
        for box, far in _places(px, py, wide, high):
            if _within(box, frame) and not any(_meet(box, other) for other in taken):
                taken.append(box)
                _write(axes, text, (px, py), box, style, leader=far)
                break


def _places(x: float, y: float, wide: float, high: float) -> list[tuple[Box, bool]]:
    found = []
    for far in (0.0, 0.13, 0.26, 0.39, 0.52, 0.7):
        for dx, dy in (
            (1, 0),
            (-1, 0),
            (1, 1),
            (1, -1),
            (-1, 1),
            (-1, -1),
            (0, 1),
            (0, -1),
        ):
            if dx == 0:
                left = x - wide / 2
                low = y + dy * (0.08 + far) - (high if dy < 0 else 0.0)
            else:
                gap = 0.08 if dy == 0 else 0.03
                left = x + gap + far * 0.6 if dx > 0 else x - gap - far * 0.6 - wide
                low = y - high / 2 + dy * (0.08 + far)
            found.append(((left, low, left + wide, low + high), far > 0 or False))
    return found


def _within(box: Box, frame: Box) -> bool:
    return (
        box[0] >= frame[0] + 0.02
        and box[1] >= frame[1] + 0.01
        and box[2] <= frame[2] + 0.05
        and box[3] <= frame[3] + 0.03
    )


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _write(
    axes: Axes,
    text: str,
    point: tuple[float, float],
    box: Box,
    style: Style,
    *,
    leader: bool,
) -> None:
    from matplotlib.lines import Line2D

    inch = figure_of(axes).dpi_scale_trans
    middle = (box[1] + box[3]) / 2
    if leader:
        near = min(max(point[0], box[0]), box[2])
        edge = min(max(point[1], box[1] + 0.03), box[3] - 0.03)
        figure_of(axes).add_artist(
            Line2D(
                [point[0], near],
                [point[1], edge],
                color=style.muted,
                linewidth=0.5,
                transform=inch,
            )
        )
    figure_of(axes).text(
        box[0],
        middle,
        text,
        va="center_baseline",
        ha="left",
        fontsize=style.small,
        color=style.ink,
        transform=inch,
    )
