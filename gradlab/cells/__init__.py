"""Cells: one step each, usable for training on their own.

``parse``, ``canonical`` and ``axes`` read specs such as ``lstm:peephole`` without
importing torch; everything else comes with it, on first use.
"""

import importlib
from typing import TYPE_CHECKING, Any

from gradlab.cells._spec import axes, canonical, parse


if TYPE_CHECKING:
    from gradlab.cells._build import build, members_of, stack
    from gradlab.cells._layers import Layers
    from gradlab.cells.base import Cell, Diagonal, Recurrent, Step, StepJacobian

_HOME = {
    "build": "gradlab.cells._build",
    "members_of": "gradlab.cells._build",
    "stack": "gradlab.cells._build",
    "Cell": "gradlab.cells.base",
    "Diagonal": "gradlab.cells.base",
    "Layers": "gradlab.cells._layers",
    "Recurrent": "gradlab.cells.base",
    "Step": "gradlab.cells.base",
    "StepJacobian": "gradlab.cells.base",
}

__all__ = [
    "Cell",
    "Diagonal",
    "Layers",
    "Recurrent",
    "Step",
    "StepJacobian",
    "axes",
    "build",
    "canonical",
    "members_of",
    "parse",
    "stack",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
