"""How numbers are said: two significant figures, percent kept, powers of ten.

All functions take natural logarithms (as the store holds them) or plain numbers
and return inline text: ``10^{-83}`` is a superscript (``report/inline.py``).
"""

from __future__ import annotations

import math
import re

from gradlab.report.words import say, spoken
from gradlab.statistics import THRESHOLDS


LN10 = math.log(10.0)
MINUS = "−"
MISSING = "–"
_DIGITS = 6


def significant(value: float, figures: int = 2) -> str:
    """``value`` with that many significant figures, never in e-notation.

    >>> significant(0.1749), significant(12.4), significant(1280.0)
    ('0.17', '12', '1,300')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else MISSING
    exponent = math.floor(math.log10(abs(value)))
    rounded = round(value, figures - 1 - exponent)
    if rounded:
        exponent = math.floor(math.log10(abs(rounded)))
    decimals = max(0, figures - 1 - exponent)
    return f"{rounded:,.{decimals}f}".replace("-", MINUS)


def power(ln: float, decimals: int = 1) -> str:
    """A size as a power of ten: ``10^{-5.1}``, ``10^{-83}``.

    >>> power(-83 * LN10), power(3.24 * LN10)
    ('10^{-83}', '10^{3.2}')
    """
    exponent = ln / LN10
    few = abs(exponent) < 9.95
    text = f"{exponent:.{decimals}f}" if few else f"{exponent:,.0f}"
    return f"10^{{{text.removesuffix('.0')}}}"


def left(ln: float) -> str:
    """What is left of a gradient: ``0.17`` from 1/1000 to 1000, else a power.

    Near a verdict's threshold it has as many digits as show on which side it is.

    >>> left(math.log(0.17)), left(math.log(1.0)), left(-191.1), left(94.4)
    ('0.17', '1.0', '10^{-83}', '10^{41}')
    >>> left(math.log(10.3)), left(math.log(0.09996)), left(-3.004 * LN10)
    ('10.3', '0.09996', '10^{-3.004}')
    """
    if math.isnan(ln):
        return MISSING
    if ln == -math.inf:
        return spoken("numbers").ZERO
    if ln == math.inf:
        return spoken("numbers").NOT_FINITE
    for more in range(_DIGITS):
        if -3 * LN10 <= ln < 3 * LN10:
            text = significant(math.exp(ln), 2 + more)
            said = math.log(float(text.replace(",", "")))
        else:
            text = power(ln, 1 + more)
            said = float(re.sub("[^-.0-9]", "", text[3:])) * LN10
        if not any(
            abs(said - t) < 1e-9 < abs(ln - t) for t in map(math.log, THRESHOLDS)
        ):
            break
    return text


def times(ln: float) -> str:
    """How many times as large: ``17``, ``0.42``, ``10^{41}``, ``10^{-75}``."""
    return significant(math.exp(ln)) if abs(ln) < 3 * LN10 else power(ln)


def kept(rate: float) -> str:
    """What one step keeps, from a rate in nats per step.

    Percent up to 100.5 %, a factor above it.

    >>> kept(math.log(0.473)), kept(math.log(0.994)), kept(math.log(1.6))
    ('47 %', '99.4 %', '× 1.6')
    """
    if math.isnan(rate):
        return MISSING
    if rate == -math.inf:
        return "0 %"
    percent = 100 * math.exp(min(rate, 700.0))
    if percent > 100.5:
        return f"× {_factor(percent / 100)}"
    if percent >= 94.95:
        return f"{percent:.1f} %"
    if percent >= 0.1:
        return f"{significant(percent)} %"
    return f"{power(rate)}"


def kept_interval(rate: float, low: float, high: float) -> str:
    """Kept per step with half the width of its 95 % interval, for a table cell.

    >>> kept_interval(math.log(0.473), math.log(0.450), math.log(0.496))
    '47.3 % ± 2.3'
    """
    if not math.isfinite(rate):
        return kept(rate)
    factor = math.exp(min(rate, 700.0))
    scale, unit = (1.0, "") if factor > 1.005 else (100.0, " %")
    value = factor * scale
    if value < 0.1:
        return kept(rate)
    sign = "" if unit else "× "
    if not (math.isfinite(low) and math.isfinite(high)):
        return f"{sign}{_decimals(value, unit, math.nan)}{unit}"
    half = scale * (math.exp(min(high, 700.0)) - math.exp(min(low, 700.0))) / 2
    if half >= value:
        alone = f"{sign}{_decimals(value, unit, math.nan)}{unit}"
        return say(spoken("numbers").MORE_THAN_ITSELF, value=alone)
    return f"{sign}{_decimals(value, unit, half)}{unit} ± {_half(half)}"


def steps(horizon: float, length: int) -> str:
    """A horizon in steps; ``>256`` where it was not reached.

    >>> steps(9.7, 256), steps(math.inf, 256)
    ('10', '>256')
    """
    if math.isnan(horizon):
        return MISSING
    if horizon == math.inf or horizon > length:
        return f">{length:,}"
    return f"{math.ceil(horizon - 1e-9):,}"


def percent(share: float) -> str:
    """A share as percent: ``98 %``, ``0.4 %``; 100 % is said of all alone.

    >>> percent(0.978), percent(0.004), percent(1.0)
    ('98 %', '0.40 %', '100 %')
    >>> percent(0.9996), percent(1.0004)
    ('more than 99 %', 'more than 100 %')
    """
    if math.isnan(share):
        return MISSING
    value = 100 * share
    if abs(value) < 1e-3:
        return "0 %"
    if 99.5 <= value < 100 - 1e-9:
        return say(spoken("numbers").MORE_THAN, share="99 %")
    if 100 + 1e-9 < value < 100.5:
        return say(spoken("numbers").MORE_THAN, share="100 %")
    if abs(value) >= 99.5:
        return f"{value:.0f} %".replace("-", MINUS)
    return f"{significant(value)} %"


def directions(rank: float) -> str:
    """A stable rank as a count of directions: ``1``, ``2.4``, ``15``.

    >>> directions(1.04), directions(15.2)
    ('1', '15')
    """
    if math.isnan(rank):
        return MISSING
    return significant(rank).removesuffix(".0")


def count(mean: float) -> str:
    """A mean of whole numbers: ``0``, ``2.4``, ``128``.

    >>> count(0.0), count(2.25), count(127.75)
    ('0', '2.2', '128')
    """
    if math.isnan(mean):
        return MISSING
    return f"{mean:.1f}".removesuffix(".0") if mean < 10 else f"{mean:,.0f}"


def nats(rate: float) -> str:
    """A rate in nats per step with its sign: ``−0.75``."""
    if math.isnan(rate):
        return MISSING
    if math.isinf(rate):
        return f"{MINUS if rate < 0 else '+'}∞"
    if rate == 0:
        return "0"
    text = significant(abs(rate))
    return f"{MINUS if rate < 0 else '+'}{text}"


def fraction(threshold: float) -> str:
    """A threshold as people say it: ``1/1000``, ``10``.

    >>> fraction(1e-3), fraction(0.1), fraction(1000.0)
    ('1/1000', '1/10', '1000')
    """
    if threshold < 1 and abs(1 / threshold - round(1 / threshold)) < 1e-6:
        return f"1/{round(1 / threshold)}"
    return f"{threshold:g}"


def duration(seconds: float) -> str:
    """``51 s``, ``8 min``, ``1 h 40 min``.

    >>> duration(51.2), duration(480), duration(6000)
    ('51 s', '8 min', '1 h 40 min')
    """
    w = spoken("numbers")
    if seconds < 120:
        return say(w.SECONDS, count=round(seconds)) if seconds >= 1 else w.INSTANT
    minutes = round(seconds / 60)
    if minutes < 60:
        return say(w.MINUTES, count=minutes)
    hours, rest = divmod(minutes, 60)
    if not rest:
        return say(w.HOURS, count=hours)
    return say(w.HOURS_MINUTES, hours=hours, minutes=rest)


def listed(items: list[str], pair: str = "") -> str:
    """``a``, ``a and b``, ``a, b and c``; `pair`: another template for the last two.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    if len(items) < 2:
        return "".join(items)
    first = ", ".join(items[:-1])
    return say(pair or spoken("numbers").PAIR, first=first, last=items[-1])


def _factor(value: float) -> str:
    if value < 1.095:
        return f"{value:.2f}"
    return significant(value) if value < 1000 else power(math.log(value))


def _decimals(value: float, unit: str, half: float) -> str:
    if not unit and value >= 100:
        return significant(value)
    if not unit:
        return f"{value:.2f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _half(half: float) -> str:
    if half < 0.005:
        return "0.00"
    return significant(half, 2 if half >= 1 else 1)


def kept_tenths(rate: float) -> str:
    """Kept per step with one decimal, as a column needs it: ``47.3 %``.

    >>> kept_tenths(math.log(0.473)), kept_tenths(math.log(1.62))
    ('47.3 %', '× 1.62')
    """
    text = kept_interval(rate, math.nan, math.nan)
    return text if math.isfinite(rate) else kept(rate)


def kept_or_grows(rate: float) -> str:
    """Kept per step in a column; of more than 100.5 % that it grows.

    100.0 % is said of exactly all: near it there are more digits.

    >>> kept_or_grows(math.log(0.473)), kept_or_grows(math.log(1.02))
    ('47.3 %', 'grows ×1.02')
    >>> kept_or_grows(math.log(0.99952)), kept_or_grows(0.0)
    ('99.95 %', '100.0 %')
    """
    text = kept_tenths(rate)
    if text == "100.0 %" and rate != 0:
        texts = (f"{100 * math.exp(rate):.{d}f}" for d in range(2, _DIGITS))
        text = f"{next((t for t in texts if float(t) != 100), '100.0')} %"
    return f"grows ×{text[2:]}" if text.startswith("× ") else text
