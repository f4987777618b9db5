"""Models that are well, and models broken on purpose."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import gradlab


class Reader(nn.Module):
    """An LSTM that reads a sequence, and a head on its last state."""

    def __init__(self, hidden: int = 24, layers: int = 1) -> None:
        super().__init__()
        self.lstm = nn.LSTM(8, hidden, num_layers=layers, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.lstm(x)[0][:, -1])


class EveryStep(Reader):
    """The same with an output, and so a loss, at every step."""

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.lstm(x)[0])


class Cut(Reader):
    """The same in two halves, the state between them detached."""

    def forward(self, x: Tensor) -> Tensor:
        half = x.shape[1] // 2
        _, state = self.lstm(x[:, :half])
        outputs, _ = self.lstm(x[:, half:], tuple(part.detach() for part in state))
        return self.head(outputs[:, -1])


class Planted(nn.Module):
    """Two LSTMs, with a NaN in what the second one reads at a step."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.first = nn.LSTM(8, 12, batch_first=True)
        self.second = nn.LSTM(12, 12, batch_first=True)
        self.step = step

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.first(x)[0].clone()
        hidden[1, self.step - 1] = float("nan")
        return self.second(hidden)[0][:, -1]


def squared(output: Tensor, batch: tuple[Tensor, Tensor]) -> Tensor:
    """Mean squared error against the batch's targets."""
    return (output - batch[1]).square().mean()


def batch(length: int = 100, every_step: bool = False) -> tuple[Tensor, Tensor]:
    """Eight sequences of Gaussian inputs, and targets."""
    generator = torch.Generator().manual_seed(7)
    targets = (8, length, 1) if every_step else (8, 1)
    return tuple(
        torch.randn(*shape, generator=generator) for shape in ((8, length, 8), targets)
    )


def reader(seed: int = 0, **options: int) -> Reader:
    """A reader with PyTorch's default weights."""
    torch.manual_seed(seed)
    return Reader(**options)


def healed(length: int, seed: int) -> Reader:
    """A reader with chrono biases for a length."""
    model = reader(seed)
    gradlab.remedy.chrono_(model.lstm, t_max=length, seed=seed)
    return model
