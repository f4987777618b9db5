"""The store: what measures gave, in one SQLite file; NumPy only."""

from gradlab.store.results import PointResult as PointResult
from gradlab.store.results import Results as Results
from gradlab.store.store import Store as Store
