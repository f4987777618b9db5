"""The largest Lyapunov exponent alone."""

import numpy as np
import torch

from gradlab.measures.base import Measure
from gradlab.seeding import stream


class LargestExponent(Measure):
    """lambda_1 of the whole state: the mean log growth of one cotangent, from T to 0.

    Without the first tenth of its steps. That is the first of the exponents of the
    measure ``lyapunov_exponents`` up to O(1/T), at the cost of a vector instead of a
    matrix, so that wide networks can be measured.
    """

    symbol = "lambda_1"
    unit = "nats per step"
    question = "How fast does the fastest direction grow or die?"
    formula = "mean over t of ln |u_t J_t|, u_{t-1} = u_t J_t / |u_t J_t|"
    reference = "Benettin et al. 1980"
    low_memory = True

    def compute(self, context):
        trajectory, cell = context.trajectory, context.trajectory.cell
        rng = stream(0, "largest_exponent")
        cotangents = tuple(
            torch.from_numpy(rng.standard_normal(part.shape[-1]))
            .to(part)
            .expand(*part.shape[:-1], 1, -1)
            .contiguous()
            for part in trajectory.start
        )
        settling = trajectory.length // 10
        total = np.zeros(context.batch_shape)
        with torch.no_grad():
            for t in range(trajectory.length, 0, -1):
                cotangents = cell.vjp(*trajectory.step_at(t), cotangents)
                norm = euclidean(cotangents)
                inverse = torch.from_numpy(1 / norm).to(cotangents[0])[..., None, None]
                cotangents = tuple(part * inverse for part in cotangents)
                if t <= trajectory.length - settling:
                    total += np.log(norm)
        return total / (trajectory.length - settling)


def euclidean(cotangents):
    """Return the norm (…M, B) of the joint cotangent, by sums over a last axis."""
    joint = torch.cat(cotangents, -1)[..., 0, :].double().cpu().numpy()
    return np.sqrt(np.square(np.ascontiguousarray(joint)).sum(axis=-1))
