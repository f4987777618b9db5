"""Cells as users write them: most of them have ``step`` alone.

A file for ``--load``, too. ``MEASURED`` get their numbers on every road, ``REFUSED``
a sentence that says what to write instead.
"""

import math

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from gradlab.cells import Cell, Step
from gradlab.cells.gru import GRU


class CloseNames(Cell):
    """States whose names run together: "h" + "hh" reads as "hh" + "h"."""

    state_names = ("h", "hh")

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.of_input = nn.Linear(input_size, hidden_size)
        self.fast = nn.Linear(hidden_size, hidden_size)
        self.slow = nn.Linear(hidden_size, hidden_size)

    def step(self, inputs, state):
        fast, slow = state
        after = torch.tanh(self.of_input(inputs) + 3 * self.fast(slow))
        return Step((after, torch.tanh(self.slow(fast) + 0.2 * slow)))


class FarNames(CloseNames):
    """The same network, its states named otherwise."""

    state_names = ("h", "k")


class Plain(Cell):
    """A recurrent and an input weight, for those below."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.of_input = nn.Linear(input_size, hidden_size)
        self.of_hidden = nn.Linear(hidden_size, hidden_size)

    def step(self, inputs, state):
        return Step((self.proposed(inputs, state[0]),))

    def proposed(self, inputs, hidden):
        """Return tanh(W x + U h)."""
        return torch.tanh(self.of_input(inputs) + self.of_hidden(hidden))


class Zoneout(Plain):
    """Keeps some units as they were, drawn anew in every step."""

    def step(self, inputs, state):
        kept = torch.rand_like(state[0]) < 0.3
        return Step((torch.where(kept, state[0], self.proposed(inputs, state[0])),))


class SeededZoneout(Plain):
    """Keeps some units as they were, by a mask that is drawn once and is a state."""

    state_names = ("h", "mask")

    def initial_state(self, *batch_shape):
        hidden = super().initial_state(*batch_shape)[0]
        seeded = torch.Generator().manual_seed(7)
        mask = torch.rand(hidden.shape, generator=seeded) < 0.3
        return hidden, mask.to(hidden)

    def step(self, inputs, state):
        hidden, mask = state
        new = self.proposed(inputs, hidden)
        return Step((mask * hidden + (1 - mask) * new, mask))


class Clockwork(Plain):
    """Counts its steps, and moves fast in every fourth alone."""

    steps = 0

    def step(self, inputs, state):
        self.steps += 1
        rate = 0.05 if self.steps % 4 else 1.0
        new = self.proposed(inputs, state[0])
        return Step(((1 - rate) * state[0] + rate * new,))


class ClippedGRU(GRU):
    """A GRU whose state is clipped: the GRU's closed forms are not its own."""

    def step(self, inputs, state, **more):
        step = super().step(inputs, state, **more)
        clipped = step.state[0].clamp(-0.05, 0.05)
        return Step((clipped,), step.gates, step.pre_activations, step.recurrent)


class StartsAtOne(Plain):
    """At zero it would stay there."""

    def initial_state(self, *batch_shape):
        return (torch.ones_like(super().initial_state(*batch_shape)[0]),)

    def step(self, inputs, state):
        total = self.of_input(inputs) + 2 * self.of_hidden(state[0])
        return Step((1.5 * state[0] * torch.sigmoid(total),))


class MatrixState(Cell):
    """A fast weight, h <- 0.9 h + v k^T: a matrix for every sequence."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.key = nn.Linear(input_size, hidden_size)
        self.value = nn.Linear(input_size, hidden_size)

    def initial_state(self, *batch_shape):
        size = self.hidden_size
        return (self.key.weight.new_zeros(*batch_shape, size, size),)

    def step(self, inputs, state):
        outer = self.value(inputs).unsqueeze(-1) * self.key(inputs).unsqueeze(-2)
        return Step((0.9 * state[0] + outer,))


class ComplexState(Cell):
    """A linear recurrence over complex numbers that turn."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.angle = nn.Parameter(torch.rand(hidden_size))
        self.of_input = nn.Linear(input_size, hidden_size)

    def initial_state(self, *batch_shape):
        zeros = super().initial_state(*batch_shape)[0]
        return (torch.complex(zeros, zeros),)

    def step(self, inputs, state):
        factor = 0.9 * torch.exp(1j * self.angle)
        return Step((factor * state[0] + self.of_input(inputs),))


class Threshold(torch.autograd.Function):
    """A step function with a smooth derivative, in the style torch.func refuses."""

    @staticmethod
    def forward(ctx, potential):
        ctx.save_for_backward(potential)
        return (potential > 0).to(potential)

    @staticmethod
    def backward(ctx, gradient):
        (potential,) = ctx.saved_tensors
        return gradient / (1 + 3 * potential.abs()) ** 2


class Spiking(Plain):
    """Leaky integrate and fire, with a surrogate gradient."""

    def step(self, inputs, state):
        spikes = Threshold.apply(state[0] - 0.3)
        new = 0.9 * state[0] + self.of_input(inputs) + self.of_hidden(spikes)
        return Step((new,))


class Recomputed(Plain):
    """Recomputes its activations in the backward pass, to save memory."""

    def step(self, inputs, state):
        new = checkpoint(self.proposed, inputs, state[0], use_reentrant=False)
        return Step((new,))


class RecomputedReentrant(Plain):
    """The same in torch's older way."""

    def step(self, inputs, state):
        new = checkpoint(self.proposed, inputs, state[0], use_reentrant=True)
        return Step((new,))


class WrapsLSTMCell(Cell):
    """PyTorch's own cell, which takes two axes at most."""

    state_names = ("h", "c")

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.cell = nn.LSTMCell(input_size, hidden_size)

    def step(self, inputs, state):
        return Step(self.cell(inputs, state))


class Lorenz(Cell):
    """A classical Runge-Kutta step of 0.01 along the Lorenz system."""

    def __init__(self, input_size=1, hidden_size=3):
        super().__init__(input_size, 3)

    def initial_state(self, *batch_shape):
        return (torch.tensor([1.0, 1.0, 20.0]).expand(*batch_shape, 3),)

    def step(self, inputs, state):
        (start,), time = state, 0.01
        first = self.slope(start)
        second = self.slope(start + time / 2 * first)
        third = self.slope(start + time / 2 * second)
        fourth = self.slope(start + time * third)
        return Step((start + time / 6 * (first + 2 * second + 2 * third + fourth),))

    @staticmethod
    def slope(state):
        """Return the time derivative, (…, 3)."""
        x, y, z = state.unbind(-1)
        return torch.stack([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z], -1)


class NormedLSTM(Cell):
    """An LSTM that normalises its pre-activations and its cell state."""

    state_names = ("h", "c")

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.of_input = nn.Linear(input_size, 4 * hidden_size, bias=False)
        self.of_hidden = nn.Linear(hidden_size, 4 * hidden_size, bias=False)
        self.norm_input = nn.LayerNorm(4 * hidden_size)
        self.norm_hidden = nn.LayerNorm(4 * hidden_size)
        self.norm_cell = nn.LayerNorm(hidden_size)

    def step(self, inputs, state):
        hidden, cell = state
        total = self.norm_input(self.of_input(inputs))
        total = total + self.norm_hidden(self.of_hidden(hidden))
        i, f, g, o = total.chunk(4, -1)
        cell = f.sigmoid() * cell + i.sigmoid() * g.tanh()
        return Step((o.sigmoid() * self.norm_cell(cell).tanh(), cell))


class MinGRU(Cell):
    """A GRU whose gate sees the input alone, Feng et al. 2024."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.gate = nn.Linear(input_size, hidden_size)
        self.candidate = nn.Linear(input_size, hidden_size)

    def step(self, inputs, state):
        z = torch.sigmoid(self.gate(inputs))
        return Step(((1 - z) * state[0] + z * self.candidate(inputs),))


class StabilizedLSTM(Cell):
    """Exponential gates with normaliser and stabiliser states, Beck et al. 2024."""

    state_names = ("h", "c", "n", "m")

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.of_input = nn.Linear(input_size, 4 * hidden_size)
        self.of_hidden = nn.Linear(hidden_size, 4 * hidden_size, bias=False)

    def initial_state(self, *batch_shape):
        hidden, cell, normaliser, stabiliser = super().initial_state(*batch_shape)
        return hidden, cell, torch.ones_like(normaliser), stabiliser

    def step(self, inputs, state):
        hidden, cell, normaliser, stabiliser = state
        total = self.of_input(inputs) + self.of_hidden(hidden)
        i, f, z, o = total.chunk(4, -1)
        highest = torch.maximum(f + stabiliser, i)
        keep, add = torch.exp(f + stabiliser - highest), torch.exp(i - highest)
        cell = keep * cell + add * z.tanh()
        normaliser = keep * normaliser + add
        return Step((o.sigmoid() * cell / normaliser, cell, normaliser, highest))


class IndRNN(Cell):
    """A recurrent weight of its own for every unit, Li et al. 2018."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.of_input = nn.Linear(input_size, hidden_size)
        self.weight = nn.Parameter(torch.linspace(-1, 1, hidden_size))

    def step(self, inputs, state):
        return Step((torch.relu(self.of_input(inputs) + self.weight * state[0]),))


class GradientStep(Cell):
    """Gradient descent on |A s - x|^2 / 2 + log cosh s, by autograd inside the step."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        scale = 1 / math.sqrt(hidden_size)
        self.weight = nn.Parameter(scale * torch.randn(input_size, hidden_size))

    def step(self, inputs, state):
        slope = torch.func.grad(lambda s: self.energy(inputs, s).sum())
        return Step((state[0] - 0.1 * slope(state[0]),))

    def energy(self, inputs, state):
        """Return what is descended, (…, B)."""
        misfit = state @ self.weight.mT - inputs
        return misfit.square().sum(-1) / 2 + state.cosh().log().sum(-1)


class EvaluatedBatchNorm(Plain):
    """Normalises by statistics of the batches it has seen."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.norm = nn.BatchNorm1d(hidden_size)
        self.eval()

    def step(self, inputs, state):
        return Step((self.norm(self.proposed(inputs, state[0])),))


class OwnRates(Plain):
    """Has a rate of its own for each sequence of a batch."""

    def step(self, inputs, state):
        rates = torch.linspace(0.5, 1, len(inputs)).to(inputs).unsqueeze(-1)
        return Step((rates * self.proposed(inputs, state[0]),))


MEASURED = (
    CloseNames,
    SeededZoneout,
    ClippedGRU,
    StartsAtOne,
    Spiking,
    Recomputed,
    RecomputedReentrant,
    WrapsLSTMCell,
    Lorenz,
    NormedLSTM,
    MinGRU,
    StabilizedLSTM,
    IndRNN,
    GradientStep,
    EvaluatedBatchNorm,
)
REFUSED = (Zoneout, Clockwork, MatrixState, ComplexState)
