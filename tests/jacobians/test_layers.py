"""Within layers and between them: theorems, and autograd as the slow twin."""

import numpy as np
import pytest
import torch

from gradlab.errors import ConfigError
from gradlab.jacobians import (
    jacobian_norms,
    lags,
    layer_norms,
    reference,
    scaled_product,
)
from gradlab.measures import measure
from gradlab.trajectory import unroll
from tests.flows import FEATURES, SEQUENCES, STEPS, built, noise, off, run


SPECS = (
    "rnn:layers=2",
    "rnn:layers=3",
    "lstm:layers=2",
    "lstm:layers=3",
    "lstm:layers=2+peephole+proj=5",
    "gru:layers=2",
    "gru:layers=3+reset_before",
)
TOLERANCE = 1e-10


def lively(spec, steps=STEPS):
    return run(built(spec, gain=2.0), steps)


def place(cell, number):
    """Where a layer's whole state stands in the product's rows and columns."""
    sizes = [sum(layer.state_sizes) for layer in cell.layer_cells]
    return slice(sum(sizes[: number - 1]), sum(sizes[:number]))


def pairs(cell):
    count = len(cell.layer_cells)
    return [(k, m) for k in range(1, count + 1) for m in range(1, k + 1)]


@pytest.mark.parametrize("spec", SPECS)
def test_the_product_is_autograds(spec):
    trajectory = lively(spec)
    for earlier in (0, STEPS - 2):
        ours = scaled_product(trajectory, earlier).value()
        assert off(ours, reference.product(trajectory, STEPS - earlier)) <= TOLERANCE


@pytest.mark.parametrize("spec", SPECS)
def test_a_layers_block_is_the_product_of_its_own_jacobians(spec):
    """And that of the layer's trajectory, whose inputs are held."""
    trajectory = lively(spec)
    cell = trajectory.cell
    whole = scaled_product(trajectory).value()
    for number, layer in enumerate(cell.layer_cells, start=1):
        own = trajectory.layer(number)
        assert own.cell is layer
        block = whole[:, place(cell, number), place(cell, number)]
        assert off(scaled_product(own).value(), block) <= TOLERANCE
        chain = torch.eye(block.shape[-1], dtype=block.dtype)
        with torch.no_grad():
            for t in range(1, STEPS + 1):
                at = cell.jacobian(*trajectory.step_at(t)).dense(
                    cell.state_names, cell.state_sizes
                )
                chain = at[:, place(cell, number), place(cell, number)] @ chain
        assert off(chain, block) <= TOLERANCE


@pytest.mark.parametrize("spec", SPECS)
def test_a_layers_trajectory_is_that_of_its_cell(spec):
    """Running the layer over its inputs gives it again, gates and uses too."""
    trajectory = lively(spec)
    for number, layer in enumerate(trajectory.cell.layer_cells, start=1):
        own = trajectory.layer(number)
        start = [state[0] for state in own.states]
        again = unroll(layer, own.inputs.movedim(0, -2), initial_state=start)
        assert torch.equal(again.inputs, own.inputs)
        for one, other in zip(again.states, own.states, strict=True):
            assert torch.equal(one, other)
        for name, gate in again.gates.items():
            assert torch.equal(gate, own.gates[name])
            assert torch.equal(again.pre_activations[name], own.pre_activations[name])
        for use, same in zip(again.recurrent, own.recurrent, strict=True):
            assert use.rows == same.rows
            assert torch.equal(use.operand, same.operand)
            assert torch.equal(use.product, same.product)


@pytest.mark.parametrize("spec", SPECS)
def test_norms_are_those_of_autograds_blocks(spec):
    trajectory = lively(spec)
    norms = layer_norms(trajectory)
    assert norms.lags == lags(STEPS)
    assert norms.blocks == tuple(f"s{k}s{m}" for k, m in pairs(trajectory.cell))
    for lag in range(STEPS + 1):
        whole = reference.product(trajectory, lag)
        for later, earlier in pairs(trajectory.cell):
            name = f"s{later}s{earlier}"
            block = whole[
                :, place(trajectory.cell, later), place(trajectory.cell, earlier)
            ]
            with np.errstate(divide="ignore"):
                size = np.log(torch.linalg.matrix_norm(block).numpy())
                largest = np.log(torch.linalg.matrix_norm(block, 2).numpy())
            np.testing.assert_allclose(
                norms.ln_frobenius_norm_every_lag.at(block=name)[lag],
                size,
                rtol=0,
                atol=TOLERANCE,
            )
            if lag in norms.lags:
                row = norms.lags.index(lag)
                np.testing.assert_allclose(
                    norms.ln_spectral_norm.at(block=name)[row],
                    largest,
                    rtol=0,
                    atol=1e-9,
                )
            if lag == 0 and later != earlier:
                assert np.isneginf(norms.ln_spectral_norm.at(block=name)[0]).all()


@pytest.mark.parametrize("spec", ["lstm:layers=3", "gru:layers=2", "rnn:layers=2"])
def test_every_measure_can_be_taken_of_a_layer(spec):
    trajectory = lively(spec)
    whole = jacobian_norms(trajectory)
    for number in range(1, len(trajectory.cell.layer_cells) + 1):
        readings = measure(trajectory.layer(number))
        found = readings["spectral_norm"]
        for block in found.coords["block"]:
            if not set(block) <= {"h", "c"}:
                continue
            pair = "".join(f"{state}{number}" for state in block)
            expected = whole.ln_spectral_norm.at(block=pair)
            np.testing.assert_allclose(
                found.at(block=block), expected, rtol=0, atol=TOLERANCE
            )
        within = layer_norms(trajectory).ln_spectral_norm.at(
            block=f"s{number}s{number}"
        )
        assert np.array_equal(found.at(block="joint"), within)


def test_a_layer_beside_which_another_lives_on_is_not_lost():
    """1e-600 of the layer above, in float32: as exact as alone."""
    cell = built("rnn:layers=3", hidden=16, dtype=torch.float32)
    with torch.no_grad():
        for layer, scale in zip(cell.layer_cells, (0.003, 1.0, 0.001), strict=True):
            eye = torch.eye(16)
            layer.weight_hh.copy_(eye * scale)
            layer.weight_ih.mul_(0.01)
            layer.bias_ih.zero_()
            layer.bias_hh.zero_()
    steps = 300
    inputs = noise(SEQUENCES, steps, FEATURES, dtype=torch.float32)
    norms = layer_norms(unroll(cell, inputs))
    first, last = (
        norms.ln_spectral_norm.at(block="s1s1")[-1],
        norms.ln_spectral_norm.at(block="s3s3")[-1],
    )
    np.testing.assert_allclose(first, steps * np.log(0.003), rtol=1e-3)
    np.testing.assert_allclose(last, steps * np.log(0.001), rtol=1e-3)
    assert (norms.ln_spectral_norm.at(block="s2s2")[-1] > -1).all()
    for name in ("s2s1", "s3s1", "s3s2"):
        assert np.isfinite(norms.ln_spectral_norm.at(block=name)[1:-1][-1]).all()
        assert (norms.ln_spectral_norm.at(block=name)[-1] > -30).all()


@pytest.mark.parametrize("threshold", [1e-3, 0.3, 2.0])
def test_horizons_are_the_first_lag_lost_after_being_there(threshold):
    trajectory = run(built("gru:layers=2", gain=0.5), 40)
    norms = layer_norms(trajectory, range(41), threshold=threshold)
    for name in norms.blocks:
        there, expected = False, np.inf
        for lag, mean in enumerate(norms.ln_spectral_norm.at(block=name).mean(-1)):
            there |= mean >= np.log(threshold)
            if there and mean < np.log(threshold):
                expected = lag
                break
        if not there:
            expected = 0
        assert norms.horizon.at(block=name) == expected
    finite = [h for h in norms.horizon.values if 0 < h < np.inf]
    assert bool(finite) or threshold != 1e-3


def test_one_layer_is_itself():
    trajectory = run(built("lstm"))
    assert trajectory.layer(1) is trajectory
    norms = layer_norms(trajectory)
    joint = jacobian_norms(trajectory, "joint")
    assert norms.blocks == ("s1s1",)
    assert np.array_equal(
        norms.ln_spectral_norm.at(block="s1s1"),
        joint.ln_spectral_norm.at(block="joint"),
    )
    assert norms.horizon.at(block="s1s1") == joint.horizon
    for number in (0, 2):
        with pytest.raises(ConfigError, match="a whole number from 1 to 1"):
            trajectory.layer(number)


def test_a_layer_that_is_not_finite_says_so():
    cell = built("rnn:layers=2")
    inputs = noise(SEQUENCES, STEPS, FEATURES)
    inputs[0, 4] = torch.nan
    norms = layer_norms(unroll(cell, inputs))
    for name in norms.blocks:
        assert np.isnan(norms.ln_spectral_norm.at(block=name)[-1, 0])
        assert np.isfinite(norms.ln_spectral_norm.at(block=name)[-1, 1])
        assert np.isnan(norms.horizon.at(block=name))
