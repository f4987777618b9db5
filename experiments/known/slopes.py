"""Slopes and pre-activations of a plain network, over units and steps."""

import numpy as np

from gradlab.measures.base import Measure


class Slopes(Measure):
    """Mean of phi'(a) over units and steps, and the root mean square of a."""

    symbol = "mean phi'(a)"
    unit = "number"
    question = "How much of a gradient does a unit pass on, on average?"
    formula = "mean over t and i of phi'(a_ti)"
    reference = "Cooijmans et al. 2017"
    outputs = ("mean_slope", "preactivation_deviation")

    def applies_to(self, cell):
        return hasattr(cell, "activation") and not cell.gate_names

    def compute(self, context):
        trajectory = context.trajectory
        a = trajectory.pre_activations["recurrent"]
        slopes = context.cell.activation.derivative(a, trajectory.states[0][1:])
        return {
            "mean_slope": mean(slopes),
            "preactivation_deviation": np.sqrt(mean(a * a)),
        }


def mean(values):
    """Return the mean over steps and units of (T, …M, B, n)."""
    moved = np.moveaxis(values.detach().double().cpu().numpy(), 0, -2)
    return np.ascontiguousarray(moved).mean(axis=-1).mean(axis=-1)
