"""Leaves outside the package: loaded, checked, and dropped into its folders."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gradlab
from gradlab import catalog
from gradlab.catalog import registry
from gradlab.check import check_file


LEAVES = {
    "cells": "drift",
    "activations": "cubic",
    "initializers": "cyclic",
    "inputs": "pulse",
    "losses": "tail",
    "measures": "speed",
    "sections": "fastest",
}
HERE = Path(__file__).parent
FOLDERS = {"sections": "report/sections"}


@pytest.fixture(autouse=True)
def nothing_stays_loaded(monkeypatch):
    monkeypatch.setattr(registry, "EXTERNAL", {})


@pytest.mark.parametrize(("room", "name"), LEAVES.items())
def test_a_file_outside_the_package_passes_the_suite(room, name):
    outcomes = check_file(HERE / "leaves" / f"{name}.py")
    assert {(o.room, o.leaf) for o in outcomes} == {(room, name)}
    assert [str(o) for o in outcomes if not o.passed] == []
    assert name in catalog.names(room)


def test_dropped_into_the_folders_they_join_these_tests(tmp_path):
    """The same files, copied into a copy of the package, and the test above run."""
    package = Path(gradlab.__file__).parent
    shutil.copytree(package, tmp_path / "gradlab")
    for room, name in LEAVES.items():
        folder = tmp_path / "gradlab" / FOLDERS.get(room, room)
        shutil.copy(HERE / "leaves" / f"{name}.py", folder)
    shutil.copy(HERE / "test_ours.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        + ["--import-mode=importlib", "-k", " or ".join(LEAVES.values())],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert f"{2 * len(LEAVES)} passed" in done.stdout
