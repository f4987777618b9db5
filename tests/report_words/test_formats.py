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
        "Kept in float16 and not rescaled, the product underflows in 45 of 85 "
        "networks within 256 steps. In float16 the first product underflows after 6 "
        "steps, in RNN (gain 0.25). Kept in float32 and not rescaled, the product "
        "underflows in 28 of 85 networks within 256 steps."
    )
    cells = {row[0].text: [c.text for c in row[1:]] for row in table.row_list()}
    assert len(cells) == 24
    assert cells["RNN (gain 0.25)"] == ["6", "42", "42"]
    assert cells["GRU keep bias 3"] == [">256"] * 3
    assert cells["RNN (gain 8)"][0] == "too large at 14"
    assert "24 of 85 networks" in table.notes[1]


def test_what_grows_overflows(document):
    sentence, (table,) = told(document("all_explode"))
    assert "underflows in 0 of 86 networks within 256 steps" in sentence
    assert "the product overflows in 86 of 86 networks within 256 steps" in sentence
    assert all("too large at" in row[1].text for row in table.row_list())


def test_one_network_is_spoken_of_by_name(document):
    sentence, _ = told(document("one_point"))
    assert "In float16 the first product underflows after" in sentence
    assert "steps, in LSTM forget bias 1." in sentence


@pytest.mark.parametrize("name", ["all_dead", "all_not_finite"])
def test_what_ends_anyway_is_no_matter_of_formats(name, document):
    assert told(document(name)) == ("", [])
