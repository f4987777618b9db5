"""Cells against twins written from their equations: states, and products by autograd.

The conformance suite compares a cell's derivatives with autograd of the cell itself;
here the step is held against another that shares no code with it.
"""

from collections.abc import Callable

import pytest
import torch

from gradlab import unroll
from gradlab.cells import Cell
from gradlab.jacobians import reference
from tests.cells.cases import relative, rough


STEPS, BATCH = 6, 2
sigmoid, tanh = torch.sigmoid, torch.tanh

Twin = Callable[..., tuple[torch.Tensor, ...]]
"""(cell, x_t of one sequence, states) -> the next states."""


def leaky(cell, x, h):
    a = cell.weight_ih @ x + cell.weight_hh @ h + cell.bias_ih + cell.bias_hh
    return ((1 - cell.alpha) * h + cell.alpha * tanh(a),)


def janet(cell, x, h):
    a = cell.weight_ih @ x + cell.weight_hh @ h + cell.bias_ih + cell.bias_hh
    s, c = a.chunk(2)
    return (sigmoid(s) * h + (1 - sigmoid(s - cell.beta)) * tanh(c),)


def mgu(cell, x, h):
    w_f, w_h = cell.weight_ih.chunk(2)
    u_f, u_h = cell.weight_hh.chunk(2)
    b_f, b_h = (cell.bias_ih + cell.bias_hh).chunk(2)
    f = sigmoid(w_f @ x + u_f @ h + b_f)
    short = tanh(w_h @ x + u_h @ (f * h) + b_h)
    return ((1 - f) * h + f * short,)


def mingru(cell, x, h):
    a_z, n = (cell.weight_ih @ x + cell.bias_ih).chunk(2)
    z = sigmoid(a_z)
    return ((1 - z) * h + z * n,)


def minlstm(cell, x, h):
    a_i, a_f, n = (cell.weight_ih @ x + cell.bias_ih).chunk(3)
    i, f = sigmoid(a_i), sigmoid(a_f)
    return (f / (f + i) * h + i / (f + i) * n,)


def lru(cell, x, h):
    s = torch.complex(*h.chunk(2))
    factor = torch.exp(torch.complex(-cell.nu_log.exp(), cell.theta_log.exp()))
    fed = torch.complex(cell.B_re, cell.B_im) @ x.to(s.dtype)
    s = factor * s + cell.gamma_log.exp() * fed
    return (torch.cat([s.real, s.imag]),)


def cornn(cell, x, y, z):
    w_y, w_z = cell.weight_hh.chunk(2, 1)
    a = cell.weight_ih @ x + w_y @ y + w_z @ z + cell.bias_ih + cell.bias_hh
    z = z + cell.dt * (tanh(a) - cell.gamma * y - cell.epsilon * z)
    return y + cell.dt * z, z


def lem(cell, x, y, z):
    i_dt1, i_dt2, i_y, i_z = (cell.weight_ih @ x + cell.bias_ih + cell.bias_hh).chunk(4)
    u_dt1, u_dt2, u_y, transform_z = cell.weight_hh.chunk(4)
    ms_dt_bar = cell.dt * sigmoid(i_dt1 + u_dt1 @ y)
    ms_dt = cell.dt * sigmoid(i_dt2 + u_dt2 @ y)
    z = (1 - ms_dt) * z + ms_dt * tanh(i_y + u_y @ y)
    y = (1 - ms_dt_bar) * y + ms_dt_bar * tanh(transform_z @ z + i_z)
    return y, z


def slstm(cell, x, h, ln_n, ratio):
    """The recursion as it is written, without any stabiliser, in (h, ln N, C / N)."""
    h, c, n = unstabilised(cell, x, h, ratio * ln_n.exp(), ln_n.exp())
    return h, n.log(), c / n


def unstabilised(cell, x, h, c, n):
    a = cell.weight_ih @ x + cell.weight_hh @ h + cell.bias_ih + cell.bias_hh
    a_i, a_f, a_g, a_o = a.chunk(4)
    i, f = a_i.exp(), a_f.exp() if cell.exp_forget else sigmoid(a_f)
    c, n = f * c + i * tanh(a_g), f * n + i
    return sigmoid(a_o) * c / n, c, n


TWINS: dict[str, Twin] = {
    "leaky": leaky,
    "leaky:alpha=0.75": leaky,
    "janet": janet,
    "janet:beta=0": janet,
    "mgu": mgu,
    "mingru": mingru,
    "minlstm": minlstm,
    "lru": lru,
    "cornn": cornn,
    "cornn:dt=0.5+gamma=2+epsilon=0.25": cornn,
    "lem": lem,
    "slstm": slstm,
    "slstm:exp_forget": slstm,
    "lem:dt=0.5": lem,
}


def run(twin: Twin, cell: Cell, inputs: torch.Tensor, start: torch.Tensor):
    """The whole state after each step, of one sequence."""
    state, found = start.split(list(cell.state_sizes)), []
    for x in inputs:
        state = twin(cell, x, *state)
        found.append(torch.cat(state))
    return torch.stack(found)


def draw(cell: Cell, seed: int = 3) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.randn(BATCH, STEPS, cell.input_size, generator=generator)
    start = (torch.randn(BATCH, n, generator=generator) / 2 for n in cell.state_sizes)
    return inputs.double(), tuple(part.double() for part in start)


@pytest.mark.parametrize("spec", TWINS)
def test_states_and_products_are_those_of_the_equation(spec):
    cell = rough(spec, inputs=3, hidden=5)
    inputs, start = draw(cell)
    trajectory = unroll(cell, inputs, initial_state=start)
    ours = torch.cat([state[1:] for state in trajectory.states], -1)
    product = reference.product(trajectory, STEPS)
    joined = torch.cat(start, -1)
    for b in range(BATCH):
        theirs = run(TWINS[spec], cell, inputs[b], joined[b])
        assert relative(ours[:, b], theirs) < 1e-13

        def last(s, b=b):
            return run(TWINS[spec], cell, inputs[b], s)[-1]

        expected = torch.autograd.functional.jacobian(last, joined[b])
        assert relative(product[b], expected) < 1e-12
