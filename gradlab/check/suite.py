"""Run the checks of a room on a leaf, and say for each what came of it."""

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gradlab import catalog
from gradlab.check.finding import Finding
from gradlab.errors import GradlabError


_SUITES = {room: f"gradlab.check.{room}" for room in catalog.KINDS}

Checks = Mapping[str, Callable[[type], Finding]]


@dataclass(frozen=True)
class Outcome:
    """What came of one check.

    Attributes:
        room: e.g. ``cells``.
        leaf: the leaf's name.
        title: what was checked, as a sentence that should hold.
        passed: whether it does.
        got: what was found.
        expected: what was expected.
    """

    room: str
    leaf: str
    title: str
    passed: bool
    got: str
    expected: str

    def __str__(self) -> str:
        """One line where it passed, three where it did not."""
        head = f"{self.leaf}: {self.title}"
        if self.passed:
            return f"{head} ({self.got})"
        return f"{head}\n  got {self.got}\n  expected {self.expected}"


def check_file(path: str | Path) -> list[Outcome]:
    """Load a file and check every leaf it defines.

    Raises:
        InputError: if the file cannot be read or run, or defines no leaf.
        ConfigError: if a leaf takes a name that is already in use.
    """
    return [
        outcome
        for room, name in catalog.load_file(path)
        for outcome in check_leaf(room, name)
    ]


def check_leaf(room: str, name: str) -> list[Outcome]:
    """Check one leaf, ours or loaded.

    Raises:
        UnknownNameError: if there is no such leaf.
    """
    leaf = catalog.get(room, name)
    checks: Checks = importlib.import_module(_SUITES[room]).CHECKS
    return list(_run(room, leaf, checks))


def _run(room: str, leaf: type, checks: Checks) -> Iterator[Outcome]:
    for title, check in checks.items():
        try:
            found = check(leaf)
        except Exception as error:
            found = Finding(False, _said(error), "no error")
        yield Outcome(
            room, vars(leaf)["name"], title, found.passed, found.got, found.expected
        )


def _said(error: Exception) -> str:
    """Return an error in one line."""
    text = error.got if isinstance(error, GradlabError) else str(error)
    lines = text.strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
