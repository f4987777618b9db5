"""Every leaf in the package's folders holds the shipped suite.

A leaf is tested here because its file is there; nothing has to be registered.
"""

from importlib.util import find_spec
from typing import Any

import pytest

from gradlab import catalog
from gradlab.api import check_leaf


LEFT_TO_SLOW = {"log_singular_values"}
"""The most costly; ``tests/spectra`` has its form and bits in the fast tests."""


def ours(slow: set[str]) -> list[Any]:
    """Every leaf as a parameter, some marked slow."""
    return [
        pytest.param(
            room, name, id=f"{room}-{name}", marks=[pytest.mark.slow] * (name in slow)
        )
        for room in catalog.KINDS
        for name in catalog.names(room)
    ]


@pytest.mark.parametrize(("room", "name"), ours(LEFT_TO_SLOW))
def test_conforms(room, name):
    if name == "digits" and find_spec("sklearn") is None:
        pytest.skip("scikit-learn, which has the images, is not installed")
    outcomes = check_leaf(room, name)
    assert outcomes
    failed = [str(outcome) for outcome in outcomes if not outcome.passed]
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize(("room", "name"), ours(set()))
def test_is_named_as_its_file(room, name):
    leaf = catalog.get(room, name)
    assert leaf.name == name
    assert leaf.__module__.rpartition(".")[2] == name
    assert leaf.__doc__
    assert catalog.metadata(room, name)["summary"] == leaf.__doc__.splitlines()[0]
    assert catalog.external_source(room, name) is None
