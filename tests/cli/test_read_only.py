"""A folder that cannot be written: nothing is harmed, and what is there is read.

Root writes where no permission is given, so a root's commands run here without that
privilege.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.stores import write
from tests.made_up import product, store


DROP_FROM_BOUNDING_SET, CAP_DAC_OVERRIDE = 24, 1
"""Of prctl(2) and capabilities(7): what lets root write where nobody may."""

MADE = store({"g": product(network=[("rnn", None)], seed=range(1))})

pytestmark = pytest.mark.skipif(os.name == "nt", reason="permissions of Unix")


@pytest.fixture
def locked(tmp_path):
    folder = tmp_path / "locked"
    write(MADE, folder)
    before = {file: file.read_bytes() for file in folder.iterdir()}
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    assert {file: file.read_bytes() for file in folder.iterdir()} == before


def gradlab(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    return python("-m", "gradlab", *words, home=home)


SEVERAL = """
import json, sys
from click.testing import CliRunner
from gradlab.cli import main
results = [CliRunner().invoke(main, words) for words in json.loads(sys.argv[1])]
print(json.dumps([[r.exit_code, r.stdout, r.stderr] for r in results]))
"""


def several(*commands: str, home: Path) -> list[tuple[int, str, str]]:
    """Run commands one after another in a process; return codes and streams."""
    words = [command.split() for command in commands]
    done = python("-c", SEVERAL, json.dumps(words), home=home)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def python(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=home,
        capture_output=True,
        text=True,
        timeout=240,
        preexec_fn=_without_override if os.geteuid() == 0 else None,
    )


def _without_override() -> None:
    ctypes.CDLL(None).prctl(DROP_FROM_BOUNDING_SET, CAP_DAC_OVERRIDE, 0, 0, 0)


@pytest.mark.parametrize(
    ("words", "got"),
    [
        ("sweep --cell rnn --out locked", "locked, which is not writable"),
        ("sweep --cell rnn --out locked/new", "locked/new: Permission denied"),
        ("merge locked other --out locked/new", "locked/new: Permission denied"),
        ("export locked --out locked/new.csv", "locked/new.csv: Permission denied"),
    ],
)
def test_what_would_write_there_says_so_and_offers_another(
    tmp_path, locked, words, got
):
    if words.startswith("merge"):
        write(MADE, tmp_path / "other")
    out = gradlab(*words.split(), home=tmp_path)
    assert out.returncode == 1, out.stderr
    assert out.stderr.splitlines()[-3:] == [
        f"Error: Got {got}.",
        "Expected a folder that can be written.",
        "Try --out FOLDER, another one",
    ]


def test_a_results_file_that_cannot_be_written_is_named(tmp_path, locked):
    locked.chmod(0o755)
    file = locked / "results.sqlite"
    file.chmod(0o444)
    out = gradlab("sweep", "--cell", "rnn", "--out", "locked", home=tmp_path)
    assert (out.returncode, out.stderr.splitlines()) == (
        1,
        [
            "Error: Got locked/results.sqlite, which is not writable.",
            "Expected a folder that can be written.",
            "Try --out FOLDER, another one",
        ],
    )


def test_what_is_there_is_read(tmp_path, locked):
    status, there, elsewhere = several(
        "status locked --check",
        "report locked --format html",
        "report locked --format html --out elsewhere",
        home=tmp_path,
    )
    assert status[0] == 0, status
    assert "locked is intact" in status[1]
    assert there[0] == 1
    assert there[2].splitlines()[-3:] == [
        "Error: Got locked/report.html: Permission denied.",
        "Expected a folder that can be written, with room on the disk.",
        "Try gradlab report DIR --out FOLDER",
    ]
    assert elsewhere[0] == 0, elsewhere
    assert (tmp_path / "elsewhere" / "report.html").stat().st_size > 100_000
