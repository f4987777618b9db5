import pytest

from gradlab import catalog
from gradlab.sweeps import keys


@pytest.fixture(autouse=True)
def nothing_stays_loaded(monkeypatch):
    """Forget what a test loaded from outside the package."""
    monkeypatch.setattr(catalog, "_loaded", {})
    keys.forget()
