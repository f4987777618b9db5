"""Initializers of recurrent weights, one gate block at a time.

``initialize_`` fills a cell, ``draw_weight_hh`` and ``set_gate_biases`` a part of one
layer from its ``Streams``; leaves use NumPy, not torch.
"""

import importlib
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from gradlab.initializers._apply import (
        Streams,
        draw_weight_hh,
        draws_all,
        initialize_,
        set_gate_biases,
    )

__all__ = ["Streams", "draw_weight_hh", "draws_all", "initialize_", "set_gate_biases"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(importlib.import_module("gradlab.initializers._apply"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
