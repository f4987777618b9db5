"""What the project's own files promise each other."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path


ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_pin_lies_within_the_range():
    pin = re.search(
        r"^torch==(\d+)\.(\d+)", (ROOT / "constraints.txt").read_text(), re.M
    )
    (bound,) = [d for d in PROJECT["project"]["dependencies"] if d.startswith("torch")]
    low = tuple(map(int, bound.removeprefix("torch>=").split(".")))
    assert tuple(map(int, pin.groups())) >= low


def test_every_bound_has_its_reason():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    bounds = re.findall(r'^    "([\w-]+)>=[\d.]+",(.*)$', text, re.MULTILINE)
    assert len(bounds) >= 20
    assert [name for name, rest in bounds if not rest.strip().startswith("#")] == []


def test_one_version_everywhere():
    version = PROJECT["project"]["version"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {version}\n" in citation


def test_ci_calls_make_test_and_a_real_sweep():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert re.search(r"^make .*\btest\b", script, re.MULTILINE)
    assert '"$VENV/bin/gradlab" sweep' in script
    subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=True)
