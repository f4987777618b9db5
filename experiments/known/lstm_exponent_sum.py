"""Sum of an LSTM's Lyapunov exponents, by QR and by its gates."""

import numpy as np
import torch

from gradlab.cells.lstm import LSTM
from gradlab.exponents import lyapunov_exponents
from gradlab.measures.base import Measure
from gradlab.numerics.logscale import ln
from gradlab.paths import conveyors


class LstmExponentSum(Measure):
    """Sum of all 2 H exponents, and the mean of ln |det J_t| from the gates alone.

    ``exponents`` is by QR along the trajectory; ``gates`` reads no Jacobian::

        ln |det J_t| = sum ln |d| + sum ln |tanh c_t| + sum ln o (1 - o) + ln |det U_o|

    with the conveyor d, over the same steps. For gates that are sigmoids, tanh, and
    weights without a projection.
    """

    symbol = "sum_i lambda_i"
    unit = "nats per step"
    question = "Do the exponents add up to what the gates say?"
    formula = "sum over i of lambda_i; mean over t of ln |det J_t|"
    reference = "block elimination of J_t"
    axes = ("index",)

    def applies_to(self, cell):
        return isinstance(cell, LSTM) and cell.state_sizes[0] == cell.state_sizes[1]

    def compute(self, context):
        trajectory = context.trajectory
        found = lyapunov_exponents(trajectory)
        by_qr = np.ascontiguousarray(np.moveaxis(found.exponents.values, 0, -1))
        by_gates = by_step(trajectory)[..., found.warm_up :].mean(axis=-1)
        values = np.stack([by_qr.sum(axis=-1), by_gates])
        return context.labelled(values, index=("exponents", "gates"))


def by_step(trajectory):
    """Return ln |det J_t| from the gates, (…M, B, T) float64."""
    output = trajectory.gates["output_gate"].detach().double().numpy()
    c = trajectory.states[1][1:].detach().double().numpy()
    d = conveyors(trajectory).detach().double().numpy()
    units = ln(np.abs(d)) + ln(np.abs(np.tanh(c))) + ln(output * (1 - output))
    rows = trajectory.cell.weight_blocks["output_gate"]
    weight = trajectory.cell.weight_hh.detach().double()[..., rows, :]
    determinant = torch.linalg.slogdet(weight).logabsdet.numpy()
    sums = np.ascontiguousarray(units).sum(axis=-1) + determinant[..., None]
    return np.ascontiguousarray(np.moveaxis(sums, 0, -1))
