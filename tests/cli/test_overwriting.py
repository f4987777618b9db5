"""What the user had before a command is there after it."""

from __future__ import annotations

import shutil
import sys

import pytest


unix = pytest.mark.skipif(sys.platform == "win32", reason="links of Unix")

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


@unix
def test_links_in_a_folder_that_was_received_are_not_written_through(
    sweep, run, home, base
):
    folder, victim = home / "sy", home / "victim"
    shutil.copytree(base, folder)
    victim.write_text("precious")
    names = (".writing", ".report", "report.ko.html", "results.csv")
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
