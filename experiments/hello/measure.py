"""Networks that read "hell" and learn "ello"; the way of each letter's error back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

import gradlab
from experiments.networks import Network, drawn, trained, untrained
from gradlab.bptt import StepGradients, backward
from gradlab.bptt.backward import as_direction
from gradlab.losses.base import Loss
from gradlab.tasks.base import parse
from gradlab.tasks.characters import WORD


CELLS = ("RNN", "GRU", "LSTM")
HIDDEN, SEED, UPDATES = 3, 0, 400
READ, ANSWERED = WORD[:-1], WORD[1:]
LETTERS = "".join(dict.fromkeys(WORD))


class LetterLoss(Loss):
    """The cross-entropy of one letter, at the step that is to answer it.

    Args:
        network: whose output layer is read.
        step: place in 0 .. 3.
    """

    def __init__(self, network: Network, step: int) -> None:
        self.network, self.step = network, step
        self.target = torch.tensor([LETTERS.index(ANSWERED[step])])

    def __call__(self, hidden: Sequence[Tensor], direction: Tensor) -> Tensor:
        logits = self.network.head(hidden[self.step])
        return cross_entropy(logits, self.target, reduction="none")


@dataclass(frozen=True)
class WayBack:
    """What the errors of the four letters send back through one network.

    Attributes:
        losses: (4), of each letter, in nats.
        by_state: state ("h", "c") -> |dL_k/ds_t|, (4, 4), rows k, columns t; 0 where t
            comes after k. Of h_t in an LSTM what runs on through h alone; what runs on
            through c is that of c_t.
        steps: (4, 4, rows, columns), the part of step t in dL_k/dW_hh.
        whole: (rows, columns), dL/dW_hh of the loss summed over letters, by one
            ``backward()`` of autograd.
        last: the same of the last letter's loss alone.
    """

    losses: np.ndarray
    by_state: Mapping[str, np.ndarray]
    steps: np.ndarray
    whole: np.ndarray
    last: np.ndarray

    @property
    def shares(self) -> np.ndarray:
        """(4, 4), <part of step t in dL_k/dW_hh, dL/dW_hh> / |dL/dW_hh|^2, sum 1."""
        return (self.steps * self.whole).sum((-2, -1)) / (self.whole**2).sum()

    @property
    def last_shares(self) -> np.ndarray:
        """(4), the signed shares of the steps in the gradient of the last letter."""
        return (self.steps[-1] * self.last).sum((-2, -1)) / (self.last**2).sum()

    @property
    def error(self) -> float:
        """How far the sum of all parts is from autograd's gradient, of its largest."""
        summed = np.abs(self.steps.sum((0, 1)) - self.whole).max()
        of_last = np.abs(self.steps[-1].sum(0) - self.last).max()
        return float(
            max(summed / np.abs(self.whole).max(), of_last / np.abs(self.last).max())
        )


@dataclass(frozen=True)
class Found:
    """What came out.

    Attributes:
        hidden, updates: of the networks and their training.
        answers: network -> letters it answers at the end.
        before, after: network -> the way back, without training and with all of it.
    """

    hidden: int
    updates: int
    answers: Mapping[str, str]
    before: Mapping[str, WayBack]
    after: Mapping[str, WayBack]


def measure(updates: int = UPDATES, hidden: int = HIDDEN, seed: int = SEED) -> Found:
    """Train each network, and follow the errors back before and after."""
    task = parse("characters")
    answers, before, after = {}, {}, {}
    for name in CELLS:
        cell = drawn(name.lower(), task, hidden, seed)
        first = untrained(cell, task, seed)
        last = trained(cell, task, seed, updates)
        before[name], after[name] = way_back(first), way_back(last)
        with torch.no_grad():
            best = last.outputs(inputs())[0].argmax(-1)
        answers[name] = "".join(LETTERS[k] for k in best)
    return Found(hidden, updates, answers, before, after)


def inputs() -> Tensor:
    """Return "hell" as one sequence, (1, 4, 4) one-hot."""
    codes = torch.tensor([[LETTERS.index(letter) for letter in READ]])
    return one_hot(codes, len(LETTERS)).double()


def way_back(network: Network) -> WayBack:
    """Follow the error of each letter back, loss by loss."""
    trajectory = gradlab.unroll(network.cell, inputs())
    direction = as_direction(trajectory, None)  # a loss of a letter does not use it
    names = network.cell.state_names
    count = len(READ)
    losses = np.zeros(count)
    by_state = {name: np.zeros((count, count)) for name in names}
    steps = []
    for k in range(count):
        found = backward(trajectory, LetterLoss(network, k), direction)
        losses[k] = float(found.loss)
        for name, gradient in zip(names, found.graph, strict=True):
            by_state[name][k] = gradient[1:, 0].norm(dim=-1).numpy()
        parts = StepGradients(trajectory, found.state, ("weight_hh",))
        steps.append([one["weight_hh"][0].numpy() for one in parts])
    return WayBack(
        losses,
        by_state,
        np.array(steps),
        by_autograd(network, range(count)),
        by_autograd(network, [count - 1]),
    )


def by_autograd(network: Network, letters: Sequence[int]) -> np.ndarray:
    """Return dL/dW_hh of the sum of some letters' losses by one ``backward()``."""
    weight = network.cell.weight_hh
    logits = network.outputs(inputs())[0]
    targets = torch.tensor([LETTERS.index(letter) for letter in ANSWERED])
    chosen = list(letters)
    loss = cross_entropy(logits[chosen], targets[chosen], reduction="sum")
    return torch.autograd.grad(loss, weight)[0].numpy()
