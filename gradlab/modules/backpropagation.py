"""Backpropagation through time along a trajectory, given what enters at each step.

The recurrence goes from state to state; gradients by pre-activations are taken on the
way, so that every weight's gradient is one product at the end. Formulas are those in
the docstrings of :mod:`gradlab.cells`.
"""

from collections.abc import Callable, Set
from dataclasses import dataclass

import torch
from torch import Tensor

from gradlab.cells.gru import GRU
from gradlab.cells.lstm import LSTM
from gradlab.cells.rnn import RNN
from gradlab.trajectory import Trajectory


@dataclass(frozen=True)
class Gradients:
    """The loss's gradients along a trajectory, (T, B, ·) or (T + 1, B, ·).

    Attributes:
        state: dL/ds_t with the other states of step t held fixed.
        graph: dL/ds_t along the graph: of c_t through h_t as well.
        by_product: by weight_hh h_{t-1} + bias_hh.
        by_input: by weight_ih x_t + bias_ih.
        by_output: by h_t before a projection; None without one.
    """

    state: tuple[Tensor, ...]
    graph: tuple[Tensor, ...]
    by_product: Tensor
    by_input: Tensor
    by_output: Tensor | None = None


@torch.no_grad()
def backpropagate(
    trajectory: Trajectory, entering: tuple[Tensor, ...], whole: Set[int] = frozenset()
) -> Gradients:
    """Return the gradients along a trajectory of an RNN, LSTM or GRU of PyTorch.

    Args:
        trajectory: (T, B, ·).
        entering: dL/ds_t that does not come from the step after, (T + 1, B, n) per
            state.
        whole: the t at which ``entering`` is all of dL/ds_t, that of later steps
            included.
    """
    forms: dict[type, Callable] = {RNN: _rnn, GRU: _gru, LSTM: _lstm}
    return forms[type(trajectory.cell)](trajectory, entering, whole)


def _rnn(trajectory: Trajectory, entering: tuple[Tensor, ...], whole: Set[int]):
    cell: RNN = trajectory.cell  # type: ignore[assignment]
    slope = cell.activation.derivative(
        trajectory.pre_activations["recurrent"], trajectory.states[0][1:]
    )
    by_hidden, to_product = torch.empty_like(entering[0]), torch.empty_like(slope)
    v = torch.zeros_like(by_hidden[0])
    for t in range(trajectory.length, 0, -1):
        v = entering[0][t] if t in whole else v + entering[0][t]
        by_hidden[t] = v
        torch.mul(v, slope[t - 1], out=to_product[t - 1])
        v = to_product[t - 1] @ cell.weight_hh
    by_hidden[0] = v + entering[0][0]
    return Gradients((by_hidden,), (by_hidden,), to_product, to_product)


def _gru(trajectory: Trajectory, entering: tuple[Tensor, ...], whole: Set[int]):
    cell: GRU = trajectory.cell  # type: ignore[assignment]
    r, z, n = (trajectory.gates[name] for name in cell.gate_names)
    width, before = cell.hidden_size, trajectory.states[0][:-1]
    y = trajectory.recurrent[0].product[..., 2 * width :]
    if cell.bias_hh is not None:
        y = y + cell.bias_hh[2 * width :]
    by_n = (1 - z) * (1 - n * n)
    by_z = (before - n) * z * (1 - z)
    slopes = torch.stack([by_n * y * r * (1 - r), by_z, by_n * r], -2)
    by_hidden, to_product = torch.empty_like(entering[0]), torch.empty_like(slopes)
    v = torch.zeros_like(by_hidden[0])
    for t in range(trajectory.length, 0, -1):
        v = entering[0][t] if t in whole else v + entering[0][t]
        by_hidden[t] = v
        torch.mul(slopes[t - 1], v.unsqueeze(-2), out=to_product[t - 1])
        v = to_product[t - 1].flatten(-2) @ cell.weight_hh + v * z[t - 1]
    by_hidden[0] = v + entering[0][0]
    to_product = to_product.flatten(-2)
    to_input = torch.cat([to_product[..., : 2 * width], by_n * by_hidden[1:]], -1)
    return Gradients((by_hidden,), (by_hidden,), to_product, to_input)


def _lstm(trajectory: Trajectory, entering: tuple[Tensor, ...], whole: Set[int]):
    cell: LSTM = trajectory.cell  # type: ignore[assignment]
    i, f, g, o = (trajectory.gates[name] for name in cell.gate_names)
    c, width = trajectory.states[1], cell.hidden_size
    tanh_c = c[1:].tanh()
    by_cell = torch.stack([i * (1 - i) * g, f * (1 - f) * c[:-1], i * (1 - g * g)], -2)
    by_output = o * (1 - o) * tanh_c
    onward = o * (1 - tanh_c * tanh_c)
    to_a = c.new_empty(*i.shape[:-1], 4 * width)
    to_cell = to_a[..., : 3 * width].unflatten(-1, (3, width))
    by_h, by_c, graph_c = (torch.empty_like(e) for e in (*entering, entering[1]))
    by_m = torch.empty_like(i) if cell.proj_size else None  # by o tanh(c)
    v, w = torch.zeros_like(by_h[0]), torch.zeros_like(by_c[0])
    for t in range(trajectory.length, 0, -1):
        all_of_it = t in whole
        v = entering[0][t] if all_of_it else v + entering[0][t]
        w = entering[1][t] if all_of_it else w + entering[1][t]
        by_h[t], by_c[t] = v, w
        m = v if by_m is None else v @ cell.weight_hr
        if by_m is not None:
            by_m[t - 1] = m
        w = w + onward[t - 1] * m
        graph_c[t] = w
        torch.mul(by_cell[t - 1], w.unsqueeze(-2), out=to_cell[t - 1])
        torch.mul(by_output[t - 1], m, out=to_a[t - 1, :, 3 * width :])
        v = to_a[t - 1] @ cell.weight_hh
        w = w * f[t - 1]
    by_h[0], by_c[0] = v + entering[0][0], w + entering[1][0]
    graph_c[0] = by_c[0]
    return Gradients((by_h, by_c), (by_h, graph_c), to_a, to_a, by_m)
