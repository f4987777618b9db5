"""Trajectories to measure, in float64 and short: default nets and lively ones."""

from functools import cache

import numpy as np
import torch
from torch import nn

from gradlab import cells
from gradlab.cells.base import Cell, Step
from gradlab.initializers import initialize_
from gradlab.jacobians import reference
from gradlab.seeding import stream
from gradlab.trajectory import Trajectory, unroll


CELLS = (
    "rnn",
    "gru",
    "gru:z_replaces",
    "gru:reset_before",
    "gru:reset_before+z_replaces",
    "lstm",
    "lstm:peephole",
    "lstm:coupled",
    "lstm:no_forget",
    "lstm:no_output_activation",
    "lstm:proj=5",
    "lstm:peephole+proj=5",
)
GATED = CELLS[1:]
WITH_CELL_STATE = CELLS[5:]
FEATURES, HIDDEN, SEQUENCES, STEPS = 3, 7, 2, 9
GAINS = (1.5, 2.0, 3.0, 4.0, 6.0, 0.7, 0.4)


class TwoStates(Cell):
    """A user's cell: two states, dense blocks everywhere, ``step`` only."""

    name = "two_states"
    state_names = ("h", "c")

    def __init__(self, input_size=FEATURES, hidden_size=HIDDEN, seed=0):
        super().__init__(input_size, hidden_size)
        draw = stream(seed, "two_states")

        def weight(*shape):
            return nn.Parameter(torch.from_numpy(draw.normal(size=shape) * 0.4))

        self.weight_ih = weight(hidden_size, input_size)
        self.weight_hh = weight(hidden_size, hidden_size)
        self.weight_hc = weight(hidden_size, hidden_size)
        self.weight_cc = weight(hidden_size, hidden_size)

    def step(self, inputs, state):
        h, c = state
        h = torch.tanh(
            inputs @ self.weight_ih.mT + h @ self.weight_hh.mT + c @ self.weight_hc.mT
        )
        return Step((h, torch.sin(c @ self.weight_cc.mT + 0.5 * h)))


def noise(*shape: int, seed: int = 0, dtype=torch.float64) -> torch.Tensor:
    return torch.from_numpy(stream(seed, "test").normal(size=shape)).to(dtype)


def built(spec: str, *, hidden=HIDDEN, gain=1.0, seed=0, dtype=torch.float64) -> Cell:
    cell = cells.build(spec, FEATURES, hidden, dtype=dtype)
    return initialize_(cell, None, gain=gain, seed=seed, length=STEPS)


def run(cell: Cell, steps: int = STEPS, seed: int = 0) -> Trajectory:
    """Run from a Gaussian state: at zero some derivatives vanish by chance."""
    dtype = next(cell.parameters()).dtype
    start = tuple(
        noise(SEQUENCES, size, seed=seed + 1, dtype=dtype) for size in cell.state_sizes
    )
    inputs = noise(SEQUENCES, steps, FEATURES, seed=seed, dtype=dtype)
    return unroll(cell, inputs, initial_state=start)


@cache
def default(spec: str) -> Trajectory:
    """A trajectory of a cell as PyTorch would draw it."""
    return run(built(spec))


@cache
def lively(spec: str) -> Trajectory:
    """A trajectory over which the product's norm stays between 0.1 and 10."""
    for gain in GAINS:
        trajectory = run(built(spec, gain=gain))
        norm = torch.linalg.matrix_norm(reference.product(trajectory, STEPS))
        if ((norm > 0.1) & (norm < 10)).all():
            return trajectory
    raise AssertionError(f"no gain makes {spec} lively")


def random_state() -> np.ndarray:
    """Return the state of NumPy's global stream, which nothing here may touch."""
    return np.random.get_state()[1].copy()  # noqa: NPY002


def off(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    """The relative error, with no absolute allowance."""
    size = torch.linalg.vector_norm(theirs)
    return float(torch.linalg.vector_norm(ours - theirs) / size)
