"""Calls travel by name: imports cannot show this tie, so each name is tried."""

import re
from pathlib import Path

import pytest

import gradlab
from gradlab.engines.worker import resolve
from gradlab.sweeps import measure
from gradlab.sweeps.result_writer import CALLS


def called():
    """Return the calls that the package names."""
    root = Path(gradlab.__file__).parent
    texts = [file.read_text(encoding="utf-8") for file in root.rglob("*.py")]
    return sorted(
        {name for text in texts for name in re.findall(r"CALLS}:(\w+)", text)}
    )


@pytest.mark.parametrize("name", called())
def test_every_call_resolves(name):
    assert resolve(f"{CALLS}:{name}") is getattr(measure, name)


def test_there_are_calls():
    assert {"prepare", "measure", "verify"} <= set(called())
