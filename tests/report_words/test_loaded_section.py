"""A section from one file outside the package joins the report with its own words."""

from __future__ import annotations

import pytest

from gradlab import catalog
from gradlab.report.document import compose
from tests import made_up


SOURCE = '''
from gradlab.report.blocks import Finding, Missing
from gradlab.report.sections.base import Section


class WhoIsBest(Section):
    """Names the best row."""

    question = "Who is best?"
    order = 13

    def build(self, results, story):
        if not story.main.rows:
            return Missing("Nothing was measured.")
        row = min(story.main.rows, key=lambda row: abs(row.size().ln))
        return [Finding(f"{row.label} is.")]
'''


@pytest.fixture
def loaded(tmp_path):
    file = tmp_path / "best.py"
    file.write_text(SOURCE)
    yield catalog.load_file(file)
    catalog.unload(file)


def test_it_appears_last_with_its_own_words(loaded):
    assert loaded == [("sections", "who_is_best")]
    found = compose(made_up.store(made_up.lineup(made_up.LSTM_ONLY)))
    last = found.chapters[-1]
    assert last.question == "Who is best?"
    assert last.blocks[0].text == "LSTM chrono is."


def test_it_may_have_nothing_to_say(loaded):
    found = compose(made_up.store({"sweep": []}))
    assert found.chapters[-1].missing == "Nothing was measured."
