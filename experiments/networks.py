"""Networks that were trained, to be asked by hand."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

import gradlab
from gradlab.cells.base import Cell
from gradlab.tasks.base import Task
from gradlab.training.head import BIAS, WEIGHT, draw_head
from gradlab.training.settings import TrainingSettings
from gradlab.training.trainer import Trainer


@dataclass(frozen=True)
class Network:
    """A cell with its output layer, in float64.

    Attributes:
        cell: one cell.
        weight: (D, H), of the output layer.
        bias: (D).
    """

    cell: Cell
    weight: Tensor
    bias: Tensor

    def outputs(self, inputs: Tensor) -> Tensor:
        """Return the logits (B, T, D) of inputs (B, T, I), with their graph."""
        return self.cell(inputs)[0] @ self.weight.mT + self.bias


def drawn(spec: str, task: Task, hidden: int, seeds: Sequence[int]) -> list[Cell]:
    """Return a cell for each seed, as PyTorch draws its weights."""
    built = [gradlab.build(spec, task.features, hidden) for _ in seeds]
    return [
        gradlab.initialize_(cell, seed=seed)
        for cell, seed in zip(built, seeds, strict=True)
    ]


def train(
    task: Task,
    networks: Sequence[Cell],
    seeds: Sequence[int],
    settings: TrainingSettings,
) -> Trainer:
    """Train cells of one kind, each with an output layer drawn for its seed."""
    rows = []
    for cell, seed in zip(networks, seeds, strict=True):
        head = draw_head(seed, cell.hidden_size, task.outputs)
        rows.append((cell, {name: value.float() for name, value in head.items()}))
    trainer = Trainer(rows, seeds, task, settings, (0, settings.updates))
    while not trainer.done:
        trainer.update()
    return trainer


def networks_of(
    trainer: Trainer, like: Sequence[Cell], update: int | None = None
) -> list[Network]:
    """Return the networks now, or after an update whose parameters were kept."""
    values = trainer.values(update)
    found = []
    for place, cell in enumerate(like):
        own = {name: value[place].double() for name, value in values.items()}
        weight, bias = own.pop(WEIGHT), own.pop(BIAS)
        trained = copy.deepcopy(cell).double()
        trained.load_state_dict(own)
        found.append(Network(trained, weight, bias))
    return found
