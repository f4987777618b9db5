"""Starting is quick, quiet, and refuses in the agreed way."""

import os
import subprocess
import sys
from time import perf_counter

import pytest


LIGHT = [
    ["--help"],
    ["--version"],
    ["sweep", "--help"],
    ["report", "--help"],
    ["status", "--help"],
    ["export", "--help"],
    ["figures", "--help"],
    ["list", "--help"],
    ["check", "--help"],
    ["cite", "--help"],
    ["list"],
    ["list", "--json"],
]
HEAVY = ("torch", "numpy", "pandas", "matplotlib", "seaborn", "scipy", "rich")


def seconds(*words: str) -> float:
    """The time of a Python process, start of the interpreter included."""
    start = perf_counter()
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    return perf_counter() - start


def test_help_costs_at_most_four_times_importing_click():
    """Best of seven rounds of all three, so that a busy moment falls on each alike."""
    commands = (("-c", "pass"), ("-c", "import click"), ("-m", "gradlab", "--help"))
    rounds = [[seconds(*words) for words in commands] for _ in range(7)]
    nothing, click, helping = map(min, zip(*rounds, strict=True))
    assert helping - nothing <= 4 * (click - nothing)


@pytest.mark.parametrize("words", LIGHT, ids=" ".join)
def test_imports_nothing_heavy(words):
    program = (
        "import sys; from gradlab.cli import main\n"
        f"try: main({words!r})\n"
        "except SystemExit: pass\n"
        f"print('HEAVY', sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("HEAVY []\n")


@pytest.mark.parametrize("words", LIGHT, ids=" ".join)
def test_fits_eighty_columns(run, words):
    lines = run(*words).output.splitlines()
    assert max(map(len, lines)) <= 80 or words[-1] == "--json"


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "gradlab", "-h"], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: gradlab [OPTIONS] COMMAND [ARGS]...\n")
    assert done.stderr == ""


def test_completion_knows_the_commands():
    env = os.environ | {
        "_GRADLAB_COMPLETE": "bash_complete",
        "COMP_WORDS": "gradlab s",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from gradlab.cli import main; main(prog_name='gradlab')",
        ],
        capture_output=True,
        text=True,
        env=env,
    )
    assert done.stdout.splitlines() == ["plain,sweep", "plain,status"]


def test_an_unknown_option_names_the_nearest(run):
    result = run("sweep", "--activaton", "relu", code=2)
    assert result.stderr.splitlines()[-1] == (
        "Error: No such option '--activaton'. Did you mean '--activation'?"
    )
    assert result.stdout == ""


def test_an_unknown_command_is_named(run):
    result = run("frobnicate", code=2)
    assert result.stderr.splitlines()[-1] == "Error: No such command 'frobnicate'."
