"""Time that modules of torch.nn take, side by side."""

import time

import numpy as np
import torch
from torch import nn

from gradlab.measures.base import Measure
from gradlab.numerics.random_state import random_state_kept


ROUNDS = 15
MODULES = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


class ModuleTime(Measure):
    """Median time of one pass forward and back, over that of ``nn.RNN``.

    ``gru``, ``lstm`` and ``lstm_plain``, the LSTM without oneDNN: modules of the cell's
    size read the sequences of the trajectory, all in turn in each of 15 rounds; the
    ratio is taken round by round. Never the same twice.
    """

    symbol = "t / t_RNN"
    unit = "number"
    question = "Is an LSTM slower than a plain RNN?"
    formula = "median over rounds of time / time of nn.RNN in the same round"
    reference = "Paszke et al. 2019"
    axes = ("index",)

    def compute(self, context):
        cell, trajectory = context.cell, context.trajectory
        with random_state_kept(trajectory.inputs.device):
            modules = {
                name: kind(cell.input_size, cell.hidden_size)
                for name, kind in MODULES.items()
            }
        members = np.ndindex(context.batch_shape[:-1])
        ratios = [
            medians(modules, trajectory.inputs[(slice(None), *member)].float())
            for member in members
        ]
        by_name = np.array([list(one.values()) for one in ratios]).T
        return context.labelled(
            by_name.reshape(-1, *context.batch_shape[:-1]),
            by_sequence=False,
            index=ratios[0],
        )


def medians(modules, inputs):
    """Return the median ratio to the RNN's time by name."""
    rounds = []
    for _ in range(ROUNDS + 1):
        took = {name: seconds(module, inputs) for name, module in modules.items()}
        took["lstm_plain"] = seconds_without_onednn(modules["lstm"], inputs)
        rounds.append({name: one / took["rnn"] for name, one in took.items()})
    names = [name for name in rounds[0] if name != "rnn"]
    # the first round warms up
    return {name: float(np.median([r[name] for r in rounds[1:]])) for name in names}


def seconds(module, inputs):
    """Return how long one pass forward and back takes."""
    began = time.perf_counter()
    with torch.enable_grad():
        output, _ = module(inputs)
        torch.autograd.grad(output.sum(), list(module.parameters()))
    return time.perf_counter() - began


def seconds_without_onednn(module, inputs):
    """Return the same with oneDNN's kernels switched off."""
    before = torch.backends.mkldnn.enabled
    torch.backends.mkldnn.enabled = False
    try:
        return seconds(module, inputs)
    finally:
        torch.backends.mkldnn.enabled = before
