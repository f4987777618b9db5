"""A forecaster of several series: an LSTM with a projection."""

import math

import torch
from torch import nn


class Forecaster(nn.Module):
    def __init__(self, series=3, hidden=32, projection=8, ahead=6):
        super().__init__()
        self.lstm = nn.LSTM(series, hidden, batch_first=True, proj_size=projection)
        self.head = nn.Linear(projection, series * ahead)
        self.ahead = ahead

    def forward(self, past):
        outputs, _ = self.lstm(past)
        return self.head(outputs[:, -1]).view(len(past), self.ahead, -1)


def batch(count=8, past=48, ahead=6):
    start = 2 * math.pi * torch.rand(count, 1, 3)
    speed = 0.1 + 0.2 * torch.rand(count, 1, 3)
    time = torch.arange(past + ahead)[None, :, None]
    waves = torch.sin(start + speed * time) + 0.1 * torch.randn(count, past + ahead, 3)
    return waves[:, :past], waves[:, past:]


class Huber(nn.Module):
    """The loss as a Module, of the forecast alone."""

    def forward(self, forecast, batch):
        return nn.functional.huber_loss(forecast, batch[1])
