"""The LSTM's candidate beside a plain RNN with the same weights."""

import torch
from torch import nn

from gradlab.cells.lstm import LSTM
from gradlab.cells.rnn import RNN
from gradlab.measures.base import Measure
from gradlab.numerics.random_state import random_state_kept


class CandidateIsRnn(Measure):
    """Largest |candidate - RNN's h_t| at the same x_t and h_{t-1} over a trajectory.

    The RNN is gradlab's own cell, given the candidate's rows of the LSTM's weights.
    """

    symbol = "max |g_t - RNN(x_t, h_{t-1})|"
    unit = "number"
    question = "Is the candidate the plain RNN's own equation?"
    formula = "max over t and units of |g_t - tanh(W_g x_t + U_g h_{t-1} + b_g)|"
    reference = "Hochreiter & Schmidhuber 1997"

    def applies_to(self, cell):
        return isinstance(cell, LSTM)

    def compute(self, context):
        trajectory = context.trajectory
        with random_state_kept(trajectory.cell.weight_hh.device):
            rnn = plain_rnn(trajectory.cell)
        apart = torch.zeros(context.batch_shape, dtype=torch.float64)
        with torch.no_grad():
            for t in range(1, trajectory.length + 1):
                inputs, state, step = trajectory.step_at(t)
                by_rnn = rnn.step(inputs, state[:1]).state[0]
                here = (step.gates["candidate"] - by_rnn).abs().amax(-1)
                apart = torch.maximum(apart, here.double())
        return apart


def plain_rnn(lstm):
    """Return an RNN, or an ensemble, with the weights of an LSTM's candidate."""
    rnn = RNN(lstm.input_size, lstm.hidden_size, activation=lstm.candidate)
    rows = lstm.weight_blocks["candidate"]
    for name in ("weight_ih", "weight_hh"):
        setattr(rnn, name, nn.Parameter(getattr(lstm, name)[..., rows, :]))
    for name in ("bias_ih", "bias_hh"):
        setattr(rnn, name, nn.Parameter(getattr(lstm, name)[..., rows]))
    return rnn
