"""Every public name has an example, and pytest runs it (``--doctest-modules``)."""

import doctest
import importlib
import re
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import gradlab


README = Path(__file__).parents[2] / "README.md"


@cache
def examples_of(module: str) -> str:
    """The lines of all examples in a module's docstrings."""
    found = doctest.DocTestFinder().find(importlib.import_module(module))
    return "".join(example.source for test in found for example in test.examples)


def readme_examples() -> str:
    text = README.read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^(?:>>>|\.\.\.) (.*)$", text, re.MULTILINE))


@pytest.mark.parametrize("name", [n for n in gradlab.__all__ if n != "__version__"])
def test_a_public_name_has_an_example_that_runs(name):
    value = getattr(gradlab, name)
    home = value.__name__ if isinstance(value, ModuleType) else value.__module__
    places = (examples_of(home), examples_of("gradlab"), readme_examples())
    used = re.compile(rf"(?<![\w.]){name}\b|\bgradlab\.{name}\b")
    assert any(used.search(lines) for lines in places), (
        f"{name} has no example: >>> lines in its docstring in {home}"
    )
