"""Templates: each one used, each one whole; references as BibTeX."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gradlab.report as report
from gradlab.errors import UnknownNameError
from gradlab.report import references
from gradlab.report.words import say, words


ROOT = Path(report.__file__).parent
FILES = sorted(p for p in (ROOT / "words" / "en").glob("*.py") if p.stem != "__init__")
USERS = (*ROOT.rglob("*.py"), *ROOT.rglob("*.j2"), *(ROOT.parent / "cli").glob("*.py"))
CODE = "\n".join(
    p.read_text(encoding="utf-8")
    for p in USERS
    if "words" not in p.relative_to(ROOT.parent).parts
)


@pytest.mark.parametrize("file", FILES, ids=lambda p: p.stem)
def test_every_template_is_used(file):
    module = words("en", file.stem)
    names = [n for n in vars(module) if n.isupper() and not n.startswith("_")]
    unused = [n for n in names if not re.search(rf"\.{n}\b", CODE)]
    assert unused == []


def test_a_language_not_there_falls_back_to_english():
    assert words("xx", "gain") is words("en", "gain")


def test_a_template_without_its_value_is_an_error():
    with pytest.raises(KeyError):
        say("$name keeps $kept", name="RNN")


def test_bibtex_of_all_works_is_balanced():
    text = references.bibtex()
    assert text.count("@") == len(references.KEYS)
    assert text.count("{") == text.count("}")


def test_unknown_reference_names_the_nearest():
    with pytest.raises(UnknownNameError) as caught:
        references.bibtex(["pascanu2012"])
    assert "pascanu2013" in str(caught.value)


@pytest.mark.parametrize("file", FILES, ids=lambda p: p.stem)
def test_every_template_is_written_once(file):
    names = re.findall(
        r"^([A-Z0-9_]+) =", file.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(names) == len(set(names))
