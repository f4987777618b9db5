"""Folders in which a sweep has begun, without a sweep."""

from gradlab.requirement import Requirement
from gradlab.store.store import Store


REQUIREMENTS = {
    "short": {"m": Requirement("m", blocks="joint")},
    "long": {"m": Requirement("m", blocks="all")},
}


def begin(folder, *, name="two"):
    """A folder in which a sweep of three points, one in both grids, has begun."""
    kept = Store.open(folder, create=True)
    kept.add_missing({key: {"cell": "rnn", "seed": 0} for key in "abc"})
    grids = {"short": ["a", "b"], "long": ["b", "c"]}
    kept.save_sweep("one", {}, grids, {"name": name}, requirements=REQUIREMENTS)
    return kept


def save(kept, key, blocks="all", **more):
    computed = {"m": Requirement("m", blocks=blocks)}
    kept.save_point(key, {"cell": "rnn", "seed": 0}, computed=computed, **more)
