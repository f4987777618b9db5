"""Every document is whole: inline text, terms, references, figures, limits."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest

from gradlab import catalog
from gradlab.report import glossary, inline, references
from gradlab.report.blocks import (
    Command,
    Details,
    Finding,
    Formula,
    HowToRead,
    Limits,
    References,
    Table,
)
from gradlab.report.document import compose
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.figures.maps import Maps
from gradlab.report.sections._own import OwnSection
from tests import made_up
from tests.report_words.telling import every_text, flat


NAMES = tuple(made_up.CONTRADICTIONS)


def in_two_languages(section: str) -> bool:
    """Whether a section takes its words from a file a language."""
    return issubclass(catalog.get("sections", section), OwnSection)


ORDER = ("Finding", "Figure", "HowToRead", "Limits")


@pytest.mark.parametrize("name", NAMES)
def test_text_is_filled_in_and_parses(name, document):
    for text in every_text(document(name)):
        assert "$" not in text
        assert "nan" not in re.findall(r"[a-z]+", text.lower())
        plain = inline.plain(text)
        assert "[[" not in plain
        assert "{" not in plain, plain
        assert "  " not in plain, plain
        assert not re.search(r"\b(None|inf)\b", plain.replace("None of", "")), plain


@pytest.mark.parametrize("name", NAMES)
def test_terms_and_references_exist(name, document):
    found = document(name)
    for text in every_text(found):
        for span in inline.parse(text):
            if span.kind == "term":
                assert span.text in glossary.TERMS, span.text
    for chapter in found.chapters:
        for block in flat(chapter.blocks):
            if isinstance(block, References):
                assert set(block.keys) <= set(references.KEYS)


@pytest.mark.parametrize("name", NAMES)
def test_limits_of_size(name, document):
    found = document(name)
    assert len(found.chapters) <= 13
    figures = [figure for _, figure in found.figures()]
    assert len(figures) <= 18
    assert len({figure.name for figure in figures}) == len(figures)
    for figure in figures:
        columns, rows = figure.data.table()
        assert columns
        assert rows
        assert len(figure.alt) > 20
        assert not re.search(r"\^\{|_\{|\[\[|\*\*", figure.alt)


@pytest.mark.parametrize("name", NAMES)
def test_maps_have_two_axes(name, document):
    for _, figure in document(name).figures():
        found = figure.data.maps if isinstance(figure.data, Maps) else [figure.data]
        for heatmap in found:
            if not isinstance(heatmap, Heatmap):
                continue
            assert len(heatmap.rows) > 1
            assert len(heatmap.rows) <= 24
            assert len(heatmap.columns) > 1
            for values, words in zip(heatmap.values, heatmap.verdicts, strict=True):
                assert len(values) == len(words) == len(heatmap.columns)
                for value, word in zip(values, words, strict=True):
                    assert (word == "dead") == (value == -math.inf)


@pytest.mark.parametrize("name", NAMES)
def test_same_order_in_every_section(name, document):
    for chapter in document(name).chapters:
        others = ("what_is", "provenance", "remedies")
        own = in_two_languages(chapter.name)
        if chapter.missing or chapter.name in others or not own:
            continue
        assert isinstance(chapter.blocks[0], Finding)
        kinds = [type(b).__name__ for b in chapter.blocks]
        places = [ORDER.index(k) for k in kinds if k in ORDER]
        if chapter.name not in ("cell_state", "learning"):
            assert places == sorted(places), kinds
        for kind in (HowToRead, Formula, Command, Limits):
            found = any(isinstance(b, kind) for b in flat(chapter.blocks))
            assert found, f"{chapter.name} has no {kind.__name__}"


KOREAN = (
    "usual",
    "text",
    "dead_and_broken",
    "one_point",
    "all_failed",
    "nothing_asked",
)
LATIN = r"(?:\b[A-Za-z]{2,}\b[ ,]+){4}"
"""Four words one after the other: a sentence of English."""


@pytest.mark.parametrize("name", KOREAN)
def test_korean_is_whole_and_has_no_english_sentence(name):
    found = compose(made_up.CONTRADICTIONS[name](), "ko")
    chapters = [c for c in found.chapters if in_two_languages(c.name)]
    for text in every_text(replace(found, chapters=chapters)):
        assert "$" not in text
        for span in inline.parse(text):
            if span.kind == "term":
                assert span.text in glossary.TERMS, span.text
        words = "".join(
            s.text if s.kind == "text" else " · " for s in inline.parse(text)
        )
        assert not re.search(LATIN, words), words


def test_two_hundred_rows_show_a_sample_and_all_in_a_table(document):
    found = document("two_hundred_rows")
    assert len(found.top.table.rows) == 24
    assert any("24 of 225 networks are shown" in n for n in found.top.table.notes)
    details = [b for b in found.chapters[1].blocks if isinstance(b, Details)]
    tables = [b for d in details for b in d.blocks if isinstance(b, Table)]
    assert len(tables[0].rows) == 225


def test_one_point_is_a_portrait(document):
    told = [c.name for c in document("one_point").chapters if not c.missing]
    assert {"how_far", "cell_state", "backward", "provenance"} <= set(told)
    assert not {"length", "weights", "gain"} & set(told)


def test_all_failed_lists_messages_as_they_are(document):
    found = document("all_failed")
    assert found.top.table is None
    tables = [b for b in found.top.blocks if isinstance(b, Table)]
    row = [inline.plain(c.text) for c in tables[0].row_list()[0]]
    assert row[0] == "135"
    assert row[1] == "RuntimeError: out of *memory*"


def test_missing_sections_are_one_line(document):
    for name in NAMES:
        for chapter in document(name).chapters:
            assert len(chapter.missing) < 200
            assert "\n" not in chapter.missing
