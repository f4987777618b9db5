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
        trajectory: (T, B, ·); with K cotangents (T, B, 1, ·).
        entering: dL/ds_t that does not come from the step after, (T + 1, B, n) per
            state; with K cotangents (T + 1, B, K, n), as all gradients then are.
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
    by_hidden = torch.empty_like(entering[0])
    to_product = torch.empty_like(by_hidden[1:])
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
    by_hidden = entering[0].clone()
    to_product = by_hidden.new_empty(*by_hidden[1:].shape[:-1], 3, width)
    hs, columns = by_hidden.unbind(), by_hidden.unsqueeze(-2).unbind()
    flat = to_product.flatten(-2).unbind()
    parts = zip(*(x.unbind() for x in (slopes, z, to_product)), strict=True)
    v: Tensor | float = 0.0
    for k, (slope, kept, to) in reversed(list(enumerate(parts))):
        if k + 1 not in whole:
            hs[k + 1].add_(v)
        torch.mul(slope, columns[k + 1], out=to)
        v = torch.addcmul(flat[k] @ cell.weight_hh, hs[k + 1], kept)
    by_hidden[0] += v
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
    to_a = c.new_empty(*entering[1][1:].shape[:-1], 4 * width)
    to_cell = to_a[..., : 3 * width].unflatten(-1, (3, width))
    by_h, by_c = (state.clone() for state in entering)
    graph_c = torch.empty_like(by_c)
    by_m = torch.empty_like(by_c[1:]) if cell.proj_size else None  # by o tanh(c)
    # unbound once: an index at each step would cost as much as the numbers
    hs, cs, graphs, columns = (
        x.unbind() for x in (by_h, by_c, graph_c, graph_c.unsqueeze(-2))
    )
    to_as, to_cells, to_outputs = (
        x.unbind() for x in (to_a, to_cell, to_a[..., 3 * width :])
    )
    slopes = zip(*(x.unbind() for x in (by_cell, by_output, onward, f)), strict=True)
    v: Tensor | float = 0.0
    w: Tensor | float = 0.0
    for k, (of_cell, of_output, on, kept) in reversed(list(enumerate(slopes))):
        if k + 1 not in whole:
            hs[k + 1].add_(v)
            cs[k + 1].add_(w)
        m = hs[k + 1]
        if by_m is not None:
            by_m[k] = m = m @ cell.weight_hr
        torch.addcmul(cs[k + 1], on, m, out=graphs[k + 1])
        torch.mul(of_cell, columns[k + 1], out=to_cells[k])
        torch.mul(of_output, m, out=to_outputs[k])
        v = to_as[k] @ cell.weight_hh
        w = graphs[k + 1] * kept
    by_h[0] += v
    by_c[0] += w
    graph_c[0] = by_c[0]
    return Gradients((by_h, by_c), (by_h, graph_c), to_a, to_a, by_m)
