"""Every leaf in the package's folders holds the shipped suite.

A leaf is tested here because its file is there; nothing has to be registered.
"""

import pytest

from gradlab import catalog
from gradlab.api import check_leaf


OURS = [
    pytest.param(room, name, id=f"{room}-{name}")
    for room in catalog.KINDS
    for name in catalog.names(room)
]


@pytest.mark.parametrize(("room", "name"), OURS)
def test_conforms(room, name):
    outcomes = check_leaf(room, name)
    assert outcomes
    failed = [str(outcome) for outcome in outcomes if not outcome.passed]
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize(("room", "name"), OURS)
def test_is_named_as_its_file(room, name):
    leaf = catalog.get(room, name)
    assert leaf.name == name
    assert leaf.__module__.rpartition(".")[2] == name
    assert leaf.__doc__
    assert catalog.metadata(room, name)["summary"] == leaf.__doc__.splitlines()[0]
    assert catalog.external_source(room, name) is None
