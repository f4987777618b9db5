"""Where ticks stand and what they say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradlab.report.figures.lettering import text_width
from gradlab.report.figures.scale import LN10, power, tick_word
from gradlab.report.figures.style import Style


if TYPE_CHECKING:
    from matplotlib.axis import Axis

_PERCENT = (100, 50, 10, 20, 90, 1, 5, 80, 70, 30, 2, 60, 95, 99, 0.1)
_FACTOR = (2, 10, 1.5, 1.2, 3, 1.1, 5, 100, 1000)
_POWERS = (4, 6, 8, 12, -4, -6, -8)


def left(axis: Axis, low: float, high: float, most: int, steps: Sequence[int]) -> None:
    """Powers of ten on an axis of exponents: each, or every so many of `steps`."""
    axis.set_ticks(*_powers(low, high, most, steps))


def _powers(
    low: float, high: float, most: int, steps: Sequence[int], unit: float = 1.0
) -> tuple[list[float], list[str]]:
    """Places and names of powers of ten that lie `unit` apart."""
    span = (high - low) / unit
    step = next((s for s in steps if span / s <= most), math.ceil(span / most))
    first, last = math.ceil(low / unit / step), math.floor(high / unit / step)
    exponents = [step * k for k in range(first, last + 1)]
    return [unit * e for e in exponents], [tick_word(e) for e in exponents]


def lag(axis: Axis, low: float, high: float, most: int) -> None:
    """Round steps; quarters, or halves, where the last lag is a power of two."""
    if low == 0 and high >= 8 and math.log2(high) % 1 == 0:
        parts = 4 if most > 4 else 2
        places = [high * k / parts for k in range(parts + 1)]
    else:
        places = _round(low, high, most, integer=high - low >= 3)
    axis.set_ticks(places, [f"{place:,g}" for place in places])


def plain(axis: Axis, low: float, high: float, most: int, percent: bool) -> None:
    """Round numbers, or round percentages."""
    places = _round(low, high, most)
    words = [f"{100 * p:g} %" if percent else f"{p:g}" for p in places]
    axis.set_ticks(places, [word.replace("-", "−") for word in words])


def words(axis: Axis, named: Sequence[tuple[float, str]], apart: float) -> None:
    """Add named places; drop ticks less than `apart` from one or beyond the last."""
    if not named:
        return
    last = max(place for place, _ in named)
    found = [
        (place, label.get_text())
        for place, label in zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
        if place < last and all(abs(place - other) >= apart for other, _ in named)
    ]
    axis.set_ticks(*zip(*sorted([*found, *named]), strict=True))


def _round(low: float, high: float, most: int, integer: bool = False) -> list[float]:
    from matplotlib.ticker import MaxNLocator

    locator = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10], integer=integer)
    return [float(p) for p in locator.tick_values(low, high) if low <= p <= high]


def binary(axis: Axis, low: float, high: float, most: int) -> None:
    """Powers of two, every second or third where there is no room for all."""
    first, last = math.ceil(math.log2(low) - 1e-9), math.floor(math.log2(high) + 1e-9)
    step = math.ceil((last - first + 1) / most)
    places = [2.0**k for k in range(first, last + 1, step)]
    axis.set_ticks(places, [f"{place:g}" for place in places])


def rate(
    axis: Axis, scale: str, limits: tuple[float, float], width: float, style: Style
) -> None:
    """Ticks of a "kept", "left" (natural logarithms) or linear axis."""
    low, high = limits
    if scale == "kept":
        kept(axis, low, high, width, style.small)
    elif scale == "left":
        most = max(2, int(width / 0.6))
        axis.set_ticks(*_powers(low, high, most, (1, 2, 3, 6), LN10))
    else:
        plain(axis, low, high, max(2, min(6, int(width / 0.6))), percent=False)


def kept(axis: Axis, low: float, high: float, width: float, size: float) -> None:
    """Ticks of a rate in nats per step: percent kept, or a factor above 100 %.

    Round ones first, each where its label touches none on `width` inches.
    """
    known = [(math.log(p / 100), f"{p:g} %") for p in _PERCENT]
    known += [(math.log(f), f"× {f:g}") for f in _FACTOR]
    known += [(e * LN10, f"× {power(e)}") for e in _POWERS]
    found: list[tuple[float, str]] = []
    for place, words in known:
        if low <= place <= high and all(
            abs(place - other) * width / (high - low)
            > (text_width(words, size) + text_width(taken, size)) / 2 + 0.09
            for other, taken in found
        ):
            found.append((place, words))
    axis.set_ticks([place for place, _ in found], [words for _, words in found])
