"""The words follow the data: whole texts for stores that contradict the story.

The expected texts stand in `expected/`, one file a store; read them when they change.
`make texts` writes them anew. They are of the claims and sections in `leaves.json`: a
new one does not change them until they are written again.
"""

from __future__ import annotations

import json
import os
from itertools import zip_longest
from pathlib import Path

import pytest

from gradlab import catalog
from gradlab.report.document import compose
from tests import made_up
from tests.report_words.telling import summary


EXPECTED = Path(__file__).parent / "expected"
LEAVES = EXPECTED / "leaves.json"
NAMES = tuple(made_up.CONTRADICTIONS)
KINDS = ("claims", "sections")
REWRITE = bool(os.environ.get("GRADLAB_REWRITE_EXPECTED"))


@pytest.fixture
def known_document(document, monkeypatch):
    """Compose a document of the claims and sections of the expected texts."""
    present = {kind: list(catalog.names(kind)) for kind in KINDS}
    if REWRITE:
        LEAVES.write_text(json.dumps(present, indent=1) + "\n", encoding="utf-8")
    known = json.loads(LEAVES.read_text(encoding="utf-8"))
    if known == present:
        return document
    names = catalog.names

    def known_names(kind):
        return tuple(n for n in names(kind) if n in known.get(kind, (n,)))

    monkeypatch.setattr(catalog, "names", known_names)
    return lambda name: compose(made_up.CONTRADICTIONS[name]())


@pytest.mark.parametrize("name", NAMES)
def test_top_and_findings(name, known_document):
    told = summary(known_document(name))
    file = EXPECTED / f"{name}.txt"
    if REWRITE:
        file.write_text(told, encoding="utf-8")
    before = file.read_text(encoding="utf-8").splitlines()
    changed = [
        f"was: {old}\nis:  {new}"
        for old, new in zip_longest(before, told.splitlines(), fillvalue="")
        if old != new
    ]
    assert not changed, "\n".join([*changed[:6], "If that is meant: make texts"])
