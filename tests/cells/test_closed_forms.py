"""Closed forms against autograd: relative Frobenius 1e-12 and nothing absolute."""

import pytest
import torch

from gradlab.cells import Cell, Step, ensemble
from tests.cells.cases import (
    ACTIVATIONS,
    PLAIN,
    SPECS,
    input_twin,
    members,
    relative,
    rough,
    twin,
    visit,
)


TOLERANCE = 1e-12


def compare(cell: Cell, *lead: int) -> None:
    """J_t, the vjp of random cotangents and ds_t/dx_t, against jacrev."""
    inputs, state, step = visit(cell, *lead)
    expected = twin(cell, inputs, state)
    by_inputs = input_twin(cell, inputs, state)
    compare_with(cell, inputs, state, step, expected, by_inputs)


def compare_with(cell, inputs, state, step, expected, by_inputs) -> None:
    with torch.no_grad():
        jacobian = cell.jacobian(inputs, state, step)
        assert (
            relative(jacobian.dense(cell.state_names, cell.state_sizes), expected)
            <= TOLERANCE
        )
        generator = torch.Generator().manual_seed(2)
        rows = torch.randn(
            *inputs.shape[:-1], 3, expected.shape[-1], generator=generator
        ).to(expected)
        pulled = cell.vjp(inputs, state, step, rows.split(list(cell.state_sizes), -1))
        assert relative(torch.cat(pulled, -1), rows @ expected) <= TOLERANCE
        by_input = cell.input_jacobian(inputs, state, step)
        whole = torch.cat([by_input[name] for name in cell.state_names], -2)
        assert relative(whole, by_inputs) <= TOLERANCE


@pytest.mark.parametrize("spec", SPECS)
def test_every_combination_of_options(spec):
    compare(rough(spec), 2)


@pytest.mark.parametrize("phi", ACTIVATIONS)
@pytest.mark.parametrize("spec", PLAIN)
def test_every_activation(spec, phi):
    compare(rough(spec, phi=phi), 2)


@pytest.mark.parametrize("gate", ACTIVATIONS)
@pytest.mark.parametrize("cell", ["lstm", "lstm:peephole+coupled", "gru"])
def test_every_gate_activation(cell, gate):
    joint = "+" if ":" in cell else ":"
    compare(rough(f"{cell}{joint}gate={gate}"), 2)


@pytest.mark.parametrize("spec", PLAIN)
def test_without_biases(spec):
    compare(rough(spec, bias=False), 2)


@pytest.mark.parametrize("spec", PLAIN)
def test_with_a_leading_time_axis(spec):
    compare(rough(spec), 3, 2)


@pytest.mark.parametrize("lead", [(), (2,)])
@pytest.mark.parametrize("spec", PLAIN)
def test_with_a_member_axis_under_a_time_axis(spec, lead):
    singles = list(members(rough(spec), 2))
    together = ensemble(singles)
    inputs, state, step = visit(together, *lead, 2, 1)
    expected, by_inputs = (
        torch.stack(
            [
                one(cell, inputs[..., m, :, :], tuple(s[..., m, :, :] for s in state))
                for m, cell in enumerate(singles)
            ],
            dim=-4,
        )
        for one in (twin, input_twin)
    )
    compare_with(together, inputs, state, step, expected, by_inputs)


@pytest.mark.parametrize("spec", PLAIN)
def test_the_conveyor_is_what_jacobian_keeps_apart(spec):
    cell = rough(spec)
    inputs, state, step = visit(cell, 4)
    conveyor = cell.conveyor(inputs, state, step)
    kept_apart = cell.jacobian(inputs, state, step).conveyor
    assert (conveyor is None) == (kept_apart is None) == (cell.name == "rnn")
    if conveyor is not None:
        assert torch.equal(conveyor, kept_apart)


@pytest.mark.parametrize("spec", [s for s in PLAIN if s != "rnn"])
def test_kept_takes_the_place_of_the_carry_in_the_keep_path_only(spec):
    cell = rough(spec)
    inputs, state, step = visit(cell, 4)
    kept = state[-1].clone().requires_grad_()
    after = cell.step(inputs, state, keep_path_carry=kept).state[-1]
    assert torch.equal(after, step.state[-1])
    (slope,) = torch.autograd.grad(after.sum(), kept)
    expected = {
        "gru": step.gates.get("update_gate"),
        "lstm": step.gates.get("forget_gate"),
    }[cell.name]
    if expected is None:
        expected = torch.ones_like(slope)
    if "z_replaces" in spec:
        expected = 1 - expected
    assert torch.equal(slope, expected)


@pytest.mark.parametrize("spec", PLAIN)
def test_the_uses_of_weight_hh_give_its_gradient(spec):
    cell = rough(spec)
    inputs, state, _ = visit(cell, 4)
    step = cell.step(inputs, state)
    loss = sum((s * s).sum() for s in step.state)
    deltas = torch.autograd.grad(
        loss, [use.product for use in step.recurrent], retain_graph=True
    )
    (expected,) = torch.autograd.grad(loss, cell.weight_hh)
    got = torch.zeros_like(expected)
    for use, delta in zip(step.recurrent, deltas, strict=True):
        got[use.rows] += delta.mT @ use.operand
    assert relative(got, expected) <= TOLERANCE


def test_peepholes_make_the_conveyor_other_than_the_forget_gate():
    cell = rough("lstm:peephole")
    inputs, state, step = visit(cell, 64)
    conveyor = cell.conveyor(inputs, state, step)
    assert (conveyor > 1).any()
    assert (conveyor < 0).any()
    assert not torch.equal(conveyor, step.gates["forget_gate"])


def test_determinant_of_the_lstm():
    """ln|det J| = sum ln|d| + ln|tanh c| + ln o(1-o) + ln|det U_o|."""
    cell = rough("lstm:peephole")
    inputs, state, step = visit(cell, 4)
    jacobian = cell.jacobian(inputs, state, step)
    o = step.gates["output_gate"]
    factors = [jacobian.conveyor, step.state[1].tanh(), o, 1 - o]
    expected = sum(f.abs().log().sum(-1) for f in factors)
    rows = cell.weight_blocks["output_gate"]
    expected = expected + torch.linalg.slogdet(cell.weight_hh[rows]).logabsdet
    got = torch.linalg.slogdet(
        jacobian.dense(cell.state_names, cell.state_sizes)
    ).logabsdet
    torch.testing.assert_close(got, expected, rtol=1e-10, atol=0)


class Forgetful(Cell):
    """Its next state does not depend on the one before."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.weight = torch.nn.Parameter(torch.ones(hidden_size, input_size))

    def step(self, inputs, state):
        return Step(state=(torch.tanh(inputs @ self.weight.mT + state[0].detach()),))


def test_a_state_that_nothing_depends_on_has_derivative_zero():
    cell = Forgetful(3, 4).double()
    inputs, state = torch.ones(2, 3).double(), cell.initial_state(2)
    step = cell.step(inputs, state)
    block = cell.jacobian(inputs, state, step).blocks["h", "h"]
    assert block.shape == (2, 4, 4) and not block.any()
    pulled = cell.vjp(inputs, state, step, (torch.ones(2, 5, 4).double(),))
    assert pulled[0].shape == (2, 5, 4) and not pulled[0].any()
