"""A few real processes: workers, signals, streams."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gradlab.errors import StoreError
from gradlab.store.results import Results


GRADLAB = [sys.executable, "-m", "gradlab"]
SMALL = ["--hidden=8", "--sequences=2", "--features=4", "--format=html"]


def gradlab(*words: str, home: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*GRADLAB, *words],
        cwd=home,
        capture_output=True,
        text=True,
        env=os.environ | env,
        timeout=240,
    )


def test_a_sweep_from_start_to_report(tmp_path):
    words = ("sweep", "--cell=rnn,lstm", "--length=16", "--seeds=2", *SMALL, "--jobs=2")
    words += ("--measure=spectral_norm,growth_rate,horizon",)  # a report of few figures
    first = gradlab(*words, home=tmp_path, PYTHONIOENCODING="ascii")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("4 of 4 points, 0 failed, ")
    assert first.stdout.isascii() and first.stderr.isascii()
    assert "\x1b" not in first.stdout + first.stderr
    told = first.stderr.replace("\n  ", " ").splitlines()  # a long name folds
    (folder,) = (tmp_path / "reports").iterdir()
    assert told[0] == f"{folder.name}: 4 points, with 2 workers"
    assert told[1:3] == [
        f"writing to reports/{folder.name}",
        "Ctrl-C keeps what is done; the same command continues",
    ]
    assert told[-1] == "writing the report"
    shown = told[3:-1]
    estimates = [line for line in shown if re.fullmatch(r"about .* left", line)]
    counts = [line for line in shown if line not in estimates]
    assert len(estimates) <= 1
    assert all(line.split(" points")[0].endswith("/4") for line in counts), shown
    again = gradlab(*words, home=tmp_path)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.splitlines() == [
        f"4 points, all there. Report unchanged (reports/{folder.name}/report.html).",
        f"next   gradlab report reports/{folder.name} --open",
    ]


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(tmp_path):
    words = ["sweep", "--cell=rnn", "--length=64", "--seeds=400", *SMALL, "--jobs=1"]
    words += ["--measure=spectral_norm", "--no-verify"]
    with subprocess.Popen(
        [*GRADLAB, *words], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as process:
        until = time.monotonic() + 120
        while time.monotonic() < until and not _some_done(tmp_path):
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        stderr = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    (folder,) = (tmp_path / "reports").iterdir()
    kept = sum(p.status == "done" for p in Results.open(folder).points)
    assert 0 < kept < 400
    assert stderr.splitlines()[-2:] == [
        f"stopped. {kept} of 400 points kept in reports/{folder.name}.",
        f"Go on: gradlab {' '.join(words)}",
    ]
    status = gradlab("status", f"reports/{folder.name}", home=tmp_path)
    assert status.returncode == 1
    go_on = f"gradlab sweep {folder}/sweep.toml --out {folder}"
    assert f"go on   {go_on}".replace(f"{tmp_path}/", "") in status.stdout
    rest = gradlab(*words, home=tmp_path)
    assert rest.returncode == 0
    assert rest.stdout.startswith("400 of 400 points, 0 failed, ")
    assert f"{kept} there, {400 - kept} to go" in " ".join(rest.stderr.split())


def _some_done(home: Path) -> bool:
    stores = list((home / "reports").glob("*/results.sqlite"))
    if not stores:
        return False
    try:
        return any(p.status == "done" for p in Results.open(stores[0].parent).points)
    except StoreError:  # looked at while it was being created
        return False


def test_a_closed_pipe_is_no_traceback(tmp_path):
    done = subprocess.run(
        f"{sys.executable} -m gradlab list | true",
        shell=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr


@pytest.fixture
def terminal():
    """Both ends of a pseudo terminal: what shows the text, what a command gets."""
    pty = pytest.importorskip("pty", reason="no pseudo terminals on this system")
    try:
        return pty.openpty()
    except OSError as error:
        pytest.skip(f"no pseudo terminal can be opened: {error}")


def _all_of(terminal: int) -> str:
    """Everything written to a terminal until its other side is closed."""
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # how Linux says that the other side is closed
            piece = b""
        if not piece:
            os.close(terminal)
            return shown.decode()
        shown += piece


@pytest.mark.slow
def test_a_terminal_gets_rows_that_move(tmp_path, terminal):
    parent, child = terminal
    words = ["sweep", "--cell=rnn", "--length=8", "--seeds=1", *SMALL, "--jobs=1"]
    with subprocess.Popen(
        [*GRADLAB, *words],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=child,
        env=os.environ | {"TERM": "xterm-256color"},
    ) as process:
        os.close(child)
        text = _all_of(parent)
        assert process.wait(timeout=60) == 0, text
    assert "1/1" in text and "done" in text and "failed 0" in text
    assert "\x1b[" in text
