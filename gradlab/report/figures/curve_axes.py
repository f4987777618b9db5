"""Axes, bands and lines of `Curves`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gradlab.report.figures import ticks
from gradlab.report.figures.frame import furnish, inches, line_kwargs, marker_kwargs
from gradlab.report.figures.lettering import text_width, widest, wrap
from gradlab.report.figures.spread import stairs


if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gradlab.report.figures.base import Margins
    from gradlab.report.figures.curves import Curves, Series
    from gradlab.report.figures.style import Style

CEILING = 12.0
ROW = 0.155
"""Inches for one row of exit labels, at 7.2 point."""
WORD = 0.2
"""Inches for a number or a short word under the axis."""


@dataclass(frozen=True)
class Window:
    """Limits of what is drawn; `cut_low`, `cut_high`: some curve leaves there."""

    x: tuple[float, float]
    y: tuple[float, float]
    cut_low: bool = False
    cut_high: bool = False
    rows: tuple[int, int] = (0, 0)
    """Rows of exit labels to keep below and above, at least."""

    def clip(self, y: float) -> float:
        """The nearest drawn height."""
        return min(max(y, self.y[0]), self.y[1])


def window(data: Curves) -> Window:
    """Where data lie, cut at floor and ceiling for scale "left"."""
    xs = [float(x) for s in data.series for x in s.x if not data.x_log2 or x > 0]
    low_x, high_x = (min(xs), max(xs)) if xs else (0.0, 1.0)
    if not data.x_log2:
        low_x = min(low_x, 0.0) if low_x < 0.25 * high_x else low_x
    if high_x <= low_x:
        low_x, high_x = low_x - 0.5, high_x + 0.5
        if data.x_log2:
            low_x = max(low_x, 0.5)
    every = _all_y(data)
    finite = every[np.isfinite(every)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    limits, cut_low, cut_high = _limits(data, every, float(low), float(high))
    return Window((low_x, high_x), limits, cut_low, cut_high)


def _all_y(data: Curves) -> np.ndarray:
    parts = [np.asarray(s.y, float) for s in data.series]
    parts += [np.asarray(s.low, float) for s in data.series if s.low is not None]
    parts += [np.asarray(s.high, float) for s in data.series if s.high is not None]
    return np.concatenate(parts) if parts else np.zeros(0)


def _limits(
    data: Curves, every: np.ndarray, low: float, high: float
) -> tuple[tuple[float, float], bool, bool]:
    if data.scale == "rank":
        top = 2.0 ** math.ceil(math.log2(max(high, 2.0)) - 1e-9)
        return (min(1.0, low), top * 1.08), False, False
    if data.scale == "share":
        return (min(0.0, low - 0.04), max(1.0, high + 0.04)), False, False
    if data.scale == "linear":
        room = 0.06 * (high - low) or 0.5
        return (low - room, high + room), False, False
    cut_low = low < data.floor or bool(np.any(every == -math.inf))
    cut_high = high > CEILING or bool(np.any(every == math.inf))
    bottom = data.floor if cut_low else min(math.floor(low - 0.2), -1)
    if data.shade and not cut_low:
        bottom = min(bottom, data.threshold - 1)
    top = CEILING if cut_high else max(0.35, high + 0.09 * (high - bottom))
    return (float(bottom), float(top)), cut_low, cut_high


def leaving(data: Curves, series: Series) -> tuple[float, int, float] | None:
    """(x, -1 or +1, last y) where the curve leaves for good; None if it does not."""
    x, y = np.asarray(series.x, float), np.asarray(series.y, float)
    good = ~np.isnan(y) & ((x > 0) | (not data.x_log2))
    x, y = x[good], y[good]
    low, high = data.window.y
    if data.scale != "left" or not y.size or low <= y[-1] <= high:
        return None
    side = -1 if y[-1] < low else 1
    limit = low if side < 0 else high
    inside = np.flatnonzero((y >= low) & (y <= high))
    if not inside.size:
        return float(x[0]), side, float(y[-1])
    i = int(inside[-1])
    return _meet(x[i], y[i], x[i + 1], y[i + 1], limit), side, float(y[-1])


def _meet(x0: float, y0: float, x1: float, y1: float, limit: float) -> float:
    if not math.isfinite(y1) or y1 == y0:
        return float(x1)
    return float(x0 + (x1 - x0) * (limit - y0) / (y1 - y0))


def seen(data: Curves, series: Series) -> tuple[np.ndarray, np.ndarray]:
    """The curve inside the window, ending exactly on floor or ceiling."""
    low, high = data.window.y
    xs: list[float] = []
    ys: list[float] = []
    previous: tuple[float, float] | None = None
    for x, y in zip(map(float, series.x), map(float, series.y), strict=True):
        if data.x_log2 and x <= 0:
            continue
        inside = low <= y <= high
        if previous is not None and not math.isnan(y):
            was = low <= previous[1] <= high
            if was != inside and previous[1] > -math.inf:
                limit = low if min(y, previous[1]) < low else high
                a, b = (previous, (x, y)) if was else ((x, y), previous)
                xs.append(_meet(*a, *b, limit))
                ys.append(limit)
        xs.append(x)
        ys.append(y if inside else math.nan)
        previous = (x, y)
    return np.array(xs), np.array(ys)


def exit_rows(data: Curves, style: Style, side: int, width: float, alone: bool) -> int:
    """How many rows of exit labels stand on that side of the window."""
    words, starts = exit_words(data, side, alone=alone)
    if not words:
        return 0
    span = data.window.x[1] - data.window.x[0]
    sample = lead(style, alone=alone)
    feet = [(x - data.window.x[0]) / span * width for x in starts]
    wide = [text_width(word, style.small) + sample for word in words]
    return 1 + max(stairs(_held(feet, wide, width), wide))


def _held(feet: Sequence[float], wide: Sequence[float], width: float) -> list[float]:
    """Where words begin: right of their arrow, or left of it where there is no room."""
    return [
        foot if foot + w <= width else max(0.0, foot - w - 0.04)
        for foot, w in zip(feet, wide, strict=True)
    ]


def lead(style: Style, *, alone: bool) -> float:
    """Inches before an exit's words: the sample of the line, where it is named."""
    return 0.14 + 0.24 * style.font / 8.2 if alone else 0.08


def exit_words(
    data: Curves, side: int, *, alone: bool
) -> tuple[list[str], list[float]]:
    """Labels of curves that leave on a side, and the x where they leave."""
    from gradlab.report.figures.scale import power

    words, starts = [], []
    for series in data.series:
        gone = leaving(data, series)
        if gone is None or gone[1] != side:
            continue
        if math.isfinite(gone[2]):
            goal = f"{'continues ' if alone else ''}to {power(round(gone[2]))}"
        else:
            goal = "to exactly 0" if side < 0 else "not finite"
        words.append(f"{series.label}  {goal}" if alone else goal)
        starts.append(gone[0])
    return words, starts


def y_ticks(data: Curves) -> tuple[list[float], list[str]]:
    """Ticks of the y axis and their words."""
    low, high = data.window.y
    if data.scale == "left":
        places = ticks.left_ticks(low, high)
        return places, ticks.left_labels(places)
    if data.scale == "rank":
        places = ticks.binary_ticks(low, high)
        return places, [f"{p:g}" for p in places]
    if data.scale == "share":
        step = 0.25 if high - low < 1.6 else 0.5
        places = [
            step * k for k in range(math.ceil(low / step), math.floor(high / step) + 1)
        ]
        return places, [f"{100 * p:.0f} %".replace("-", "−") for p in places]
    return ticks.plain_ticks(low, high)


def margins(data: Curves, width: float, style: Style, *, alone: bool) -> Margins:
    """Room for tick words, labels of line ends, titles."""
    from gradlab.report.figures.base import Margins

    left = 0.15 + widest(y_ticks(data)[1], style.small) if data.y_words else 0.1
    right = 0.12
    if alone:
        staying = [end_words(s) for s in data.series if leaving(data, s) is None]
        if staying:
            right = 0.24 + 0.24 * style.font / 8.2 + widest(staying, style.small)
    lines = len(wrap(data.y_label, style.font, width - 0.2)) if data.y_label else 0
    top = 0.10 + lines * 1.35 * style.font / 72 + crossing_room(data, style)
    bottom = (0.24 if data.x_label else 0.04) + 0.24 * style.font / 8.2
    return Margins(left, bottom, right, top)


def crossing_room(data: Curves, style: Style) -> float:
    """Inches above the axes for the row of crossing steps."""
    crossed = any(s.crossing is not None for s in data.series)
    return 0.24 * style.small / 7.2 if crossed else 0.0


def end_words(series: Series) -> str:
    """The label at a line's end."""
    return f"{series.label}  {series.end}" if series.end else series.label


def body(data: Curves, width: float, style: Style) -> float:
    """Height of the axes in inches."""
    room = margins(data, width, style, alone=True)
    axes_width = width - room.left - room.right
    rows = sum(exit_rows(data, style, s, axes_width, True) for s in (-1, 1))
    calm = min(2.15, max(1.1, 0.33 * width))
    return data.tall * calm + rows * ROW * style.small / 7.2


def prepare(data: Curves, axes: Axes, style: Style, *, alone: bool) -> None:
    """Limits, ticks, gridlines, shade, titles."""
    furnish(axes, style, grid="y")
    _, _, width, height = inches(axes)
    low, high = data.window.y
    if data.scale == "rank":
        axes.set_yscale("log", base=2)
    if data.x_log2:
        axes.set_xscale("log", base=2)
    room = ROW * style.small / 7.2
    decades = (high - low) / max(height, 0.1)
    kept = data.window.rows
    below = max(kept[0], exit_rows(data, style, -1, width, alone)) * room
    above = max(kept[1], exit_rows(data, style, 1, width, alone)) * room
    if below or above:
        decades = (high - low) / max(height - below - above - 0.1, 0.3)
        low = low - (below + 0.08) * decades if below else low
        high = high + (above + 0.08) * decades if above else high
    axes.set_ylim(low, high)
    _x_axis(data, axes, width)
    places, words = y_ticks(data)
    axes.set_yticks(places, words if data.y_words else [""] * len(words))
    axes.minorticks_off()
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    _shade(data, axes, style)
    _titles(data, axes, style)


def _x_axis(data: Curves, axes: Axes, width: float) -> None:
    low, high = data.window.x
    if data.x_log2:
        axes.set_xlim(low / 1.06, high * 1.06)
        places = ticks.binary_ticks(low, high)
        if len(places) > max(3, width / 0.4):
            places = places[::2]
    else:
        pad = 0.04 * (high - low) if data.x_words else 0.012 * (high - low)
        axes.set_xlim(low - pad, high + pad)
        places = ticks.lag_ticks(low, high, 5 if width > 2 else 3)
        if data.x_words:
            places = _thinned([x for x, _ in data.x_words], int(width / WORD))
    axes.set_xticks(places, [data.place(p) for p in places])


def _thinned(places: Sequence[float], most: int) -> list[float]:
    """Every second, third, ... place where there is no room for all; and the last."""
    step = max(1, math.ceil(len(places) / max(most, 2)))
    return [*(p for p in places[:-1:step] if p <= places[-1] - step), places[-1]]


def _shade(data: Curves, axes: Axes, style: Style) -> None:
    for x, label in data.x_marks:
        axes.axvline(x, color=style.muted, linewidth=0.8 * style.line, dashes=(2, 2))
        axes.annotate(
            label,
            (x, 0.04),
            (3, 0),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            fontsize=style.small,
            color=style.ink,
            va="bottom",
            zorder=6,
            bbox={"facecolor": style.paper, "edgecolor": "none", "pad": 0.6},
        )
    if not data.shade or data.scale != "left":
        return
    bottom = axes.get_ylim()[0]
    axes.axhspan(bottom, data.threshold, color=style.shade, zorder=0, linewidth=0)
    if inches(axes)[2] < 2.4 * style.small / 7.2:
        return
    axes.annotate(
        data.shade,
        (1, data.window.y[0]),
        (-4, 3),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        fontsize=style.small,
        color=style.muted,
        ha="right",
        va="bottom",
    )


def _titles(data: Curves, axes: Axes, style: Style) -> None:
    room = margins(data, inches(axes)[2], style, alone=False)
    left, width = room.left, inches(axes)[2]
    axes.set_xlabel(data.x_label, fontsize=style.font, color=style.ink, labelpad=3)
    if not data.y_label:
        return
    lines = wrap(data.y_label, style.font, max(width + left, 1.0))
    axes.annotate(
        "\n".join(lines),
        (0, 1),
        (-72 * room.left + 4, 5 + 72 * crossing_room(data, style)),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=style.font,
        color=style.ink,
        ha="left",
        va="bottom",
        linespacing=1.2,
        annotation_clip=False,
    )


def curve(data: Curves, series: Series, axes: Axes, style: Style) -> None:
    """One curve with its band and a few markers."""
    look = style.look(series.key)
    if not look.width:
        _dots(data, series, axes, style)
        return
    x, y = seen(data, series)
    low, high = data.window.y
    if series.low is not None and series.high is not None:
        axes.fill_between(
            np.asarray(series.x, float),
            np.clip(np.nan_to_num(np.asarray(series.low, float), nan=low), low, high),
            np.clip(np.nan_to_num(np.asarray(series.high, float), nan=low), low, high),
            where=np.isfinite(np.asarray(series.y, float)),
            color=look.colour,
            alpha=0.16,
            linewidth=0,
            zorder=1.5,
        )
    axes.plot(x, y, **line_kwargs(look, style), zorder=3)
    where = _marker_places(data, x, y, list(data.series).index(series))
    axes.plot(x[where], y[where], **marker_kwargs(look, style), zorder=3.2)


def _dots(data: Curves, series: Series, axes: Axes, style: Style) -> None:
    """Dots that nothing joins, each with a line from the lowest to the highest seed."""
    look = style.look(series.key)
    low, high = data.window.y
    y = np.asarray(series.y, float)
    shown = (y >= low) & (y <= high)
    x = np.asarray(series.x, float)[shown]
    if series.low is not None and series.high is not None:
        ends = (np.asarray(side, float)[shown] for side in (series.low, series.high))
        bottom, top = (np.clip(side, low, high) for side in ends)
        axes.vlines(x, bottom, top, color=look.colour, linewidth=1.1, zorder=2)
    axes.plot(x, y[shown], **marker_kwargs(look, style), zorder=3.2)


def _marker_places(data: Curves, x: np.ndarray, y: np.ndarray, index: int) -> list[int]:
    inside = np.flatnonzero(np.isfinite(y))
    if inside.size <= 9:
        return [int(i) for i in inside]
    shift = (index % 5) / 5
    goals = (np.arange(5) + 0.35 + 0.5 * shift) / 5
    position = np.linspace(0, 1, inside.size)
    return sorted({int(inside[np.abs(position - goal).argmin()]) for goal in goals})
