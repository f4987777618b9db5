"""Networks at a moment of their training, as measures see them."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gradlab import cells
from gradlab.cells.base import Cell
from gradlab.tasks.base import Task, stream_of
from gradlab.training.head import BIAS, WEIGHT, TaskLoss, sequences_of
from gradlab.training.recurrence import as_numbers


@dataclass(frozen=True)
class Moment:
    """Networks after a number of updates, on sequences of their task.

    Attributes:
        cell: one cell, or an ensemble.
        inputs: (…M, B, T, I).
        loss: the task's, of the hidden states.
    """

    cell: Cell
    inputs: Tensor
    loss: TaskLoss


def moment_of(
    networks: Sequence[Cell],
    values: dict[str, Tensor],
    task: Task,
    seeds: Sequence[int],
    count: int,
) -> Moment:
    """Return networks with some parameters, in float64, on fresh sequences.

    Gradients over a long lag are below the range of float32: measures of them need
    another format than the training has.

    Args:
        networks: cells of one kind and size, one for each member: an ensemble where
            they support it; else there may be one only.
        values: their parameters and the output layer's by name, (M, …).
        task: whose sequences are drawn.
        seeds: of each network.
        count: sequences.
    """
    together = networks[0].supports_ensembles
    cell = cells.ensemble(list(networks)).double() if together else _copy(networks[0])
    own = {name: value.double() for name, value in values.items()}
    if not together:
        own = {name: value[0] for name, value in own.items()}
    weight, bias = own.pop(WEIGHT), own.pop(BIAS)
    with torch.no_grad():
        for name, parameter in cell.named_parameters():
            parameter.copy_(own[name])
    drawn = {s: task.fresh(stream_of(task, s, "measure"), count) for s in set(seeds)}
    of = sequences_of([drawn[seed] for seed in seeds], task, weight)
    inputs = as_numbers(of.inputs, task.features, weight)
    inputs = inputs.movedim(0, 2)  # (M, B, T, I)
    if not together:
        inputs, of = inputs[0], of.member(0)
    return Moment(cell, inputs, TaskLoss(of, weight, bias, task.classes))


def _copy(cell: Cell) -> Cell:
    return copy.deepcopy(cell).double()
