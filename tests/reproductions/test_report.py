"""The report of rows: misses first, words that follow the numbers."""

from __future__ import annotations

import math

import pytest

from gradlab.errors import UnknownNameError
from gradlab.report.blocks import Figure, Finding, Table
from gradlab.report.build import write
from gradlab.report.figures.curves import Curves
from gradlab.report.inline import plain
from gradlab.report.reproductions.document import compose
from gradlab.report.reproductions.numbers import closest, edge
from gradlab.reproduced import Reproduction
from tests.reproductions.made_up import along, comparison, row


MISS = comparison(measured=2.0, held=False)


def told(document) -> str:
    """All cells of all tables of the chapters, and their findings."""
    words = []
    for chapter in document.chapters:
        for block in chapter.blocks:
            if isinstance(block, Finding):
                words.append(block.text)
            elif isinstance(block, Table):
                words += [cell.text for line in block.row_list() for cell in line]
    return "\n".join(words)


def test_misses_come_first_and_are_named():
    rows = [row("good"), row("bad", comparisons=(MISS,), question="And how far?")]
    document = compose(rows, "gradlab reproduce")
    assert document.top.headline == [
        "1 of 2 known results come out within tolerance; bad does not."
    ]
    assert [chapter.question for chapter in document.chapters] == [
        "And how far?",
        "How fast?",
    ]
    first, last = document.top.table.row_list()
    assert first[0].text == "`bad`"
    assert (first[-1].text, first[-1].verdict) == ("0 of 1", "missed")
    assert (last[-1].text, last[-1].verdict) == ("1 of 1", "held")


def test_when_all_hold_it_says_so():
    assert compose([row(), row("b")], "c").top.headline == [
        "All 2 known results come out within tolerance."
    ]
    assert compose([row()], "c").top.headline == [
        "The known result comes out within tolerance."
    ]


def test_identities_are_not_counted_among_results():
    document = compose([row(), row("same", kind="identity")], "c")
    assert document.top.sentences == [
        "1 of 1 within tolerance: published results and exact laws.",
        "1 of 1 within tolerance: identities, which compare a formula with itself: "
        "not counted.",
    ]


def test_a_misconception_is_a_slide():
    document = compose([row("it", kind="misconception")], "c")
    assert told(document).splitlines()[:7] == [
        "The claim of it.",
        "as it is taught",
        "It never forgets.",
        "measured",
        "rate: 1.020 nats per step",
        "corrected",
        "It forgets **soon**.",
    ]
    (figure,) = [f for _, f in document.figures()]
    assert figure.takeaway == "It forgets **soon**."


def test_a_claim_of_the_seed_stands_in_both_languages():
    assert told(compose([row("s", kind="seed")], "c")).splitlines()[:7] == [
        "The claim of s.",
        "주장 9",
        "같은 식이다.",
        "measured",
        "rate: 1.020 nats per step",
        "claim 9",
        "**half right**",
    ]


def test_of_several_places_the_worst_is_shown_and_all_are_drawn():
    places = along({8: (1.01, True), 16: (1.5, False), 32: (0.93, True)})
    document = compose([row(comparisons=places)], "c")
    assert "rate, at hidden 16" in told(document)
    assert "2 of 3" in told(document)
    ((_, figure),) = document.figures()
    assert isinstance(figure, Figure) and isinstance(figure.data, Curves)
    expected, measured = figure.data.series
    assert list(measured.y) == [1.01, 1.5, 0.93]
    assert list(expected.low) == pytest.approx([0.9] * 3)
    assert list(expected.high) == pytest.approx([1.1] * 3)


def test_a_row_that_was_not_measured_says_why():
    failed = row(comparisons=(), failure="2 of 2 points failed: no *luck*")
    document = compose([failed], "c")
    assert document.top.table.row_list()[0][-1].text == "not measured"
    prose = [b.text for b in document.chapters[0].blocks if hasattr(b, "text")]
    assert any("2 of 2 points failed: no *luck*" in plain(text) for text in prose)


def test_an_unknown_source_is_refused():
    with pytest.raises(UnknownNameError, match="Try newman1986"):
        compose([row(source=["newmann1986"])], "c")


def test_the_closest_to_the_edge_is_that_of_most_tolerances():
    far, near = comparison(measured=1.05), comparison(measured=0.92)
    assert closest([far, near]) is near
    assert edge(near) == pytest.approx(0.8)
    assert edge(comparison(measured=1.05, relation="at_least")) == pytest.approx(-0.5)
    assert edge(comparison(measured=math.nan, held=False)) == math.inf
    assert edge(comparison(measured=math.inf, expected=math.inf)) == 0


def test_page_and_pdf_are_written(tmp_path):
    rows = [
        row("bad", comparisons=(MISS, comparison("a", relation="at_most"))),
        row("line", comparisons=along({k: (4.0**k, True) for k in range(5)})),
        row("it", kind="misconception"),
        row("s", kind="seed", comparisons=(comparison(measured=math.inf, held=False),)),
        row("gone", comparisons=(), failure="no luck"),
    ]
    page, pdf = write(compose(rows, "gradlab reproduce --all", "known"), tmp_path)
    assert page.name == "known.html" and pdf.name == "known.pdf"
    text = page.read_text(encoding="utf-8")
    assert "주장 9" in text and "▲" not in text
    assert text.count('class="drawing"') == 4
    assert pdf.read_bytes().startswith(b"%PDF")


def test_what_python_gets_is_a_table_and_a_page(tmp_path):
    found = Reproduction((row("good"), row("bad", comparisons=(MISS,))))
    assert not found.held
    frame = found.frame()
    assert frame["row"].tolist() == ["good", "bad"]
    assert frame["held"].tolist() == [True, False]
    assert found.report(tmp_path / "mine.html") == [tmp_path / "mine.html"]
    assert "gradlab.reproduce" in (tmp_path / "mine.html").read_text(encoding="utf-8")
