"""How logarithms are said and coloured."""

import math

import pytest

from gradlab.report.figures import scale
from gradlab.report.figures.draw.colours import fill, luminance
from gradlab.report.figures.style import (
    DARK,
    INK,
    LOOKS,
    PAPER,
    RAMPS,
    STYLES,
    dark_colours,
    tones,
)


LN10 = math.log(10)


@pytest.mark.parametrize(
    ("exponent", "text"),
    [
        (-83.4, "−83"),
        (-5.24, "−5.2"),
        (0, "0.0"),
        (-0.04, "0.0"),
        (41.2, "+41"),
        (9.96, "+10"),
        (math.nan, ""),
    ],
)
def test_signed(exponent: float, text: str) -> None:
    assert scale.signed(exponent) == text


@pytest.mark.parametrize(
    ("ln", "text"),
    [
        (0, "1.0 left"),
        (math.log(0.17), "0.17 left"),
        (-83 * LN10, "10⁻⁸³ left"),
        (-math.inf, "exactly 0 left"),
        (math.inf, "not finite"),
        (math.nan, "not measured"),
    ],
)
def test_left(ln: float, text: str) -> None:
    assert scale.left_words(ln) == text


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (math.log(0.473), "47.3 % kept per step"),
        (math.log(1.6), "× 1.6 a step"),
        (0, "100 % kept per step"),
        (-math.inf, "0 % kept"),
        (100.0, "× 10⁴³ a step"),
    ],
)
def test_kept(rate: float, text: str) -> None:
    assert scale.kept_words(rate) == text


@pytest.mark.parametrize(
    ("exponent", "word"),
    [
        (-3.1, "vanishing"),
        (-3, "fading"),
        (-1, "stable"),
        (0, "stable"),
        (1, "stable"),
        (1.1, "growing"),
        (3, "growing"),
        (3.1, "exploding"),
    ],
)
def test_verdict(exponent: float, word: str) -> None:
    assert scale.verdict_of(exponent * LN10) == word


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("exponent", [x / 4 for x in range(-60, 61)])
def test_words_in_cells_can_be_read(style: str, exponent: float) -> None:
    colour, ink = fill(exponent * LN10, STYLES[style])
    assert contrast(colour, ink) >= 4.5
    assert not {colour, ink} & set(DARK)


@pytest.mark.parametrize("key", LOOKS)
def test_lines_can_be_seen(key: str) -> None:
    colour = LOOKS[key].colour
    assert contrast(colour, PAPER) >= 3
    assert contrast(DARK[colour], DARK[PAPER]) >= 3
    assert contrast(LOOKS[key].grey, PAPER) >= 3


@pytest.mark.parametrize("cell", RAMPS)
def test_tones_of_an_ordered_axis_are_ordered_and_can_be_seen(cell: str) -> None:
    light = [luminance(tone) for tone in tones(cell)]
    dark = [luminance(dark_colours()[tone]) for tone in tones(cell)]
    assert light == sorted(light, reverse=True) and dark == sorted(dark)
    assert all(contrast(tone, PAPER) >= 3 for tone in tones(cell))
    assert all(contrast(tone, DARK[PAPER]) >= 3 for tone in tones(cell, dark=True))


@pytest.mark.parametrize("style", STYLES)
def test_a_key_on_an_ordered_axis_gets_its_tone(style: str) -> None:
    ramp = tones("rnn" if STYLES[style].grey else "lstm")
    found = [STYLES[style].look(f"lstm~{k / 8}").colour for k in range(9)]
    assert found == ramp


def test_text_can_be_read_in_the_dark() -> None:
    assert contrast(DARK[INK], DARK[PAPER]) >= 4.5
    assert contrast(STYLES["page"].muted, PAPER) >= 4.5
    assert contrast(DARK[STYLES["page"].muted], DARK[PAPER]) >= 4.5


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast of two hex colours."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
