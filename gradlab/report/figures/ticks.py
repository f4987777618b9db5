"""Where ticks stand and what they say."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradlab.report.figures.lettering import text_width
from gradlab.report.figures.scale import number, power, tick_word


def left_ticks(low: float, high: float) -> list[float]:
    """Exponents for a "what is left" axis: every decade, third or sixth one."""
    span = high - low
    step = 1 if span <= 4.5 else 3 if span <= 20 else 6
    first = math.ceil(low / step - 1e-9) * step
    return [float(e) for e in range(int(first), math.floor(high + 1e-9) + 1, step)]


def left_labels(exponents: Sequence[float]) -> list[str]:
    """Names of those gridlines, in words."""
    return [tick_word(exponent) for exponent in exponents]


def lag_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round steps between low and high; quarters where high is a power of two."""
    if high <= low:
        return [low]
    if low == 0 and high >= 8 and math.log2(high) % 1 == 0:
        return [high * k / 4 for k in range(5)]
    rough = (high - low) / most
    size = 10 ** math.floor(math.log10(rough))
    step = next(m * size for m in (1, 2, 5, 10) if m * size >= rough)
    step = max(step, 1.0) if high - low >= 3 else step
    first = math.ceil(low / step)
    return [step * k for k in range(first, math.floor(high / step + 1e-9) + 1)]


def binary_ticks(low: float, high: float) -> list[float]:
    """Powers of two (or of four when there are many) between low and high."""
    first, last = math.ceil(math.log2(low) - 1e-9), math.floor(math.log2(high) + 1e-9)
    step = 1 if last - first <= 8 else 2
    return [2.0**k for k in range(first, last + 1, step)]


_PERCENT = (0.1, 1, 2, 5, 10, 20, 30, 50, 60, 70, 80, 90, 95, 99, 100)
_FACTOR = (1.1, 1.2, 1.5, 2, 3, 5, 10, 100, 1000)
_FIRST = (100, 50, 10, 2, 20, 90, 1, 5, 80, 1.5, 70, 30, 1.2, 3, 60, 95, 99, 1.1)


def kept_ticks(
    low: float, high: float, width: float, size: float
) -> tuple[list[float], list[str]]:
    """Ticks of a rate axis (nats per step) in percent kept and factors.

    Chosen so that labels do not touch on `width` inches: 100 %, 50 %, 10 % first.
    """
    known = {
        **{math.log(p / 100): f"{p:g} %" for p in _PERCENT},
        **{math.log(f): f"× {f:g}" for f in _FACTOR},
    }
    for exponent in (-2, -4, -6, -8, 4, 6, 8, 12):
        known.setdefault(exponent * math.log(10), f"× {power(exponent)}")
    wanted = [math.log(p / 100 if p >= 1 and p in _PERCENT else p) for p in _FIRST]
    order = [t for t in wanted if t in known] + [t for t in known if t not in wanted]
    kept: list[float] = []
    scale = width / max(high - low, 1e-12)
    for tick in order:
        if not low - 1e-9 <= tick <= high + 1e-9:
            continue
        if all(_apart(tick, other, known, scale, size) for other in kept):
            kept.append(tick)
    kept.sort()
    return kept, [known[t] for t in kept]


def _apart(
    a: float, b: float, names: dict[float, str], scale: float, size: float
) -> bool:
    half = (text_width(names[a], size) + text_width(names[b], size)) / 2
    return abs(a - b) * scale >= half + 0.09


def plain_ticks(
    low: float, high: float, most: int = 5
) -> tuple[list[float], list[str]]:
    """Round numbers on a linear axis."""
    if high <= low:
        return [low], [number(low)]
    rough = (high - low) / most
    size = 10 ** math.floor(math.log10(rough))
    step = next(m * size for m in (1, 2, 5, 10) if m * size >= rough - 1e-12)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    places = [step * k for k in range(first, last + 1)]
    return places, [f"{p:.{digits}f}".replace("-", "−") for p in places]
