"""Run the code blocks of a page in one process, its sweeps in small sizes.

Blocks of one page share a folder and, as a reader's session does, their variables.

    python   run; one with ``>>>`` must print what it says
    toml     must be a sweep
    sh       ``gradlab`` commands are run; of others the words are checked
    text     what a command printed; not run

A block whose first line is ``# NAME`` is also saved as that file.
"""

from __future__ import annotations

import doctest
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent
from typing import Any

import click
import torch
from click.testing import CliRunner

from gradlab.cli import main
from gradlab.config.loading import load


ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
SMALL: dict[str, Any] = {
    "axes": {"hidden": 4, "length": 8},
    "seeds": 1,
    "sequences": 2,
    "features": 3,
}
"""What makes every sweep of a page quick; its name and all else are as it stands."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    line: int
    language: str
    text: str

    @property
    def file(self) -> str | None:
        """Return the file that its first line names."""
        named = re.match(r"# ([\w./-]+\.(?:py|toml))\n", self.text)
        return named[1] if named else None


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page; directives of MyST are none."""
    found = []
    for match in re.finditer(r"^( *)```(\S*)\n(.*?)^\1```$", page, re.M | re.S):
        if not match[2].startswith("{"):
            line = page.count("\n", 0, match.start()) + 2
            found.append(Block(line, match[2], dedent(match[3])))
    return found


def shell_lines(text: str) -> Iterator[list[str]]:
    """Yield the words of each command, without its comment."""
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield words[:-1] if words[-1] == "&" else words


def small_load(source: Any = None, **settings: Any) -> Any:
    """Return the sweep that is meant, in small sizes."""
    axes = dict(settings.pop("axes", None) or {})
    if source is None and not axes:
        source = "quick"  # in place of the default sweep, which has 806 points
    settings = {**settings, **SMALL, "axes": {**axes, **SMALL["axes"]}}
    if "task" in axes:  # it sets length and features
        del settings["axes"]["length"], settings["features"]
        settings["updates"] = 10
    return load(source, **settings)


class Session:
    """A reader who does what a page says, from top to bottom."""

    def __init__(self, page: str) -> None:
        self.page = page
        self.names: dict[str, Any] = {"__name__": "__main__"}

    def run(self, block: Block) -> None:
        """Run a block, whatever its language is."""
        if block.file:
            Path(block.file).write_text(block.text, encoding="utf-8")
        getattr(self, f"run_{block.language}")(block)

    def run_text(self, block: Block) -> None:
        """Leave out what a command printed."""

    def run_python(self, block: Block) -> None:
        """Run Python; where it is a session, compare what it prints."""
        if ">>>" not in block.text:
            exec(compile(block.text, f"{self.page}:{block.line}", "exec"), self.names)
            return
        parser = doctest.DocTestParser()
        test = parser.get_doctest(block.text, {}, self.page, self.page, block.line)
        test.globs = self.names
        told: list[str] = []
        done = doctest.DocTestRunner().run(test, out=told.append, clear_globs=False)
        assert done.failed == 0, "".join(told)

    def run_toml(self, block: Block) -> None:
        """Read a sweep."""
        load(tomllib.loads(block.text))

    def run_sh(self, block: Block) -> None:
        """Run commands."""
        for words in shell_lines(block.text):
            self.command(words)

    def command(self, words: list[str]) -> None:
        """Run a command of gradlab; check the words of another's."""
        program = Path(words[0]).name.removesuffix("3")
        getattr(self, f"call_{program}")(words[1:])

    def call_gradlab(self, words: list[str]) -> None:
        """Run a command in this process."""
        quick = ["--no-verify"] if words[0] == "sweep" else []
        if words[0] == "sweep" and "--scheduler" not in words:
            quick.append("--jobs=1")
        done = CliRunner().invoke(main, [*words, *quick], prog_name="gradlab")
        if "cuda" in words and not torch.cuda.is_available():
            assert done.exit_code == 2 and "cuda" in done.output, done.output
            return
        assert done.exit_code == 0, (self.page, words, done.output, done.exception)

    def call_make(self, words: list[str]) -> None:
        """Look for the target."""
        assert re.search(rf"^{words[0]}:", MAKEFILE, re.M), words

    def call_python(self, words: list[str]) -> None:
        """Look for the module, or what venv and pip are to make."""
        flag, module = words[:2]
        ours = module.startswith("experiments.") and find_spec(f"{module}.__main__")
        assert flag == "-m" and (ours or module in ("venv", "pip", "docs.tables"))

    def call_pip(self, words: list[str]) -> None:
        """Look for the extras and files that are to be installed."""
        assert words[0] == "install"
        for extra in re.findall(r"(?:gradlab|\.)\[(\w+)\]", " ".join(words)):
            assert extra in PROJECT["project"]["optional-dependencies"]
        for flag, file in zip(words, words[1:], strict=False):
            assert flag != "-c" or (ROOT / file).exists()

    def call_dask(self, words: list[str]) -> None:
        """Let Dask read the options."""
        module = import_module(f"distributed.cli.dask_{words[0]}")
        options = {o for p in module.main.params for o in p.opts + p.secondary_opts}
        assert {w for w in words if w.startswith("-")} <= options
        with module.main.make_context(words[0], words[1:]) as context:
            assert isinstance(context, click.Context)

    def call_sbatch(self, words: list[str]) -> None:
        """Check the command that a job runs."""
        self.command(shlex.split(words[words.index("--wrap") + 1]))
