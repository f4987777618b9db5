"""The words follow the data: whole texts for stores that contradict the story.

The expected texts stand in `expected/`, one file a store; read them when they change.
Written anew by `GRADLAB_REWRITE_EXPECTED=1 pytest tests/report_words`.
"""

from __future__ import annotations

import os
from itertools import zip_longest
from pathlib import Path

import pytest

from tests import made_up
from tests.report_words.telling import summary


EXPECTED = Path(__file__).parent / "expected"
NAMES = tuple(made_up.CONTRADICTIONS)


@pytest.mark.parametrize("name", NAMES)
def test_top_and_findings(name, document):
    told = summary(document(name))
    file = EXPECTED / f"{name}.txt"
    if os.environ.get("GRADLAB_REWRITE_EXPECTED"):
        EXPECTED.mkdir(exist_ok=True)
        file.write_text(told, encoding="utf-8")
    before = file.read_text(encoding="utf-8").splitlines()
    changed = [
        f"was: {old}\nis:  {new}"
        for old, new in zip_longest(before, told.splitlines(), fillvalue="")
        if old != new
    ]
    assert not changed, "\n".join(changed[:6])
