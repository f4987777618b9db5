"""Initializers of recurrent weights, one gate block at a time.

``initialize_`` fills a cell; leaves use NumPy, not torch.
"""

import importlib
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from gradlab.initializers._apply import draws_all, initialize_

__all__ = ["draws_all", "initialize_"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(importlib.import_module("gradlab.initializers._apply"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
