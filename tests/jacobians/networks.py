"""Float32 networks for the chains: those that vanish, hold and grow; one on purpose."""

import torch
from torch import nn

from gradlab import catalog, cells
from gradlab.cells.base import Cell, Step, StepJacobian
from gradlab.initializers import initialize_
from gradlab.trajectory import Trajectory, unroll
from tests.flows import noise


NETS = {
    "lstm": ("lstm", {}),
    "lstm orthogonal": ("lstm", {"init": "orthogonal"}),
    "lstm gain 1.5": ("lstm", {"gain": 1.5}),
    "lstm bias 3": ("lstm", {"forget_bias": 3.0}),
    "rnn": ("rnn", {}),
    "rnn orthogonal": ("rnn", {"init": "orthogonal"}),
    "rnn gain 1.5": ("rnn", {"gain": 1.5}),
    "gru": ("gru", {}),
    "gru bias 3": ("gru", {"forget_bias": 3.0}),
}


def drawn(name: str, *, hidden: int, length: int, seed: int = 0) -> Cell:
    spec, how = NETS[name]
    settings = dict(how)
    init = settings.pop("init", None)
    initializer = catalog.get("initializers", init)() if init else None
    cell = cells.build(spec, hidden, hidden, dtype=torch.float32)
    return initialize_(cell, initializer, seed=seed, length=length, **settings)


def ran(name: str, *, hidden: int, length: int, sequences: int = 2) -> Trajectory:
    cell = drawn(name, hidden=hidden, length=length)
    return unroll(cell, noise(sequences, length, hidden, dtype=torch.float32))


def ran_together(names: list[str], *, hidden: int, length: int) -> Trajectory:
    """An ensemble of networks of one kind, each with inputs of its own."""
    group = [
        drawn(name, hidden=hidden, length=length, seed=seed)
        for seed, name in enumerate(names)
    ]
    inputs = [
        noise(2, length, hidden, seed=seed, dtype=torch.float32)
        for seed in range(len(names))
    ]
    return unroll(cells.ensemble(group), torch.stack(inputs))


class Scaled(Cell):
    """h_t = x_t h_{t-1}, unit by unit: the inputs are the Jacobians."""

    name = "scaled"
    supports_ensembles = True

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size, hidden_size)
        self.weight = nn.Parameter(torch.eye(hidden_size))

    def step(self, inputs, state, *, keep_path_carry=None):
        return Step((inputs * state[0],))

    def jacobian(self, inputs, state, step, *, out=None):
        return StepJacobian({("h", "h"): inputs.unsqueeze(-1) * self.weight})

    def vjp(self, inputs, state, step, cotangents, *, out=None):
        return (torch.mul(cotangents[0], inputs.unsqueeze(-2), out=out and out[0]),)


def scaled(factors: torch.Tensor) -> Trajectory:
    """The trajectory whose J_t is diag(factors[t - 1]), (T, n), as two sequences."""
    cell = Scaled(factors.shape[-1])
    start = torch.zeros(2, factors.shape[-1])
    return unroll(cell, factors.expand(2, -1, -1), initial_state=(start,))
