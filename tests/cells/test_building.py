"""Building, stacking, and cells that say little about themselves."""

import copy
from itertools import product

import pytest
import torch
from torch import nn

from gradlab import cells
from gradlab.cells import Cell, Step
from gradlab.errors import ConfigError, ShapeError
from tests.cells.cases import PLAIN, activation, relative, rough, twin, visit


class Pair(Cell):
    """Two states with long names and a gate, in ``step`` alone."""

    name = "pair"
    state_names = ("memory", "mem")

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.weight = nn.Parameter(torch.randn(hidden_size, 2, dtype=torch.float64))

    @property
    def state_sizes(self):
        return (self.hidden_size, 2)

    def step(self, inputs, state, *, keep_path_carry=None):
        memory, mem = state
        carried = mem if keep_path_carry is None else keep_path_carry
        gate = torch.sigmoid(memory[..., :2])
        new = gate * carried + inputs[..., :2]
        return Step((torch.tanh(memory + new @ self.weight.mT), new), {"gate": gate})

    def conveyor(self, inputs, state, step):
        return step.gates["gate"]


def test_a_cell_with_step_alone_has_derivatives():
    cell = Pair(3, 5)
    inputs, state, step = visit(cell, 2, 4)
    jacobian = cell.jacobian(inputs, state, step)
    expected = twin(cell, inputs, state)
    assert set(jacobian.blocks) == set(product(("memory", "mem"), repeat=2))
    assert (
        relative(jacobian.dense(cell.state_names, cell.state_sizes), expected) <= 1e-12
    )
    assert jacobian.blocks["mem", "mem"].abs().max() <= 1e-15
    rows = torch.randn(2, 4, 3, 7, dtype=torch.float64)
    pulled = cell.vjp(inputs, state, step, rows.split([5, 2], -1))
    assert relative(torch.cat(pulled, -1), rows @ expected) <= 1e-12


def test_a_users_cell_has_no_ensemble():
    with pytest.raises(ConfigError, match="a cell with supports_ensembles = True"):
        cells.ensemble([Pair(3, 5), Pair(3, 5)])


def test_only_like_cells_make_an_ensemble():
    for other in (rough("gru"), rough("lstm", hidden=8), rough("lstm:peephole")):
        with pytest.raises(ShapeError, match="one class and one size"):
            cells.ensemble([rough("lstm"), other])


def test_stacking_copies():
    first = rough("gru")
    together = cells.ensemble([first, rough("gru", seed=1)])
    before = copy.deepcopy(first.state_dict())
    with torch.no_grad():
        for parameter in together.parameters():
            parameter.zero_()
    assert all(torch.equal(v, before[k]) for k, v in first.state_dict().items())
    assert [p.shape[0] for p in together.parameters()] == [2] * 4


def test_build_leaves_torchs_generator_alone_and_is_seeded():
    before = torch.random.get_rng_state()
    one, same, other = (cells.build("lstm", 3, 5, seed=s) for s in (0, 0, 1))
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.equal(one.weight_hh, same.weight_hh)
    assert not torch.equal(one.weight_hh, other.weight_hh)
    assert one.weight_hh.abs().max() <= 5**-0.5


def test_options_reach_the_cell():
    cell = cells.build("lstm:gate=hardsigmoid+candidate=relu", 3, 5)
    names = cell.gate.name, cell.candidate.name, cell.output_activation.name
    assert names == ("hardsigmoid", "relu", "tanh")
    cell = cells.build("lstm", 3, 5, activation=activation("sin"))
    assert (cell.candidate.name, cell.output_activation.name) == ("sin", "sin")
    cell = cells.build("lstm:no_output_activation", 3, 5, activation=activation("sin"))
    assert (cell.candidate.name, cell.output_activation.name) == ("sin", "linear")
    assert cells.build("lstm:no_forget", 3, 5).keep_gate is None
    assert cells.build("lstm", 3, 5, bias=False).keep_gate is None
    assert cells.build("lstm:proj=2", 3, 5).state_sizes == (2, 5)


@pytest.mark.parametrize("sizes", [(0, 5), (3, 0), (3, -1), (3, 2.0), (True, 5)])
def test_sizes_that_are_none(sizes):
    with pytest.raises(ConfigError, match="a whole number from 1 on"):
        cells.build("rnn", *sizes)


@pytest.mark.parametrize("proj", [5, 9])
def test_a_projection_must_narrow(proj):
    with pytest.raises(ConfigError, match="a width from 1 to 4"):
        cells.build(f"lstm:proj={proj}", 3, 5)


@pytest.mark.parametrize("spec", PLAIN)
def test_cells_train(spec):
    """Fit the sign of the first input after four steps, by plain gradient descent."""
    torch.manual_seed(0)
    cell = cells.build(spec, 2, 8, dtype=torch.float64)
    readout = nn.Linear(cell.state_sizes[0], 1, dtype=torch.float64)
    inputs = torch.randn(4, 32, 2, dtype=torch.float64)
    goal = inputs[0, :, :1].sign()
    weights = [*cell.parameters(), *readout.parameters()]
    optimizer = torch.optim.Adam(weights, lr=0.05)
    losses = []
    for _ in range(30):
        state = cell.initial_state(32)
        for x in inputs:
            state = cell.step(x, state).state
        loss = ((readout(state[0]) - goal) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] * 0.7
