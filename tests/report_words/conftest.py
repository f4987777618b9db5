"""Made-up stores and their documents, each made once where it is used."""

from __future__ import annotations

from functools import cache

import pytest

from gradlab.report.blocks import Document
from gradlab.report.document import compose
from tests import made_up


@cache
def _store(name: str) -> made_up.Made:
    return made_up.CONTRADICTIONS[name]()


@cache
def _document(name: str) -> Document:
    return compose(_store(name))


@pytest.fixture(scope="session")
def document():
    """Compose the document of a made-up store by its name."""
    return _document


@pytest.fixture(scope="session")
def made():
    """Return a made-up store by its name."""
    return _store
