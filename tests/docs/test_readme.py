"""README is followed to the letter: its Python and its commands are run."""

from __future__ import annotations

import doctest
import re
import shlex
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from gradlab.cli import main
from gradlab.cli.program import COMMANDS


ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SMALL = (
    "--hidden=8",
    "--length=8",
    "--seeds=1",
    "--sequences=2",
    "--features=4",
    "--jobs=1",
    "--no-verify",
)
"""What makes a sweep out of README quick; the rest of it is run as it stands."""


def commands() -> list[list[str]]:
    """Every ``gradlab ...`` line of README, without its comment."""
    lines = re.findall(r"^ {4}(?:\.venv/bin/)?gradlab (.+)$", README, re.MULTILINE)
    return [shlex.split(line, comments=True) for line in lines]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_python_prints_what_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sessions = [block for block in blocks("python") if ">>>" in block]
    example = doctest.DocTestParser().get_doctest(
        "\n".join(sessions), {}, "README", "README.md", 0
    )
    assert example.examples
    runner = doctest.DocTestRunner()
    runner.run(example)
    assert runner.summarize().failed == 0


@pytest.mark.slow
def test_the_commands_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    (tmp_path / "experiments").symlink_to(ROOT / "experiments")
    (cell,) = [block for block in blocks("python") if "class Leaky" in block]
    (tmp_path / "mycell.py").write_text(cell, encoding="utf-8")
    for words in commands():
        small = SMALL if words[0] == "sweep" else ()
        if "lstm" in words and words[0] == "sweep":
            small = tuple(s for s in SMALL if not s.startswith("--forget-bias"))
        if words == ["sweep", "quick"]:
            small = (*SMALL, "--out=reports/quick")  # of which later lines speak
        result = CliRunner().invoke(main, [*words, *small], prog_name="gradlab")
        assert result.exit_code == 0, (words, result.output, result.exception)


def test_every_command_is_documented_and_exists():
    assert {words[0] for words in commands()} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(name):
    command = main.get_command(main.make_context("gradlab", ["list"]), name)
    assert command.help and command.get_short_help_str()
    for param in command.params:
        assert param.param_type_name == "argument" or param.help, param.name


def test_the_toml_is_a_sweep(tmp_path):
    from gradlab.config.loading import load

    (text,) = blocks("toml")
    sweep = load(tomllib.loads(text))
    assert sweep.name == "bias"
    assert sweep.size() == 2 * 2 * 7 * 5


def test_make_targets_are_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    pages = README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for target in set(re.findall(r"make ([a-z-]+)", pages)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_linked_files_are_there():
    for path in re.findall(r"`([\w/.-]+/)`|\]\(([\w/.-]+)\)", README):
        name = next(filter(None, path))
        assert (ROOT / name).exists(), name
