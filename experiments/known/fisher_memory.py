"""Fisher memory of a linear network."""

import numpy as np

from gradlab.jacobians import step_jacobians
from gradlab.measures.base import Measure


class FisherMemory(Measure):
    """J(k) = |C^{-1/2} P_k v|^2: how well the state tells a signal k steps old.

    P_k = J_T ... J_{T-k+1}; the signal enters by v, the first unit of the state, and
    noise of variance 1 enters every unit at every step, so that the state's covariance
    is C = sum over k < T of P_k P_k^T. The total is over all k < T. Exact for a linear
    network.
    """

    symbol = "J(k)"
    unit = "number"
    question = "How much of a signal is left in the state after k steps?"
    formula = "v^T P_k^T C^{-1} P_k v"
    reference = "Ganguli, Huh & Sompolinsky 2008"
    axes = ("lag",)
    outputs = ("fisher_memory", "fisher_memory_total")
    costly = True

    def compute(self, context):
        steps = step_jacobians(context.trajectory).values.astype(np.float64)
        lead, width = steps.shape[1:-2], steps.shape[-1]
        flat = steps.reshape(len(steps), -1, width, width)
        curves = np.stack([memory(flat[:, n]) for n in range(flat.shape[1])], axis=-1)
        total = np.ascontiguousarray(curves.T).sum(axis=-1)
        return {
            "fisher_memory": context.labelled(
                curves.reshape(-1, *lead), lag=range(len(steps))
            ),
            "fisher_memory_total": total.reshape(lead),
        }


def memory(steps):
    """Return J(k), k = 0 .. T - 1, of J_1 .. J_T (T, n, n)."""
    product = np.eye(steps.shape[-1])
    covariance = np.zeros_like(product)
    signals = []
    for step in steps[::-1]:
        signals.append(product[:, 0])
        covariance += product @ product.T
        product = product @ step
    traces = np.array(signals)
    return np.square(np.linalg.solve(np.linalg.cholesky(covariance), traces.T)).sum(0)
