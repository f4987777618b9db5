"""A sentiment classifier: a bidirectional LSTM over packed sentences."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset


PAD = 0


class Reviews(Dataset):
    """Sentences of different lengths; the label is that of their first word."""

    def __init__(self, count=64, vocabulary=200, seed=0):
        generator = torch.Generator().manual_seed(seed)
        lengths = torch.randint(5, 61, (count,), generator=generator)
        self.sentences = [
            torch.randint(1, vocabulary, (int(length),), generator=generator)
            for length in lengths
        ]

    def __len__(self):
        return len(self.sentences)

    def __getitem__(self, index):
        tokens = self.sentences[index]
        return tokens, int(tokens[0] % 2)


def collate(samples):
    tokens, labels = zip(*samples, strict=True)
    lengths = torch.tensor([len(one) for one in tokens])
    padded = pad_sequence(tokens, batch_first=True, padding_value=PAD)
    return padded, lengths, torch.tensor(labels)


class Classifier(nn.Module):
    def __init__(self, vocabulary=200, width=16, hidden=24, classes=2):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width, padding_idx=PAD)
        self.lstm = nn.LSTM(width, hidden, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.3)
        self.head = nn.Linear(2 * hidden, classes)

    def forward(self, tokens, lengths):
        embedded = self.dropout(self.embedding(tokens))
        packed = pack_padded_sequence(
            embedded, lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        _, (hidden, _) = self.lstm(packed)
        forward, backward = hidden[-2], hidden[-1]
        return self.head(self.dropout(torch.cat([forward, backward], dim=-1)))


loader = DataLoader(Reviews(), batch_size=16, shuffle=True, collate_fn=collate)


def loss(logits, batch):
    return nn.functional.cross_entropy(logits, batch[2])
