"""Cells: one step each, usable for training on their own.

``parse``, ``canonical`` and ``axes`` read specs such as ``lstm:peephole`` without
importing torch; everything else comes with it, on first use.
"""

import importlib
from typing import TYPE_CHECKING, Any

from gradlab.cells._spec import axes, canonical, parse


if TYPE_CHECKING:
    from gradlab.cells._build import build, ensemble, select_members
    from gradlab.cells._multi_layer import MultiLayerCell
    from gradlab.cells.base import Cell, Diagonal, Recurrent, Step, StepJacobian

_HOME = {
    "build": "gradlab.cells._build",
    "select_members": "gradlab.cells._build",
    "ensemble": "gradlab.cells._build",
    "Cell": "gradlab.cells.base",
    "Diagonal": "gradlab.cells.base",
    "MultiLayerCell": "gradlab.cells._multi_layer",
    "Recurrent": "gradlab.cells.base",
    "Step": "gradlab.cells.base",
    "StepJacobian": "gradlab.cells.base",
}

__all__ = [
    "Cell",
    "Diagonal",
    "MultiLayerCell",
    "Recurrent",
    "Step",
    "StepJacobian",
    "axes",
    "build",
    "canonical",
    "select_members",
    "parse",
    "ensemble",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
