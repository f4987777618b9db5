"""The verdict on what is left of a gradient at T, in one word."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gradlab.errors import ConfigError


class Verdict(NamedTuple):
    """A word, its glyph and its ASCII glyph."""

    word: str
    glyph: str
    plain: str


VERDICTS = (
    Verdict("vanishing", "▼", "v"),
    Verdict("fading", "▽", "."),
    Verdict("stable", "●", "o"),
    Verdict("growing", "△", "+"),
    Verdict("exploding", "▲", "^"),
    Verdict("undetermined", "?", "?"),
    Verdict("dead", "✕", "x"),
    Verdict("not_finite", "!", "!"),
)
THRESHOLDS = (1e-3, 0.1, 10.0, 1e3)
_CODES = {entry.word: code for code, entry in enumerate(VERDICTS)}


def verdict(
    ln_left: float,
    low: float = np.nan,
    high: float = np.nan,
    thresholds: Sequence[float] = THRESHOLDS,
) -> str:
    """Return the verdict on ``ln_left``, the ln of the gradient's factor over T steps.

    Args:
        ln_left: natural log; -inf, an exact zero, is ``dead``; NaN and inf are
            ``not_finite``.
        low: lower bound of ``ln_left`` at 95 %, or NaN, where ``ln_left`` decides.
        high: upper bound; with a threshold between the two the verdict is
            ``undetermined``.
        thresholds: vanishing below the first, fading below the second, stable up to
            the third, growing from it, exploding above the fourth.

    >>> verdict(-12.0), verdict(-5.0), verdict(0.0), verdict(3.0), verdict(9.0)
    ('vanishing', 'fading', 'stable', 'growing', 'exploding')
    >>> verdict(-12.0, low=-13.0, high=-6.0), verdict(-np.inf), verdict(np.nan)
    ('undetermined', 'dead', 'not_finite')

    Raises:
        ConfigError: unless the thresholds are four, positive and increasing.
    """
    _check(thresholds)
    if ln_left == -np.inf:
        return "dead"
    if not np.isfinite(ln_left):
        return "not_finite"
    if np.isnan(low) or np.isnan(high):
        return _band(ln_left, thresholds)
    words = {_band(bound, thresholds) for bound in (low, high)}
    return words.pop() if len(words) == 1 else "undetermined"


def code(word: str) -> int:
    """Return the index of a verdict's word in ``VERDICTS``.

    >>> code("stable")
    2
    """
    return _CODES[word]


def _band(ln_left: float, thresholds: Sequence[float]) -> str:
    vanish, fade, grow, explode = np.log(thresholds)
    if ln_left < vanish:
        return "vanishing"
    if ln_left < fade:
        return "fading"
    if ln_left < grow:
        return "stable"
    return "growing" if ln_left <= explode else "exploding"


def _check(thresholds: Sequence[float]) -> None:
    given = tuple(thresholds)
    rising = len(given) == 4 and given[0] > 0 and bool(np.all(np.diff(given) > 0))
    if not rising or not np.isfinite(given).all():
        raise ConfigError(
            got=f"thresholds {', '.join(f'{t:g}' for t in given)}",
            expected="four positive numbers, each larger than the one before",
            try_="--thresholds 1e-3,0.1,10,1e3",
        )
