"""A wrong number put into an expectation is reported as a miss."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from click.testing import CliRunner

import gradlab
from gradlab.cli import main
from gradlab.reproductions import folder
from tests.cli.inline import measure_inline
from tests.reproductions.pairs import write


SMALLER = {
    "newman": [
        ("hidden = [2, 4, 8]", "hidden = 4"),
        ("length = 2000", "length = 200"),
        ("seeds = 16", "seeds = 6"),
    ],
    "peephole-conveyor": [("hidden = 16", "hidden = 4"), ("seeds = 5", "seeds = 1")],
}
"""Row -> what makes its sweep quick enough for a test."""

WRONG = {
    "newman": ('size = "hidden", index = "index"', 'size = 5, index = "index"'),
    "peephole-conveyor": ("expected = 0.0953", "expected = 5"),
    "seed-09-candidate": ("expected = 0.0", "expected = 0.001"),
}
"""Row of the kind law, misconception, seed -> its number, and another."""


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """The results of a row as it is, computed once."""
    return tmp_path_factory.mktemp("stores")


def copied(name: str, to: Path, *changes: tuple[str, str]) -> Path:
    """Copy a row's files and what they load; change its expectation."""
    shutil.copytree(folder.known(), to)
    sweep, expected = (to / f"{name}.{end}" for end in ("toml", "expected.toml"))
    text = expected.read_text(encoding="utf-8")
    if name == "newman":  # its second entry is along the widths
        text = "[[compare]]".join(text.split("[[compare]]")[:2])
        text = text.replace("hidden = 8 }", "hidden = 4 }")
    expected.write_text(replaced(text, changes), encoding="utf-8")
    small = replaced(sweep.read_text(encoding="utf-8"), SMALLER.get(name, ()))
    sweep.write_text(small, encoding="utf-8")
    return sweep


def replaced(text: str, changes: Iterable[tuple[str, str]]) -> str:
    """Return a text with other parts, each of which is there."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_number_is_a_miss(name, tmp_path, stores, monkeypatch):
    measure_inline(monkeypatch)
    as_it_is = copied(name, tmp_path / "right")
    assert gradlab.reproduce(str(as_it_is), out=stores).held
    wrong = copied(name, tmp_path / "wrong", WRONG[name])
    monkeypatch.setattr("gradlab.cli.reproduce.write", lambda *_: [])
    words = ["reproduce", str(wrong), f"--out={stores}"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 1, done.output
    lines = done.stdout.splitlines()
    assert lines[0].startswith("✕")
    assert lines[-1] == "0 of 1 row within tolerance"
    answer = json.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    (row,) = answer["rows"]
    assert not row["held"]
    assert any(not one["held"] for one in row["comparisons"])


def test_a_row_whose_points_fail_is_a_miss_and_tried_again(tmp_path, monkeypatch):
    measure_inline(monkeypatch)
    (cause := tmp_path / "cause").touch()
    (tmp_path / "bad.py").write_text(
        "from pathlib import Path\n"
        "from gradlab.measures.base import Measure\n"
        "class Bad(Measure):\n"
        "    '''Raise.'''\n"
        "    def compute(self, context):\n"
        f"        if Path({str(cause)!r}).exists():\n"
        "            raise ValueError('no luck')\n"
        "        return context.trajectory.states[0].sum((0, -1))\n"
    )
    sweep = 'question = "?"\nload = ["bad.py"]\ncell = "rnn"\nhidden = 4\nlength = 8\n'
    sweep += 'features = 2\nseeds = 1\nmeasures = ["growth_rate", "bad"]\n'
    name = str(write(tmp_path / "row", sweep=sweep.replace("bad.py", "../bad.py")))
    (row,) = gradlab.reproduce(name, out=tmp_path / "out").rows
    assert not row.held and not row.comparisons
    assert row.failure.startswith("1 of 1 points failed")
    assert "no luck" in row.failure
    cause.unlink()
    (row,) = gradlab.reproduce(name, out=tmp_path / "out").rows
    assert not row.failure and row.comparisons
