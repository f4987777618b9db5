"""A character model trained by truncated backpropagation through time."""

import torch
from torch import nn


TEXT = "the quick brown fox jumps over the lazy dog, and then sleeps. " * 40
ALPHABET = sorted(set(TEXT))


class CharacterModel(nn.Module):
    """Two LSTM layers with dropout; the state goes on from chunk to chunk, detached."""

    def __init__(self, hidden=24, layers=2, chunk=20):
        super().__init__()
        self.embedding = nn.Embedding(len(ALPHABET), 12)
        self.rnn = nn.LSTM(12, hidden, num_layers=layers, dropout=0.2)
        self.decoder = nn.Linear(hidden, len(ALPHABET))
        self.chunk = chunk

    def forward(self, tokens):
        state, logits = None, []
        for chunk in self.embedding(tokens).split(self.chunk):
            if state is not None:
                state = tuple(part.detach() for part in state)
            output, state = self.rnn(chunk, state)
            logits.append(self.decoder(output))
        return torch.cat(logits)


def batch(steps=60, streams=8):
    """Columns of the text that are read side by side, and the letters after them."""
    letters = torch.tensor([ALPHABET.index(letter) for letter in TEXT])
    columns = letters[: streams * (len(letters) // streams)].view(streams, -1).t()
    return columns[:steps], columns[1 : steps + 1]


def loss(logits, batch):
    return nn.functional.cross_entropy(logits.flatten(0, 1), batch[1].flatten())
