"""What the report must never say (REPORT, part 2), whatever the store holds."""

from __future__ import annotations

import re

import pytest

from gradlab.report import inline
from tests import made_up
from tests.report_words.telling import every_text


NAMES = tuple(made_up.CONTRADICTIONS)
NEVER = (
    r"\bsolv(e|es|ed|ing)\b",
    r"no vanishing gradient",
    r"does not vanish\b",
    r"cannot explode",
    r"gradient is zero\b",
    r"average gradient",
    r"memory of \d",
    r"infinite horizon",
    r"will learn",
    r"\bconfidence\b",
    r"\berror bar",
    r"carries no cell state|has no cell state",
    r"\bsignificant(ly)?\b",
    r"\bprove[sdn]?\b",
    r"averaged over (all|the) (gain|length|bias|activation|init)",
    r"1\.0 direction\b",
)


@pytest.mark.parametrize("name", NAMES)
def test_never(name, document):
    never = re.compile("|".join(NEVER), re.IGNORECASE)
    for text in every_text(document(name)):
        assert not never.search(inline.plain(text)), text


@pytest.mark.parametrize("name", NAMES)
def test_direct_part_is_only_quoted_to_be_corrected(name, document):
    equation = re.compile(r"dc_\{?t\}?/dc_\{?t[−-]1\}? = f_\{?t\}?")
    for text in every_text(document(name)):
        if equation.search(text):
            assert text.startswith("A textbook's \"")
            assert "is the direct part only" in text


@pytest.mark.parametrize("name", NAMES)
def test_every_band_and_interval_is_named(name, document):
    for chapter, figure in document(name).figures():
        banded = [s for s in _series(figure.data) if s.low is not None]
        if banded:
            assert "Bands: lowest to highest of" in figure.caption, chapter.name


def _series(data):
    if hasattr(data, "series"):
        yield from data.series
    for panel in getattr(data, "panels", ()):
        yield from getattr(getattr(panel, "data", None), "series", ())


def test_one_word_for_one_thing(document):
    unwelcome = r"\b(excursion|remainder|deadness|conveyor belt)s?\b"
    for text in every_text(document("usual")):
        plain = inline.plain(text)
        assert not re.search(unwelcome, plain), plain
