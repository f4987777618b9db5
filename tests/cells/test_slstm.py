"""The sLSTM's coordinates: those of (h, C, N), and not of the stabilised c', n'."""

import pytest
import torch

from gradlab import unroll
from gradlab.cells import Cell
from gradlab.jacobians import reference
from tests.cells.cases import relative, rough


H, STEPS = 5, 6
sigmoid, tanh = torch.sigmoid, torch.tanh


@pytest.fixture(scope="module", params=["slstm", "slstm:exp_forget"])
def run(request):
    """A cell, its inputs (T, I) and its trajectory of one sequence."""
    cell = rough(request.param, inputs=3, hidden=H, seed=5)
    generator = torch.Generator().manual_seed(6)
    inputs = torch.randn(STEPS, 3, generator=generator).double()
    start = [torch.randn(1, H, generator=generator).double() / 2 for _ in range(3)]
    return cell, inputs, unroll(cell, inputs[None], initial_state=tuple(start))


def gates(cell: Cell, x, h):
    a = cell.weight_ih @ x + cell.weight_hh @ h + cell.bias_ih + cell.bias_hh
    a_i, a_f, a_g, a_o = a.chunk(4)
    ln_f = a_f if cell.exp_forget else sigmoid(a_f).log()
    return a_i, ln_f, tanh(a_g), sigmoid(a_o)


def real(cell: Cell, inputs, start):
    """(h, C, N) after all steps, as the paper writes the recursion."""
    h, c, n = start.chunk(3)
    for x in inputs:
        a_i, ln_f, g, o = gates(cell, x, h)
        c = ln_f.exp() * c + a_i.exp() * g
        n = ln_f.exp() * n + a_i.exp()
        h = o * c / n
    return torch.cat([h, c, n])


def stabilised(cell: Cell, inputs, start, m):
    """(h, c', n') after all steps with the authors' running maximum m, and m.

    No derivative goes through m, on which no output depends.
    """
    h, c, n = start.chunk(3)
    for x in inputs:
        a_i, ln_f, g, o = gates(cell, x, h)
        highest = torch.maximum(ln_f + m, a_i).detach()
        keep, add = (ln_f + m - highest).exp(), (a_i - highest).exp()
        c, n, m = keep * c + add * g, keep * n + add, highest
        h = o * c / n
    return torch.cat([h, c, n]), m


def in_ratios(c, n):
    """d(l, c)/d(C, N) at C = c, N = n, with h beside: (3 H, 3 H)."""
    zero, eye = torch.zeros(H, H).double(), torch.eye(H).double()
    return torch.cat(
        [
            torch.cat([eye, zero, zero], 1),
            torch.cat([zero, zero, torch.diag(1 / n)], 1),
            torch.cat([zero, torch.diag(1 / n), torch.diag(-c / n**2)], 1),
        ]
    )


def states(trajectory, t):
    """h, C and N at a step."""
    h, ln_n, ratio = (state[t, 0] for state in trajectory.states)
    return h, ratio * ln_n.exp(), ln_n.exp()


def test_the_product_is_that_of_the_unstabilised_recursion(run):
    cell, inputs, trajectory = run
    before = torch.cat(states(trajectory, 0))
    after = real(cell, inputs, before)
    assert relative(torch.cat(states(trajectory, STEPS)), after) < 1e-13
    theirs = torch.autograd.functional.jacobian(lambda s: real(cell, inputs, s), before)
    (_, c0, n0), (_, c1, n1) = before.chunk(3), after.chunk(3)
    expected = in_ratios(c1, n1) @ theirs @ in_ratios(c0, n0).inverse()
    ours = reference.product(trajectory, STEPS)[0]
    assert relative(ours, expected) < 1e-12
    assert relative(ours[:H, :H], theirs[:H, :H]) < 1e-12


def test_derivatives_of_stabilised_states_lack_a_factor(run):
    """dC_t/dC_s = exp(m_t - m_s) dc'_t/dc'_s, and not the latter alone."""
    cell, inputs, trajectory = run
    h, c, n = states(trajectory, 0)
    m = torch.full_like(c, 0.5)
    start = torch.cat([h, c * (-m).exp(), n * (-m).exp()])
    after, m_after = stabilised(cell, inputs, start, m)
    assert relative(after[:H], trajectory.states[0][STEPS, 0]) < 1e-13
    theirs = torch.autograd.functional.jacobian(
        lambda s: stabilised(cell, inputs, s, m)[0], start
    )
    expected = torch.autograd.functional.jacobian(
        lambda s: real(cell, inputs, s), torch.cat([h, c, n])
    )
    rows = torch.cat([torch.ones(H).double(), m_after.exp(), m_after.exp()])
    columns = torch.cat([torch.ones(H).double(), m.exp(), m.exp()])
    assert relative(rows[:, None] * theirs / columns, expected) < 1e-12
    assert relative(theirs, expected) > 0.1


def test_gates_that_would_overflow_do_not():
    """exp(200) is no float32; the share that each input has of c is."""
    cell = rough("slstm:exp_forget", hidden=H, dtype=torch.float32)
    with torch.no_grad():
        cell.bias_ih.add_(200)
    trajectory = unroll(cell, torch.randn(2, 50, 3))
    assert all(state.isfinite().all() for state in trajectory.states)
    assert trajectory.states[1][-1].max() > 1e3
    assert trajectory.states[2].abs().max() <= 1
