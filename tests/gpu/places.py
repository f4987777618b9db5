"""Cells and trajectories brought to another device."""

from __future__ import annotations

import copy
from contextlib import nullcontext
from dataclasses import replace

import pytest
import torch
from torch import nn

from gradlab.cells.base import Cell, RecurrentProduct
from gradlab.trajectory import Trajectory
from tests.gpu.elsewhere import DEVICE, Elsewhere


NO_GPU = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="needs an accelerator"
)
PLACES = [DEVICE, pytest.param("cuda", marks=[pytest.mark.gpu, NO_GPU])]


def there(device: str):
    """Return the context in which tensors can be on ``device``."""
    return Elsewhere() if device == DEVICE else nullcontext()


def moved_cell(cell: Cell, device: str) -> Cell:
    """Return a copy of a cell on ``device``."""
    moved = copy.deepcopy(cell)
    for name, parameter in cell.named_parameters():
        owner, _, last = name.rpartition(".")
        value = parameter.detach().to(device)
        setattr(moved.get_submodule(owner), last, nn.Parameter(value))
    return moved


def moved(run: Trajectory, device: str) -> Trajectory:
    """Return the very same stored trajectory on ``device``."""
    return replace(
        run,
        cell=moved_cell(run.cell, device),
        inputs=run.inputs.to(device),
        states=tuple(state.to(device) for state in run.states),
        gates={name: gate.to(device) for name, gate in run.gates.items()},
        pre_activations={k: a.to(device) for k, a in run.pre_activations.items()},
        recurrent=tuple(
            RecurrentProduct(use.rows, use.operand.to(device), use.product.to(device))
            for use in run.recurrent
        ),
    )
