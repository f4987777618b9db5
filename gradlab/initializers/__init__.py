"""Initializers of recurrent weights, one gate block at a time.

``initialize_`` fills a cell; the leaves and ``forget_bias`` are NumPy alone.
"""

from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from gradlab.initializers._apply import initialize_

__all__ = ["initialize_"]


def __getattr__(name: str) -> Any:
    if name == "initialize_":
        from gradlab.initializers._apply import initialize_

        return initialize_
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
