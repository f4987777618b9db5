"""Run the checks of a kind of leaves on a leaf."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gradlab import catalog
from gradlab.check.finding import Finding
from gradlab.errors import GradlabError


Checks = Mapping[str, Callable[[Any], Finding]]
"""Title of a check, as a sentence that should hold -> function of the leaf's class."""


@dataclass(frozen=True)
class Outcome:
    """The result of one check of one leaf.

    Attributes:
        kind: e.g. ``cells``.
        leaf: the leaf's name.
        title: of the check.
        passed: whether it holds.
        got: what was found.
        expected: what was expected.
    """

    kind: str
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


def check_leaf(kind: str, name: str) -> list[Outcome]:
    """Run the checks of its kind on one leaf, built in or loaded.

    Raises:
        UnknownNameError: if there is no such leaf.
    """
    leaf = catalog.get(kind, name)
    checks: Checks = importlib.import_module(f"gradlab.check.{kind}").CHECKS
    return run_checks(kind, leaf, checks)


def run_checks(kind: str, leaf: type, checks: Checks) -> list[Outcome]:
    """Run checks on a leaf's class; one that raises has failed."""
    outcomes = []
    for title, check in checks.items():
        try:
            found = check(leaf)
        except Exception as error:
            found = Finding(False, _first_line(error), "no error")
        outcomes.append(Outcome(kind, vars(leaf)["name"], title, **vars(found)))
    return outcomes


def _first_line(error: Exception) -> str:
    text = error.got if isinstance(error, GradlabError) else str(error)
    lines = text.strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
