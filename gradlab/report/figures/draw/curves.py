"""Curves with their bands, against lag."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.report.figures.curves import Curves, Series
from gradlab.report.figures.draw import free, looks, ticks
from gradlab.report.figures.draw.room import column
from gradlab.report.figures.lettering import wrap
from gradlab.report.figures.scale import power
from gradlab.report.figures.style import Style


if TYPE_CHECKING:
    from matplotlib.axes import Axes

CEILING = 12.0
BEYOND = 400.0
"""Exponent that stands for exactly zero (negative) and for not finite."""
BESIDE = True
"""The legend of curves alone stands at their right."""

Pair = tuple[float, float]


def height(data: Curves, width: float, style: Style) -> float:
    """A calm rectangle."""
    return data.tall * min(2.3, max(1.15, 0.45 * width))


def limits(group: Sequence[Curves]) -> Pair:
    """Pair of y for curves that share them: where most of them are.

    For scale "left" floor and ceiling come near enough that curves which stay in
    between use the axes; the others leave through them.
    """
    data = group[0]
    curves = [_values(item, s) for item in group for s in item.series]
    found = [v for v in curves if v.size]
    every = np.concatenate([np.zeros(0), *found])
    low, high = (every.min(), every.max()) if every.size else (0.0, 1.0)
    if data.scale == "rank":
        return min(1.0, low), 1.08 * 2.0 ** math.ceil(math.log2(max(high, 2.0)) - 1e-9)
    if data.scale == "share":
        return min(0.0, low) - 0.04, max(1.0, high) + 0.04
    if data.scale == "linear":
        places = [low, high, *(place for item in group for place, _ in item.y_words)]
        low, high = min(places), max(places)
        # ticks have six digits: narrower axes would repeat them
        room = max(0.06 * (high - low), 5e-5 * max(abs(low), abs(high))) or 0.5
        return low - room, high + room
    floor = min(item.floor for item in group)
    ceiling = BEYOND if data.sizes else CEILING
    if low < floor:
        stay = [v.min() for v in found if v.min() >= floor]
        low = max(floor, min(data.threshold - 1, 1.4 * min(stay))) if stay else floor
    if high > ceiling:
        stay = [v.max() for v in found if v.max() <= ceiling]
        high = min(ceiling, max(4.0, 1.4 * max(stay))) if stay else ceiling
    if data.sizes and not data.shade:  # 1 means nothing of a size
        low, top = min(low, high - 1.0), high
    else:
        low, top = min(low, data.threshold - 1 if data.shade else -1.0), max(high, 0.0)
    return float(low), float(top + 0.06 * (high - low))


def _values(data: Curves, series: Series) -> np.ndarray:
    """Drawn values and ends of bands.

    Of powers of ten exactly zero and not finite lie far outside; where a band of sizes
    has no end, and on other scales, they ask for no room.
    """
    y = np.asarray(series.y, float)
    sides = [s for s in (series.low, series.high) if s is not None]
    ends = np.concatenate([np.zeros(0), *(np.asarray(s, float) for s in sides)])
    if data.scale != "left":
        values = np.concatenate([y, ends])
        return values[np.isfinite(values)]
    values = np.concatenate([y, ends[np.isfinite(ends)] if data.sizes else ends])
    return np.clip(values[~np.isnan(values)], -BEYOND, BEYOND)


def paint(data: Curves, axes: Axes, style: Style, *, alone: bool) -> None:
    """Bands, lines, crossings; alone also a legend that says what they come to."""
    if data.scale == "rank":
        axes.set_yscale("log", base=2)
    _x_axis(data, axes, style)
    window = limits([data])
    for place, series in enumerate(_by_end(data.series) if alone else data.series):
        words = _outcome(data, series, window) if alone else series.label
        _curve(data, series, axes, style, words, place, window)
    if data.shade and data.scale == "left":
        span = axes.axhspan(-2 * BEYOND, data.threshold, color=style.shade, zorder=0)
        span.set(linewidth=0, label=data.shade if alone else "")
    looks.references(data.x_marks, axes, style)
    axes.grid(True, axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("\n".join(wrap(data.x_label, style.small, column(axes) - 0.5)))
    axes.set_ylabel(data.y_label)


def _by_end(series: Sequence[Series]) -> list[Series]:
    """Curves in the order of their ends, the highest first, as a legend lists them."""
    ends = {id(s): float(np.nan_to_num([0.0, *s.y][-1])) for s in series}
    return sorted(series, key=lambda s: -ends[id(s)])


def title(data: Curves) -> str:
    """What the legend's numbers are."""
    return data.crossing_label if any(s.crossing for s in data.series) else ""


def _x_axis(data: Curves, axes: Axes, style: Style) -> None:
    xs = [float(x) for s in data.series for x in s.x if not data.x_log2 or x > 0]
    xs += [data.x_end] if data.x_end else []
    low, high = (min(xs), max(xs)) if xs else (0.0, 1.0)
    low = 0.0 if 0 < low < 0.25 * high and not data.x_log2 else low
    most = 5 if column(axes) * 72 > 22 * style.small else 3
    if data.x_log2:
        axes.set_xscale("log", base=2)
        axes.set_xlim(low / 1.06, max(high, 2 * low) * 1.06)
        ticks.binary(axes.xaxis, low, max(high, 2 * low), 2 * most)
        return
    high = high if high > low else low + 1.0
    pad = (0.04 if data.x_words else 0.012) * (high - low)
    axes.set_xlim(low - pad, high + pad)
    ticks.lag(axes.xaxis, low, high, most)
    if data.x_words:
        every = math.ceil(len(data.x_words) / (2 * most))
        *words, last = data.x_words
        words = [w for w in words[::every] if last[0] - w[0] >= every]
        axes.set_xticks(*zip(*words, last, strict=True))


def frame(group: Sequence[tuple[Curves, Axes]], style: Style) -> None:
    """Common limits of y, and its ticks."""
    low, high = limits([data for data, _ in group])
    for data, axes in group:
        axes.set_ylim(low, high)
        if data.scale == "left":
            ticks.left(axes.yaxis, low, high, 6, (1, 3, 6))
        elif data.scale == "rank":
            ticks.binary(axes.yaxis, max(low, 1.0), high, 8)
        else:
            ticks.plain(axes.yaxis, low, high, 4, percent=data.scale == "share")
            ticks.words(axes.yaxis, data.y_words, 0.06 * (high - low))


def _curve(
    data: Curves,
    series: Series,
    axes: Axes,
    style: Style,
    label: str,
    place: int,
    window: Pair,
) -> None:
    look = style.look(series.key)
    far = BEYOND if data.scale == "left" else 100 * max(map(abs, window))
    x, y = np.asarray(series.x, float), drawn(series.y, far)
    keep = (x > 0) | (not data.x_log2)
    x, y = x[keep], y[keep]
    if series.low is not None and series.high is not None:
        low = np.clip(np.asarray(series.low, float), -far, far)[keep]
        high = np.clip(np.asarray(series.high, float), -far, far)[keep]
        if look.width:
            axes.fill_between(x, low, high, color=look.colour, alpha=0.16, linewidth=0)
        else:
            axes.vlines(x, low, high, color=look.colour, linewidth=1.1)
    if not look.width:
        kwargs = looks.marker(look, style)
        axes.plot(x, y, linestyle="none", label=label, zorder=3, **kwargs)
        return
    every = None if len(x) <= 9 else (0.04 + 0.03 * (place % 5), 0.2)
    line = looks.line(look, style)
    axes.plot(x, y, label=label, zorder=3, markevery=every, **line)
    if series.crossing is not None:
        at = (series.crossing.x, series.crossing.y)
        _mark(axes, at, "o", look.colour, look.colour, style.line)


def drawn(values: Sequence[float], far: float = BEYOND) -> np.ndarray:
    """Values to draw: an infinite one leaves the axes from the last finite one."""
    y = np.asarray(values, float)
    follows = np.isfinite(np.concatenate([[np.nan], y[:-1]]))
    return np.where(
        np.isfinite(y), y, np.where(np.isinf(y) & follows, np.sign(y) * far, np.nan)
    )


def leaving(series: Series, window: Pair) -> tuple[float, float, float] | None:
    """(x, y) where a curve leaves the window for good, and its last value."""
    x, y = np.asarray(series.x, float), np.asarray(series.y, float)
    x, y = x[~np.isnan(y)], y[~np.isnan(y)]
    if not y.size or window[0] <= y[-1] <= window[1]:
        return None
    above, end = bool(y[-1] > window[1]), float(y[-1])
    edge = window[above]
    inside = np.flatnonzero(y < edge if above else y > edge)
    if not inside.size:
        return float(x[0]), edge, end
    last = int(inside[-1])
    start, stop = np.clip(y[last : last + 2], -BEYOND, BEYOND)
    share = (edge - start) / (stop - start)
    return float(x[last] + share * (x[last + 1] - x[last])), edge, end


def _goal(end: float) -> str:
    """What a curve that leaves comes to, without words."""
    if math.isinf(end):
        return "→ 0" if end < 0 else "→ ∞"
    return f"→ {power(round(end))}"


def _outcome(data: Curves, series: Series, window: Pair) -> str:
    """The label with the step of the crossing, and what the curve comes to."""
    words = [series.label, series.crossing.text if series.crossing else series.end]
    gone = leaving(series, window) if data.scale == "left" else None
    words.append(_goal(gone[2]) if gone else "")
    return "  ".join(w for w in words if w)


def finish(data: Curves, axes: Axes, style: Style) -> None:
    """Arrow heads where curves leave, with what they come to; open ends."""
    window = axes.get_ylim()
    dotted = [s for s in data.series if not style.look(s.key).width]
    points = [p for s in dotted for p in zip(s.x, s.y, strict=True)]
    taken = free.dots(axes, points, 6 * style.line)
    for series in data.series:
        colour = style.look(series.key).colour
        gone = leaving(series, window) if data.scale == "left" else None
        if series.open_end and not gone:
            last = (series.x[-1], series.y[-1])
            _mark(axes, last, "o", colour, style.paper, style.line)
        if gone is None:
            continue
        x, y, end = gone
        low = y == window[0]
        _mark(axes, (x, y), "v" if low else "^", colour, colour, style.line)
        if len(axes.figure.axes) > 1:
            up, base = (3, "bottom") if low else (-3, "top")
            places = [(7, up, "left", base), (-7, up, "right", base)]
            free.write(axes, _goal(end), (x, y), places, taken, size=style.small)


def _mark(
    axes: Axes,
    at: tuple[float, float],
    marker: str,
    colour: str,
    face: str,
    size: float,
) -> None:
    style: dict[str, Any] = {"markersize": 5 * size, "markerfacecolor": face}
    axes.plot(*at, marker, color=colour, clip_on=False, zorder=4, **style)
