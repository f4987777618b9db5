"""Models and loops as users write them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn


class Classifier(nn.Module):
    """Two layers with dropout, a head on the last step."""

    def __init__(self, kind: type = nn.LSTM, hidden: int = 6, **options) -> None:
        super().__init__()
        options = {"num_layers": 2, "dropout": 0.5, "batch_first": True, **options}
        self.rnn = kind(3, hidden, **options)
        self.head = nn.Linear(hidden * (1 + self.rnn.bidirectional), 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.rnn(x)[0][:, -1])


class Loop(nn.Module):
    """A cell, step by step."""

    def __init__(self, cell: type = nn.GRUCell, hidden: int = 6) -> None:
        super().__init__()
        self.cell = cell(3, hidden)
        self.head = nn.Linear(hidden, 2)

    def forward(self, x: Tensor) -> Tensor:
        state = None
        for t in range(x.shape[1]):
            state = self.cell(x[:, t], state)
        return self.head(state[0] if isinstance(state, tuple) else state)


class Training:
    """A loop over random batches; what it did can be compared with another's."""

    def __init__(
        self, model: nn.Module, optimizer: type = torch.optim.Adam, steps: int = 12
    ) -> None:
        self.model, self.steps = model, steps
        self.optimizer = optimizer(model.parameters(), lr=1e-2)
        self.losses: list[float] = []

    def loss(self) -> Tensor:
        x, y = torch.randn(4, self.steps, 3), torch.randint(2, (4,))
        return nn.functional.cross_entropy(self.model(x), y)

    def update(self, clip: float | None = None, parts: int = 1) -> None:
        self.optimizer.zero_grad()
        for _ in range(parts):
            loss = self.loss()
            loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(self.model.parameters(), clip)
        self.optimizer.step()
        self.losses.append(loss.item())

    def run(self, updates: int) -> None:
        for _ in range(updates):
            self.update()


def quiet(found: object) -> None:
    """Take a finding."""


def trained(seed: int, watching: Callable, updates: int) -> tuple:
    """Train under whatever ``watching`` opens; return losses, random state, weights."""
    torch.manual_seed(seed)
    training = Training(Classifier(), steps=5)
    with watching(training.model):
        training.run(updates)
    weights = {k: v.clone() for k, v in training.model.state_dict().items()}
    return training.losses, torch.get_rng_state(), weights
