"""The words of a report's first line."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence

from gradlab.targets import Checkpoint, describe, describe_batch


X, Y = torch.zeros(32, 180, 128), torch.arange(32)


@pytest.mark.parametrize(
    ("batch", "words"),
    [
        (X, "32x180x128 float32"),
        (torch.tensor(3), "int64"),
        ((X, Y), "tuple of 32x180x128 float32, 32 int64"),
        ([X.half(), "text"], "list of 32x180x128 float16, 'text'"),
        ({"x": X, "y": Y}, "dict of x 32x180x128 float32, y 32 int64"),
        ((X, {"a": Y}), "tuple of 32x180x128 float32, a dict of 1"),
        (
            [Y] * 7,
            "list of 32 int64, 32 int64, 32 int64, 32 int64, 32 int64 and 2 more",
        ),
        (
            pack_sequence([X[0], X[0, :9]]),
            "packed 2 sequences of up to 180 steps, 128 float32",
        ),
        (
            (pack_sequence([X[0]]), Y),
            "tuple of packed 1 sequences of up to 180 steps, 128 float32, 32 int64",
        ),
    ],
)
def test_a_batch(batch, words):
    assert describe_batch(batch) == words


def test_all_words():
    assert describe(
        "mymodel:build",
        nn.LSTM(128, 8),
        {"x": X, "y": Y},
        checkpoint=Checkpoint("model.pt"),
        source="batch.pt",
        loss="mymodel:loss",
    ) == {
        "model": "LSTM of mymodel:build",
        "checkpoint": "model.pt",
        "batch": "batch.pt (dict of x 32x180x128 float32, y 32 int64)",
        "loss": "mymodel:loss",
    }
    ema = Checkpoint("m.pt", "ema", "a.")
    words = describe(
        "net.py:Net", nn.LSTM(128, 8), X, checkpoint=ema, source=None, loss=None
    )
    assert words["checkpoint"] == "m.pt (its ema, without the prefix a.)"
    assert words["batch"] == "synthetic (32x180x128 float32)"
    assert words["loss"] == (
        "mean square of the output at its last step, for want of --loss"
    )
