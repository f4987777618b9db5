"""One-step spectral norms along a trajectory."""

import numpy as np
import torch

from gradlab.jacobians.flat import jacobian_at
from gradlab.numerics.logscale import log
from gradlab.numerics.spectral_norm import spectral_norm
from gradlab.trajectory import Trajectory


def step_norms(trajectory: Trajectory) -> np.ndarray:
    """Return ln |J_t|_2 for t = 1 .. T, (T, …M, B)."""
    rows = []
    with torch.no_grad():
        for t in range(1, trajectory.length + 1):
            step = jacobian_at(trajectory, t)
            rows.append(spectral_norm(step.matrix()))
    norms = torch.stack(rows)
    return log(norms, np.zeros(1)).reshape(-1, *trajectory.lead)
