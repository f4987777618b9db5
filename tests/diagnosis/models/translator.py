"""Sequence to sequence: a GRU reads, a loop of GRU cells writes."""

import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, vocabulary, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 12)
        self.gru = nn.GRU(12, hidden, batch_first=True)

    def forward(self, source):
        _, state = self.gru(self.embedding(source))
        return state.squeeze(0)


class Decoder(nn.Module):
    def __init__(self, vocabulary, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 12)
        self.cell = nn.GRUCell(12, hidden)
        self.head = nn.Linear(hidden, vocabulary)

    def forward(self, target, state):
        logits = []
        previous = torch.zeros_like(target[:, 0])  # 0 begins a sentence
        for step in range(target.shape[1]):
            state = self.cell(self.embedding(previous), state)
            logits.append(self.head(state))
            previous = target[:, step]  # teacher forcing
        return torch.stack(logits, dim=1)


class Translator(nn.Module):
    def __init__(self, vocabulary=30, hidden=20):
        super().__init__()
        self.encoder = Encoder(vocabulary, hidden)
        self.decoder = Decoder(vocabulary, hidden)

    def forward(self, source, target):
        return self.decoder(target, self.encoder(source))


def build():
    return Translator()


def batch():
    """The target is the source the other way round."""
    source = torch.randint(1, 30, (8, 24))
    return {"source": source, "target": source.flip(1)}


def loss(logits, batch):
    return nn.functional.cross_entropy(logits.flatten(0, 1), batch["target"].flatten())
