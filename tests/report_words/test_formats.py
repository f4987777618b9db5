"""What is said of number formats and shapes follows the data."""

from __future__ import annotations

import pytest

from gradlab.report.blocks import Prose, Table


def chapter(document, name):
    return next(c for c in document.chapters if c.name == name)


def told(document):
    """The sentence and the table of formats, where there are any."""
    blocks = chapter(document, "backward").blocks
    tables = [b for b in blocks if isinstance(b, Table) and b.name == "formats"]
    sentences = [b.text for b in blocks if isinstance(b, Prose)]
    return "".join(sentences), tables


def test_the_networks_that_are_lost_are_counted(document):
    sentence, (table,) = told(document("usual"))
    assert sentence == (
        "Kept in float16 without rescaling, 5 of 9 networks would underflow within 256 "
        "steps, the plain RNN first, after 16; in float32 3 would."
    )
    cells = {row[0].text: [c.text for c in row[1:]] for row in table.row_list()}
    assert cells["RNN"][0] == "16"
    assert cells["LSTM chrono"] == [">256"] * 3
    notes = " ".join(table.notes)
    assert "comes to rest after" in notes
    assert "too large" not in notes


def test_what_grows_overflows(document):
    sentence, (table,) = told(document("all_explode"))
    assert "none of 9 networks would underflow within 256 steps; 9 would" in sentence
    assert all("too large at" in row[1].text for row in table.row_list())
    assert "too large for the format" in table.notes[0]


def test_one_network_is_spoken_of_by_name(document):
    sentence, _ = told(document("one_point"))
    assert sentence.startswith(
        "Kept in float16 without rescaling, the product of the LSTM with forget bias 1 "
        "would underflow after"
    )
    assert sentence.endswith("in float32 it would not.")


@pytest.mark.parametrize("name", ["all_dead", "all_not_finite"])
def test_what_ends_anyway_is_no_matter_of_formats(name, document):
    assert told(document(name)) == ("", [])
