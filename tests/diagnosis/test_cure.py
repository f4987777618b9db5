"""The best remedy, applied before training, turns unsolved into solved."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy, softmax

import gradlab
from gradlab.tasks.base import parse


LAG, UPDATES, SEEDS = 100, 700, 5


class Recall(nn.Module):
    """An LSTM that reads all symbols, and says at the end which came first."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(features, 16, batch_first=True)
        self.head = nn.Linear(16, 2)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


def loss(output, batch):
    """Cross-entropy of the last step."""
    return cross_entropy(output, batch[1])


def learns(model: nn.Module, batch) -> bool:
    """Train a model; return whether every output came within 0.25 of what is right."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(UPDATES):
        output = model(batch[0])
        right = softmax(output, 1).gather(1, batch[1][:, None])
        if right.min() > 0.75:
            return True
        optimizer.zero_grad()
        loss(output, batch).backward()
        optimizer.step()
    return False


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_best_remedy_lets_it_learn():
    task = parse(f"lag:{LAG}")
    drawn = task.sequences(np.random.default_rng(0), 2)
    inputs = nn.functional.one_hot(torch.from_numpy(drawn.inputs), task.features)
    batch = inputs.float(), torch.from_numpy(drawn.targets[:, -1])
    before, after, titles = 0, 0, set()
    for seed in range(SEEDS):
        torch.manual_seed(seed)
        model = Recall(task.features)
        start = {name: value.clone() for name, value in model.state_dict().items()}
        found = gradlab.diagnose(model, batch, loss)
        assert found.verdicts == {"lstm": "vanishing"}
        before += learns(model, batch)
        model.load_state_dict(start)
        best = found.remedies[0]
        titles.add(best.title)
        exec(best.code, {"gradlab": gradlab, "model": model})
        after += learns(model, batch)
    print(f"{before} of {SEEDS} as it was, {after} after {titles}")
    assert (before, after) == (0, SEEDS)
