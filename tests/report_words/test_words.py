"""Templates: each one used, each one whole; references as BibTeX."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

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


PARTICLE = r"\$[a-z_]+(?:은|는|이|가|을|를|와|과|로|으로|이다|다|이고|고)\b"


@pytest.mark.parametrize("file", FILES, ids=lambda p: p.stem)
def test_every_file_is_there_in_korean(file):
    """The same templates with the same names of values, in no other structure."""
    english, other = (templates(words(k, file.stem)) for k in ("en", "ko"))
    assert english.keys() == other.keys()
    for name, text in english.items():
        assert named(other[name]) == named(text), name
        assert type(other[name]) is type(text), name


def templates(module):
    return {n: v for n, v in vars(module).items() if n.isupper() and n[0] != "_"}


def named(text):
    """The names of values in a template, or in all of several."""
    if isinstance(text, str):
        return set(Template(text).get_identifiers())
    parts = text.values() if isinstance(text, dict) else text
    return set().union(*map(named, parts))


def test_no_particle_follows_a_value_in_korean():
    """A particle's form depends on how the word before it is read aloud."""
    files = [*(ROOT / "words" / "ko").glob("*.py"), *(ROOT / "claims").glob("*.py")]
    for file in files:
        assert re.findall(PARTICLE, file.read_text(encoding="utf-8")) == [], file


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
