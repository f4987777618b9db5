"""Documents of made-up stores, each composed once."""

from __future__ import annotations

from functools import cache

import pytest

from gradlab.report.blocks import Document
from gradlab.report.document import compose
from tests import made_up


@cache
def _stores():
    return made_up.contradictions()


@cache
def _document(name: str) -> Document:
    return compose(_stores()[name])


@pytest.fixture(scope="session")
def document():
    """Compose the document of a made-up store by its name."""
    return _document


@pytest.fixture(scope="session")
def made():
    """Return a made-up store by its name."""
    return lambda name: _stores()[name]
