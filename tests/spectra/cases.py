"""Trajectories whose products are long, and the same products in many digits."""

import copy

import mpmath
import numpy as np
import torch

from gradlab import cells
from gradlab.activations.tanh import Tanh
from gradlab.initializers import initialize_
from gradlab.jacobians import reference
from gradlab.seeding import stream
from gradlab.trajectory import Trajectory, unroll


def run(
    spec: str,
    hidden: int,
    length: int,
    *,
    gain: float = 1.0,
    sequences: int = 1,
    activation=None,
    dtype: torch.dtype = torch.float64,
    seed: int = 1,
) -> Trajectory:
    """Return a cell's run over noise, PyTorch's weights times ``gain``."""
    cell = cells.build(
        spec, 4, hidden, activation=activation or Tanh(), dtype=dtype, seed=seed
    )
    initialize_(cell, gain=gain, seed=seed)
    noise = stream(seed, "inputs").standard_normal((sequences, length, 4))
    return unroll(cell, torch.from_numpy(noise).to(dtype))


def in_many_digits(trajectory: Trajectory, lag: int, digits: int) -> np.ndarray:
    """Return ln of all singular values of the first sequence's product.

    J_t by autograd in float64, multiplied and decomposed by mpmath.
    """
    mpmath.mp.dps = digits
    cell = copy.deepcopy(trajectory.cell).double()
    product = None
    for t in range(trajectory.length, trajectory.length - lag, -1):
        inputs, state, _ = trajectory.step_at(t)
        wide = tuple(s.double() for s in state)
        step = reference.step_jacobian(cell, inputs.double(), wide)[0]
        matrix = mpmath.matrix(step.tolist())
        product = matrix if product is None else product * matrix
    values = mpmath.svd_r(product, compute_uv=False)
    return -np.sort([-float(mpmath.log(value)) for value in values])
