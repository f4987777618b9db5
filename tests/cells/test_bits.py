"""A member's bits are the same alone and in an ensemble."""

import pytest
import torch

from gradlab.check.bits import differing_bits
from tests.cells.cases import members, rough


SPECS = [
    "rnn",
    "lstm",
    "lstm:peephole",
    "lstm:proj=5",
    "lstm:no_forget",
    "gru",
    "gru:reset_before",
]


@pytest.mark.parametrize("phi", [None, "sigmoid"])
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("hidden", [10, 37])
@pytest.mark.parametrize("spec", SPECS)
def test_alone_in_four_and_in_eleven(spec, hidden, batch, phi):
    model = rough(spec, inputs=5, hidden=hidden, phi=phi, dtype=torch.float32)
    assert not list(differing_bits(list(members(model, 11)), batch))
