"""Leaves outside the package: loaded, checked, and dropped into its folders."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import gradlab
from gradlab import catalog
from gradlab.api import check_file
from gradlab.catalog import registry
from gradlab.cli import main
from gradlab.cli.check import sweep_of
from gradlab.report.document import compose
from gradlab.store.results import Results
from tests.cli.inline import measure_inline


LEAVES = {
    "cells": "drift",
    "activations": "cubic",
    "initializers": "cyclic",
    "inputs": "pulse",
    "losses": "tail",
    "tasks": "parity",
    "measures": "speed",
    "remedies": "shift",
    "sections": "fastest",
    "claims": "nothing_lost",
}
HERE = Path(__file__).parent
FOLDERS = {"sections": "report/sections", "claims": "report/claims"}


@pytest.fixture(autouse=True)
def nothing_stays_loaded(monkeypatch):
    monkeypatch.setattr(registry, "EXTERNAL", {})


@pytest.mark.parametrize(("room", "name"), LEAVES.items())
def test_a_file_outside_the_package_passes_the_suite(room, name):
    outcomes = check_file(HERE / "leaves" / f"{name}.py")
    assert {(o.kind, o.leaf) for o in outcomes} == {(room, name)}
    assert [str(o) for o in outcomes if not o.passed] == []
    assert name in catalog.names(room)


SUGGESTED = {
    "cells": "--cell drift",
    "activations": "--activation cubic",
    "initializers": "--init cyclic",
    "inputs": "--input pulse",
    "losses": "--loss tail",
    "tasks": "",
    "measures": "",
    "remedies": "",
    "sections": "",
    "claims": "",
}


@pytest.mark.parametrize(("kind", "option"), SUGGESTED.items())
def test_the_sweep_suggested_has_the_leaf(kind, option):
    file = HERE / "leaves" / f"{LEAVES[kind]}.py"
    command = sweep_of([file], catalog.load_file(file))
    assert command == f"gradlab sweep --load {file} {option}".rstrip()


USED = {
    "cells": "cell",
    "activations": "activation",
    "initializers": "init",
    "inputs": "input",
    "losses": "loss",
}
"""Kind -> the parameter of a point that names its leaf."""
SMALL = "--hidden=4 --length=8 --seeds=1 --features=4 --no-verify --jobs=1".split()


@pytest.mark.parametrize("kind", LEAVES)
def test_the_sweep_that_check_prints_runs_and_has_the_leaf(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    measure_inline(monkeypatch)
    name = LEAVES[kind]
    (tmp_path / "my leaves").mkdir()
    shutil.copy(HERE / "leaves" / f"{name}.py", tmp_path / "my leaves")
    checked = CliRunner().invoke(main, ["check", f"my leaves/{name}.py"])
    assert checked.exit_code == 0, checked.output
    program, *words = shlex.split(checked.output.splitlines()[-1].removeprefix("next "))
    assert program == "gradlab"
    swept = CliRunner().invoke(main, [*words, *SMALL, "--json"])
    assert swept.exit_code == 0, swept.output
    results = Results.open(json.loads(swept.stdout)["folder"])
    assert results.points
    for point in results.points:
        if kind in USED:
            assert point.params[USED[kind]] == name
        elif kind == "measures":
            assert point.record(name) is not None
    if kind == "sections":
        (chapter,) = (c for c in compose(results).chapters if c.name == name)
        assert chapter.blocks


def test_the_sweep_suggested_for_built_in_leaves_and_several():
    leaves = [("cells", "gru"), ("cells", "lstm"), ("measures", "lyapunov_exponents")]
    assert sweep_of([Path("gru.py")], leaves) == (
        "gradlab sweep --cell gru,lstm --measure lyapunov_exponents"
    )
    assert sweep_of([Path("text.py")], [("inputs", "text")]) == (
        "gradlab sweep --input text:FILE"
    )


def test_a_file_inside_the_package_is_checked_as_the_leaf_it_is():
    file = Path(gradlab.__file__).parent / "activations" / "tanh.py"
    outcomes = check_file(file)
    assert {(o.kind, o.leaf) for o in outcomes} == {("activations", "tanh")}
    assert all(o.passed for o in outcomes)
    assert catalog.external_source("activations", "tanh") is None


@pytest.mark.slow
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
