"""Logarithms in words and colours: the one scale all signed figures share."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right

from gradlab.report.words import say, spoken


LN10 = math.log(10.0)
CLIP = 10.0
"""Colours stop at ten to the plus and minus this; numbers never do."""

GLYPHS: dict[str, str] = {
    "vanishing": "▼",
    "fading": "▽",
    "stable": "●",
    "growing": "△",
    "exploding": "▲",
    "undetermined": "?",
    "dead": "✕",
    "not_finite": "!",
    "held": "●",
    "missed": "✕",
}

_WORDS = {
    0: "1",
    -1: "1/10",
    -2: "1/100",
    -3: "1/1000",
    1: "10",
    2: "100",
    3: "1000",
}
_SUPERSCRIPT = str.maketrans("0123456789-.+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻·⁺")


def power(exponent: float) -> str:
    """Ten to a power, in Unicode: 10⁻⁸³, one decimal below ten in size."""
    size = abs(exponent)
    digits = (
        f"{exponent:.0f}" if size >= 9.95 or exponent % 1 == 0 else (f"{exponent:.1f}")
    )
    return "10" + digits.translate(_SUPERSCRIPT)


def tick_word(exponent: float) -> str:
    """A gridline's name: 1, 1/1000, 1000, further off a power of ten."""
    return _WORDS.get(round(exponent), power(exponent))


def signed(exponent: float) -> str:
    """A power of ten's exponent for a map's cell: −83, −5.2, 0.0, +41."""
    if math.isnan(exponent):
        return ""
    text = f"{abs(exponent):.1f}" if abs(exponent) < 9.95 else f"{abs(exponent):.0f}"
    if float(text) == 0.0:
        return text
    return ("−" if exponent < 0 else "+") + text


def left_words(ln: float) -> str:
    """What is left, said in a reading: "0.17 left", "10⁻⁸³ left"."""
    w = spoken("drawing")
    if ln == -math.inf:
        return w.ZERO_LEFT
    return say(w.LEFT, value=size(ln)) if math.isfinite(ln) else size_words(ln)


def size_words(ln: float) -> str:
    """A size, said in a reading: "0.17", "10⁻⁸³", "exactly 0"."""
    w = spoken("drawing")
    if math.isnan(ln):
        return w.NOT_MEASURED
    if ln == -math.inf:
        return w.ZERO
    return size(ln) if ln < math.inf else w.NOT_FINITE


def size(ln: float) -> str:
    """What is left as a number: "0.17", "10⁻⁸³"."""
    exponent = ln / LN10
    return number(10.0**exponent) if -3.0 <= exponent <= 4.0 else power(exponent)


def kept_words(rate: float) -> str:
    """A rate in nats per step, as people read it: 47.3 % kept, x 1.6 a step."""
    w = spoken("drawing")
    if math.isnan(rate):
        return w.NOT_MEASURED
    if rate == -math.inf:
        return w.NOTHING_KEPT
    if rate > 50.0:
        return say(w.FACTOR, value=power(rate / LN10))
    share = math.exp(rate)
    if share > 1.005:
        return say(w.FACTOR, value=number(share))
    return say(w.KEPT, value=f"{100 * share:.3g} %")


def number(value: float) -> str:
    """Two significant figures, without an exponent where it stays short."""
    if value == 0.0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    digits = max(0, 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}"


def verdict_of(ln: float) -> str:
    """The verdict word by DESIGN 5's default thresholds, without an interval."""
    if math.isnan(ln):
        return ""
    if ln == -math.inf:
        return "dead"
    if ln == math.inf:
        return "not_finite"
    exponent = ln / LN10
    place = bisect_right((-3.0, -1.0), exponent) + bisect_left((1.0, 3.0), exponent)
    return ("vanishing", "fading", "stable", "growing", "exploding")[place]
