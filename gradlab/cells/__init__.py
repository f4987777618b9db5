"""Cells: one step each, usable for training on their own.

``parse``, ``canonical`` and ``axes`` read specs such as ``lstm:peephole`` without
importing torch; every other name imports it on first use.
"""

import importlib
from typing import TYPE_CHECKING, Any

from gradlab.cells._spec import axes, canonical, parse


if TYPE_CHECKING:
    from gradlab.cells._build import build, ensemble, select_members, set_parameter
    from gradlab.cells._multi_layer import MultiLayerCell
    from gradlab.cells._tied_layers import tied_layers
    from gradlab.cells._torch_cell import TorchCell
    from gradlab.cells._torch_modules import from_torch, from_weights, to_torch
    from gradlab.cells.base import (
        Cell,
        Diagonal,
        KeepGate,
        RecurrentProduct,
        Step,
        StepJacobian,
    )

_MODULES = {
    "build": "_build",
    "ensemble": "_build",
    "select_members": "_build",
    "set_parameter": "_build",
    "Cell": "base",
    "Diagonal": "base",
    "KeepGate": "base",
    "MultiLayerCell": "_multi_layer",
    "RecurrentProduct": "base",
    "Step": "base",
    "StepJacobian": "base",
    "TorchCell": "_torch_cell",
    "from_torch": "_torch_modules",
    "from_weights": "_torch_modules",
    "tied_layers": "_tied_layers",
    "to_torch": "_torch_modules",
}

__all__ = [
    "Cell",
    "Diagonal",
    "KeepGate",
    "MultiLayerCell",
    "RecurrentProduct",
    "Step",
    "StepJacobian",
    "TorchCell",
    "axes",
    "build",
    "canonical",
    "ensemble",
    "from_torch",
    "from_weights",
    "parse",
    "select_members",
    "set_parameter",
    "tied_layers",
    "to_torch",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
