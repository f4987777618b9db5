"""Cells derived from ours that change what a step does."""

import pytest
import torch

from gradlab import initializers
from gradlab.cells import Cell, Step
from gradlab.cells.gru import GRU
from gradlab.cells.lstm import LSTM
from gradlab.cells.rnn import RNN
from gradlab.jacobians import scaled_product
from gradlab.jacobians.reference import product
from gradlab.trajectory import unroll


def halved(kind: type[Cell]) -> type[Cell]:
    """A cell that goes half of the way; its derivatives are left to autograd."""

    class Halved(kind):  # type: ignore[valid-type, misc]
        def step(self, inputs, state, **kw):
            there = super().step(inputs, state).state
            return Step(tuple((a + b) / 2 for a, b in zip(state, there, strict=True)))

    return Halved


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
def test_the_chain_takes_a_derived_cells_own_jacobian(kind):
    cell = halved(kind)(3, 16, dtype=torch.float64)
    initializers.initialize_(cell, seed=1)
    trajectory = unroll(cell, torch.ones(2, 20, 3, dtype=torch.float64))
    found = scaled_product(trajectory, 0)
    whole = torch.ldexp(found.mantissa, found.exponent[:, None, None])
    torch.testing.assert_close(whole, product(trajectory, 20), rtol=1e-10, atol=0)


FORMS = ("jacobian", "vjp", "input_jacobian", "conveyor")


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
def test_a_new_step_inherits_no_closed_form(kind):
    class Further(halved(kind)):  # type: ignore[misc]
        pass

    for derived in (halved(kind), Further):
        assert all(getattr(derived, form) is getattr(Cell, form) for form in FORMS)
    assert kind.jacobian is not Cell.jacobian


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
def test_a_new_step_of_another_base_inherits_no_closed_form(kind):
    class Mixin:
        step = halved(kind).step

    class Mixed(Mixin, kind):  # type: ignore[misc, valid-type]
        pass

    assert all(getattr(Mixed, form) is getattr(Cell, form) for form in FORMS)


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
def test_closed_forms_given_with_a_new_step_stay(kind):
    class Whole(kind):  # type: ignore[misc, valid-type]
        step, jacobian, vjp = kind.step, kind.jacobian, kind.vjp

    class Named(Whole):
        description = "another name, the same step"

    for derived in (Whole, Named):
        assert derived.jacobian is kind.jacobian
        assert derived.vjp is kind.vjp
        assert derived.input_jacobian is Cell.input_jacobian


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
def test_a_new_jacobian_inherits_no_vjp(kind):
    class Other(kind):  # type: ignore[misc, valid-type]
        def jacobian(self, inputs, state, step, *, out=None):
            return super().jacobian(inputs, state, step, out=out)

    assert Other.vjp is Cell.vjp
    assert Other.jacobian is not Cell.jacobian
    assert Other.input_jacobian is kind.input_jacobian
