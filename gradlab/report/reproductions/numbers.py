"""Numbers of a comparison in words, and which of several is closest to the edge."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from gradlab.report.numbers import MINUS, significant
from gradlab.reproductions.comparison import Comparison


def number(value: float) -> str:
    """Return a measured number with four figures, a power of ten where it is far.

    >>> number(-0.0645865), number(5.55e-16), number(float("inf"))
    ('−0.06459', '5.6·10^{-16}', '∞')
    """
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞" if value > 0 else f"{MINUS}∞"
    if value and not 1e-3 <= abs(value) < 1e6:
        return _power(value)
    return significant(value, 4)


def exact(value: Any) -> str:
    """Return a number that was given, without zeros behind it.

    >>> exact(1.5), exact(-280.0), exact(1e-9), exact("keep")
    ('1.5', '−280', '10^{-9}', 'keep')
    """
    if not isinstance(value, int | float):
        return str(value)
    text = number(float(value))
    if "." in text and "^" not in text:
        text = text.rstrip("0").removesuffix(".")
    return text


def _power(value: float) -> str:
    exponent = math.floor(math.log10(abs(value)))
    mantissa = f"{value / 10.0**exponent:.1f}".removesuffix(".0")
    if mantissa == "10":
        mantissa, exponent = "1", exponent + 1
    head = "" if mantissa == "1" else f"{mantissa}·".replace("-", MINUS)
    return f"{head}10^{{{exponent}}}"


def expected(one: Comparison) -> str:
    """Return what was expected, with the relation.

    A bound is ``at most 2``.
    """
    words = {"equal": "", "at_most": "at most ", "at_least": "at least "}
    return f"{words[one.relation]}{exact(one.expected)}"


def allowed(one: Comparison) -> str:
    """Return the tolerance with two figures: ``± 0.2``; of a bound without a sign."""
    size = exact(float(f"{one.allowed:.2g}"))
    return f"± {size}" if one.relation == "equal" else size


def closest(comparisons: Sequence[Comparison]) -> Comparison:
    """Return the comparison that is closest to the edge, or furthest beyond."""
    return max(comparisons, key=edge)


def edge(one: Comparison) -> float:
    """Return how far measured is on the wrong side of expected, in tolerances."""
    if one.held and one.measured == one.expected:
        return 0.0
    gap = one.measured - one.expected
    if math.isnan(gap):
        return math.inf
    sign = {"equal": abs(gap), "at_most": gap, "at_least": -gap}
    return sign[one.relation] / one.allowed
