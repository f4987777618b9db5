"""Cells derived from ours that change what a step does."""

import pytest
import torch

from gradlab import initializers
from gradlab.cells import Cell, Step
from gradlab.cells.gru import GRU
from gradlab.cells.lstm import LSTM
from gradlab.cells.rnn import RNN
from gradlab.jacobians import jacobian_product
from gradlab.jacobians.reference import product
from gradlab.trajectory import unroll


def halved(kind: type[Cell]) -> type[Cell]:
    """A cell that goes half of the way, and leaves its derivative to autograd."""

    class Halved(kind):  # type: ignore[valid-type, misc]
        jacobian = Cell.jacobian
        pullback = Cell.pullback

        def step(self, inputs, state, **kw):
            there = super().step(inputs, state).state
            return Step(tuple((a + b) / 2 for a, b in zip(state, there, strict=True)))

        def conveyor(self, inputs, state, step):
            return None

    return Halved


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
def test_the_chain_takes_a_derived_cells_own_jacobian(kind):
    cell = halved(kind)(3, 16, dtype=torch.float64)
    initializers.initialize_(cell, seed=1)
    trajectory = unroll(cell, torch.ones(2, 20, 3, dtype=torch.float64))
    found = jacobian_product(trajectory, 0)
    whole = torch.ldexp(found.mantissa, found.exponent[:, None, None])
    torch.testing.assert_close(whole, product(trajectory, 20), rtol=1e-10, atol=0)


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
def test_no_closed_form_of_another_cell_is_left(kind):
    derived = halved(kind)
    assert derived.jacobians is Cell.jacobians
    assert derived.pullbacks is Cell.pullbacks
    assert kind.jacobians is not Cell.jacobians
