"""Cells that ran without a word and had wrong numbers; a file for ``--load``, too."""

import torch
from torch import nn

from gradlab.cells import Step
from tests.cells.custom_cells import Plain


class BatchMean(Plain):
    """Takes the mean over the batch away, as if it were one more feature."""

    def step(self, inputs, state):
        return Step((self.proposed(inputs, state[0] - state[0].mean(-2, True)),))


class BatchScaled(Plain):
    """Divides by the largest number of the batch, which autograd does not see."""

    def step(self, inputs, state):
        return Step((self.proposed(inputs, state[0] / (1 + state[0].max().item())),))


class BatchNormed(Plain):
    """Normalises over the batch, in training mode."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.norm = nn.BatchNorm1d(hidden_size)

    def step(self, inputs, state):
        return Step((self.norm(self.proposed(inputs, state[0])),))


class Unseen(Plain):
    """Hides from autograd how it uses its state."""

    def step(self, inputs, state):
        with torch.no_grad():
            return Step((self.proposed(inputs, state[0]),))


class ChangesInputs(Plain):
    """Scales its inputs where they are."""

    def step(self, inputs, state):
        return Step((self.proposed(inputs.mul_(2), state[0]),))


class ChangesState(Plain):
    """Decays its state where it is."""

    def step(self, inputs, state):
        return Step((self.proposed(inputs, state[0].mul_(0.9)),))


UNFIT = (
    BatchMean,
    BatchScaled,
    BatchNormed,
    Unseen,
    ChangesInputs,
    ChangesState,
)
