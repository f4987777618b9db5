import pytest

from gradlab.catalog import registry
from gradlab.sweeps import keys


@pytest.fixture(autouse=True)
def nothing_stays_loaded(monkeypatch):
    """Forget what a test loaded from outside the package."""
    monkeypatch.setattr(registry, "EXTERNAL", {})
    keys.clear_caches()
