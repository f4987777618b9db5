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
    """Run checks on a leaf's class; one that raises has failed.

    Where the first one raises, the leaf cannot be used at all, and the others, which
    would raise the same, are left out.
    """
    outcomes: list[Outcome] = []
    for title, check in checks.items():
        unusable = False
        try:
            found = check(leaf)
        except Exception as error:
            found, unusable = _raised(error), not outcomes
        outcomes.append(Outcome(kind, vars(leaf)["name"], title, **vars(found)))
        if unusable:
            break
    return outcomes


def _raised(error: Exception) -> Finding:
    """Return the finding of a check that raised."""
    kind = type(error).__name__
    if isinstance(error, GradlabError):
        got = error.got.strip().partition("\n")[0]
        return Finding(False, f"{kind}: {got}", f"{error.expected}. Try {error.try_}")
    first = str(error).strip().partition("\n")[0]
    return Finding(False, f"{kind}: {first}" if first else kind, "no error")
