"""A trained network: its cell and output layer, and how it came to be."""

import io
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from gradlab import arguments, outputs
from gradlab.cells import to_torch
from gradlab.cells.base import Cell
from gradlab.errors import ConfigError, StoreError
from gradlab.labelled import LabelledArray
from gradlab.tasks.base import Task
from gradlab.training.settings import TrainingSettings


if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, eq=False)
class Trained:
    """A network that was trained on a task.

    Attributes:
        cell: with its parameters after the last update.
        head: the output layer, which reads the cell's output state (the top layer's h).
        losses: of each update's batch, before the update; axis ``update``.
        scores: on sequences that were not trained on, at 101 even moments at most; axis
            ``update``, how many were done by then.
        first_success: after how many updates the task was first learned; inf: never.
        task: that it was trained on.
        settings: how.
    """

    cell: Cell
    head: nn.Linear
    losses: LabelledArray
    scores: LabelledArray
    first_success: float
    task: Task
    settings: TrainingSettings

    @property
    def learned(self) -> bool:
        """Whether the last score is a success: a network may fall back."""
        return self.task.learned(float(self.scores.values[-1]), self.settings.success)

    def frame(self) -> "pandas.DataFrame":
        """Return losses and scores as a tidy pandas table, one row a value.

        Columns are ``update``, ``measure`` (``training_loss`` or ``score``), ``value``.
        """
        import pandas

        return pandas.concat(
            [self.losses.frame(), self.scores.frame()], ignore_index=True
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the cell's weights to a file; return its path.

        The file is a ``state_dict`` of ``torch.save``, with PyTorch's names where
        PyTorch has a module for the cell: ``torch.nn.LSTM`` loads it, and so does
        ``gradlab sweep --weights FILE``. The output layer is not in it:
        ``torch.save(trained.head.state_dict(), "head.pt")`` keeps that.

        Raises:
            StoreError: the file cannot be written.
        """
        file = Path(arguments.path("path", path, try_="cell.pt"))
        try:
            outputs.write(file, weights_file(self.cell))
        except OSError as error:
            raise StoreError(
                got=f"{file}: {error.strerror or error}",
                expected="a file in a folder that can be written",
                try_='trained.save("cell.pt")',
            ) from error
        return file

    def __repr__(self) -> str:
        """Return one line: the cell, the task, and whether it was learned."""
        chance = f"(chance {self.task.chance():.3g})"
        loss = f"loss {self.losses.values[-1]:.3g} {chance}"
        updates = f"{self.settings.updates:,} updates"
        if math.isinf(self.first_success):
            when = f"not learned in {updates}"
        else:
            when = f"learned after {int(self.first_success):,} of {updates}"
            when += "" if self.learned else ", not so at the end"
        kind = getattr(self.cell, "name", type(self.cell).__name__)
        return f"<Trained {kind} on {self.task.spec}: {when}; {loss}>"


def weights_file(cell: Cell) -> bytes:
    """Return a cell's weights as the contents of a file of ``torch.save``.

    A ``state_dict`` on the CPU, that of PyTorch's module where there is one.
    """
    weights: dict[str, Tensor] = _state_dict(cell)
    buffer = io.BytesIO()
    torch.save({name: value.cpu() for name, value in weights.items()}, buffer)
    return buffer.getvalue()


def _state_dict(cell: Cell) -> dict[str, Tensor]:
    try:
        return dict(to_torch(cell).state_dict())
    except ConfigError:  # PyTorch has no such module
        return dict(cell.state_dict())
