"""JSON in one form: sorted keys and no spaces, so that equal values are equal texts."""

import json
from typing import Any

import numpy as np


def dumps(value: Any) -> str:
    """Return a value as canonical JSON; NumPy's scalars become Python's.

    Raises:
        TypeError: a value that JSON has no form for.

    >>> dumps({"b": (1, 2.5), "a": np.float64(0.5)})
    '{"a":0.5,"b":[1,2.5]}'
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    )


def loads(text: str) -> Any:
    """Return the value of canonical JSON."""
    return json.loads(text)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} in JSON")
