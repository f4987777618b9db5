"""Jacobians as labelled matrices, against autograd."""

import numpy as np
import pytest
import torch

from gradlab import cells, jacobian_product, step_jacobians, unroll
from gradlab.errors import ConfigError, UnknownNameError
from gradlab.jacobians import reference
from tests.flows import FEATURES, SEQUENCES, STEPS, TwoStates, built, lively, noise, run


@pytest.mark.parametrize("spec", ["rnn", "gru", "lstm:proj=5", "lstm:layers=2", "user"])
def test_step_jacobians_are_autograds(spec):
    trajectory = run(TwoStates()) if spec == "user" else lively(spec)
    found = step_jacobians(trajectory)
    assert found.axes == ("step", "sequence", "later", "earlier")
    for t in (1, 4, STEPS):
        inputs, before, _ = trajectory.step_at(t)
        expected = reference.step_jacobian(trajectory.cell, inputs, before)
        assert np.allclose(found.at(step=t), expected, atol=1e-12)


@pytest.mark.parametrize("spec", ["gru", "lstm:proj=5", "lstm:layers=2"])
def test_products_are_autograds(spec):
    trajectory = lively(spec)
    matrix, ln_scale = jacobian_product(trajectory, 2)
    plain = np.exp(ln_scale.values)[:, None, None] * matrix.values
    expected = reference.product(trajectory, STEPS - 2)
    assert np.allclose(plain, expected, atol=1e-12 * float(expected.abs().max()))
    largest = np.abs(matrix.values).max((-2, -1))
    assert ((largest >= 0.5) & (largest < 1)).all()


def test_a_block_has_the_rows_of_the_later_and_columns_of_the_earlier_state():
    trajectory = lively("lstm:proj=5")
    whole, part = step_jacobians(trajectory), step_jacobians(trajectory, "hc")
    assert part.coords["later"] == tuple(f"h[{k}]" for k in range(5))
    assert part.coords["earlier"] == tuple(f"c[{k}]" for k in range(7))
    assert np.array_equal(part.values, whole.values[..., :5, 5:])
    product, block = (
        jacobian_product(trajectory),
        jacobian_product(trajectory, block="hc"),
    )
    assert np.array_equal(block.matrix, product.matrix.values[..., :5, 5:])
    assert block.ln_scale == product.ln_scale
    for call in (step_jacobians, lambda *a: jacobian_product(*a[:1], block=a[1])):
        with pytest.raises(UnknownNameError, match="Try hc"):
            call(trajectory, "hcc")


def test_a_product_below_every_float_keeps_its_digits():
    cell = built("rnn", gain=1e-3)
    trajectory = unroll(cell, noise(1, 300, FEATURES))
    matrix, ln_scale = jacobian_product(trajectory)
    assert ln_scale.at(sequence=0) < -1500 and np.exp(ln_scale.values) == 0
    later = jacobian_product(trajectory, 150)
    earlier = jacobian_product(trajectory, 0, 150)
    expected = later.matrix.values @ earlier.matrix.values
    scale = later.ln_scale.values + earlier.ln_scale.values - ln_scale.values
    ours = matrix.values * np.exp(-scale)[:, None, None]
    assert np.allclose(ours, expected, atol=1e-9)


def test_the_axes_of_an_ensemble():
    together = cells.ensemble([built("gru", seed=seed) for seed in range(3)])
    inputs = noise(3, SEQUENCES, STEPS, FEATURES)
    trajectory = unroll(together, inputs)
    found, product = step_jacobians(trajectory), jacobian_product(trajectory)
    assert found.axes == ("step", "member", "sequence", "later", "earlier")
    alone = unroll(built("gru", seed=1), inputs[1])
    assert np.allclose(found.sel(member=1), step_jacobians(alone), atol=1e-14)
    assert product.matrix.axes == ("member", "sequence", "later", "earlier")
    assert product.ln_scale.axes == ("member", "sequence")


def test_what_is_not_finite_is_nan_from_there_on():
    trajectory = run(built("gru"))
    trajectory.states[0][5, 1] = torch.nan
    found = step_jacobians(trajectory)
    assert np.isfinite(found.at(sequence=0)).all()
    assert np.isnan(found.at(step=5, sequence=1)).all()


def test_steps_outside_the_trajectory():
    with pytest.raises(ConfigError, match=f"0 <= earlier <= later <= {STEPS}"):
        jacobian_product(lively("rnn"), 3, 2)
    with pytest.raises(ConfigError, match=f"later = {STEPS + 1}"):
        jacobian_product(lively("rnn"), 0, STEPS + 1)


@pytest.mark.parametrize("call", [jacobian_product, step_jacobians])
def test_arguments_of_another_kind_are_named(call):
    with pytest.raises(ConfigError, match="trajectory = 'lstm'"):
        call("lstm")
    with pytest.raises(ConfigError, match="block = 3"):
        call(lively("lstm"), block=3)


def test_a_step_in_the_place_of_a_block_is_told_where_it_goes():
    trajectory = unroll(cells.build("rnn", 2, 3), torch.ones(1, 5, 2))
    with pytest.raises(
        ConfigError, match=r"step_jacobians\(trajectory\)\.at\(step=5\)"
    ):
        step_jacobians(trajectory, 5)
