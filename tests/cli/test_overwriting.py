"""What the user had before a command is there after it."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys

import pytest

from tests.cli.stores import write
from tests.made_up import product, store


unix = pytest.mark.skipif(sys.platform == "win32", reason="links of Unix")

MADE = store({"g": product(network=[("rnn", None)], seed=range(1))})

CELL = """
from gradlab.activations.tanh import Tanh


class Other(Tanh):
    name = "other"
"""

MINE = """# my notes
name = "mine"
cell = "rnn"
hidden = "2:4:x2"
length = 4
seeds = 1
"""


def test_a_sweep_file_of_the_users_in_its_output_folder_stays(run, inline, home):
    (home / "p").mkdir()
    (home / "p" / "sweep.toml").write_text(MINE)
    words = ("sweep", "p/sweep.toml", "--no-verify", "--jobs=1")
    out = run(*words, "--out=p", code=1)
    assert out.stderr.splitlines()[-3:] == [
        "Error: Got p, which holds sweep.toml and no results.sqlite.",
        "Expected an empty folder or one that gradlab made.",
        "Try --out p/gradlab",
    ]
    assert not inline.jobs_of_pools
    run(*words, "--out=p/gradlab")
    assert (home / "p" / "sweep.toml").read_text() == MINE


def test_a_page_of_the_users_in_an_output_folder_stays(run, home):
    write(MADE, home / "r")
    (home / "o").mkdir()
    for page in (home / "r" / "report.html", home / "o" / "report.html"):
        page.write_text("<p>mine</p>")
        words = ("report", "r", "--format", "html", "--out", page.parent.name)
        assert "my_report.html" in run(*words, code=1).stderr
        assert page.read_text() == "<p>mine</p>"
    page.unlink()
    run(*words)
    run(*words)
    (home / "new").mkdir()
    (home / "new" / "report.pdf").write_text("mine")
    words = ("sweep", "--cell=rnn", "--out=new", "--jobs=1")
    assert "which holds report.pdf and no" in run(*words, code=1).stderr


@unix
def test_links_in_a_folder_that_was_received_are_not_written_through(
    sweep, run, home, base
):
    folder, victim = home / "sy", home / "victim"
    shutil.copytree(base, folder)
    victim.write_text("precious")
    names = (".writing", ".report", "results.csv")
    for name in names:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to("../victim")
    sweep("--gain=1,2", f"--out={folder}")
    run("export", folder)
    assert victim.read_text() == "precious"
    (folder / "sweep.toml").unlink()
    (folder / "sweep.toml").symlink_to("../victim")
    sweep("--gain=1,2,3", f"--out={folder}", code=1)
    (folder / "figures").symlink_to("..")
    run("figures", folder, "--format=svg", code=1)
    assert victim.read_text() == "precious"
    assert {entry.name for entry in home.iterdir()} == {"sy", "victim"}


@unix
@pytest.mark.parametrize("link", ["", "symlink_to", "hardlink_to"])
def test_a_table_is_not_written_onto_the_store(run, home, link):
    folder = write(MADE, home / "ex")
    store, out = folder / "results.sqlite", folder / "results.sqlite"
    if link:
        out = home / "table.csv"
        getattr(out, link)(store)
    before = store.read_bytes()
    also = f", which is {'ex/results.sqlite'}" if link else ""
    shown = out.relative_to(home)
    result = run("export", "ex", "--format=csv", f"--out={shown}", code=2)
    assert f"Got the output {shown}{also}: a file" in result.stderr
    assert store.read_bytes() == before
    # nor onto another folder's
    write(MADE, home / "other")
    run("export", "other", "--format=csv", f"--out={shown}", code=2)
    assert store.read_bytes() == before
    assert "seed" in run("export", "ex", "--out=-").stdout


@unix
@pytest.mark.parametrize(
    "log",
    ["r/results.sqlite", "r/sweep.toml", "mine.toml", "cell.py", "words.txt", "linked"],
)
def test_a_log_is_not_written_onto_what_a_run_needs(run, inline, home, log):
    (home / "mine.toml").write_text(
        MINE.replace("length", "input='text:words.txt'\nlength")
    )
    (home / "cell.py").write_text(CELL)
    (home / "words.txt").write_text("some words " * 50)
    (home / "linked").symlink_to("diary")
    before = {file: file.read_bytes() for file in home.iterdir() if file.is_file()}
    words = ("sweep", "mine.toml", "--load=cell.py", "--out=r", f"--log={log}")
    result = run(*words, code=2)
    assert f"{log}" in result.stderr
    assert not inline.jobs_of_pools
    after = {file: file.read_bytes() for file in home.iterdir() if file.is_file()}
    assert after == before


def test_a_sweep_outlives_its_screen(sweep, run, home, monkeypatch):
    def leave(*_, **__):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    with monkeypatch.context() as patch:
        patch.setattr("gradlab.cli.screen.click.echo", leave)
        sweep("--gain=1,2", "--out=r")
    assert (home / "r" / "report.html").exists()
    run("status", "r")  # exits 0 where all is done


@unix
def test_a_screen_that_was_closed_before_the_start_is_no_screen(run, home):
    code = (
        "import os; from gradlab.cli.screen import open_closed_streams as o; o();"
        "import sys; print('lost'); print('lost', file=sys.stderr);"
        "assert os.open('mine', os.O_CREAT) > 2; assert os.get_inheritable(2)"
    )
    ended = subprocess.run(
        ["/bin/sh", "-c", '"$0" -c "$1" <&- >&- 2>&-', sys.executable, code], cwd=home
    )
    assert ended.returncode == 0
    assert (home / "mine").stat().st_size == 0
