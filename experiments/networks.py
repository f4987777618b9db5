"""Small networks, to be asked by hand."""

import copy
from dataclasses import dataclass

from torch import Tensor, nn

import gradlab
from gradlab.cells.base import Cell
from gradlab.tasks.base import Task
from gradlab.training.head import BIAS, WEIGHT, draw_head


@dataclass(frozen=True)
class Network:
    """A cell with its output layer, in float64.

    Attributes:
        cell: one cell.
        head: the output layer.
    """

    cell: Cell
    head: nn.Linear

    @classmethod
    def of(cls, cell: Cell, head: nn.Linear) -> "Network":
        """Return copies of a cell and its output layer."""
        return cls(copy.deepcopy(cell).double(), copy.deepcopy(head).double())

    def outputs(self, inputs: Tensor) -> Tensor:
        """Return the logits (B, T, D) of inputs (B, T, I), with their graph."""
        found: Tensor = self.head(self.cell(inputs)[0])
        return found


def drawn(spec: str, task: Task, hidden: int, seed: int) -> Cell:
    """Return a cell for a task, as PyTorch draws its weights."""
    cell = gradlab.build(spec, task.features, hidden)
    return gradlab.initialize_(cell, seed=seed)


def untrained(cell: Cell, task: Task, seed: int) -> Network:
    """Return a cell with the output layer that its training would start with."""
    values = draw_head(seed, cell.hidden_size, task.outputs)
    head = nn.Linear(cell.hidden_size, task.outputs)
    head.load_state_dict({"weight": values[WEIGHT], "bias": values[BIAS]})
    return Network.of(cell, head)


def trained(cell: Cell, task: Task, seed: int, updates: int) -> Network:
    """Return a trained copy of a cell with its output layer."""
    found = gradlab.train(cell, task, seed=seed, updates=updates)
    return Network.of(found.cell, found.head)
