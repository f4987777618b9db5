"""Measures of layers: declared correctly and with the same bits in any ensemble."""

import numpy as np
import pytest
import torch

from gradlab import cells
from gradlab.activations.sigmoid import Sigmoid
from gradlab.bptt import backward, contributions
from gradlab.bptt.contributions import contributions_of_gradients
from gradlab.initializers import initialize_
from gradlab.jacobians import layer_norms, scaled_product
from gradlab.losses.last import Last
from gradlab.measures import measure
from gradlab.trajectory import unroll
from tests.bptt.weight_copies import weight_gradients
from tests.flows import FEATURES, STEPS, built, noise, off, run


OURS = ("layer_spectral_norm", "layer_growth_rate", "layer_horizon")
COMPANY = 11


def summaries(cell, inputs):
    readings = measure(unroll(cell, inputs))
    return {name: array.over_sequences() for name, array in readings.items()}


@pytest.mark.parametrize(
    ("spec", "hidden", "sequences"),
    [
        pytest.param("rnn:layers=3", 10, 3, marks=pytest.mark.slow),
        ("gru:layers=2", 10, 3),
        ("lstm:layers=2", 37, 1),
        pytest.param("rnn:layers=3", 37, 1, marks=pytest.mark.slow),
        pytest.param("gru:layers=2", 37, 1, marks=pytest.mark.slow),
        pytest.param("lstm:layers=2", 10, 3, marks=pytest.mark.slow),
    ],
)
def test_a_points_bits_do_not_depend_on_other_members(spec, hidden, sequences):
    """float32, sigmoid: alone, without a member axis, in 4 and in 11."""
    many = [
        initialize_(
            cells.build(spec, FEATURES, hidden, activation=Sigmoid()), seed=seed, gain=2
        )
        for seed in range(COMPANY)
    ]
    inputs = noise(COMPANY, sequences, 16, FEATURES, dtype=torch.float32)
    eleven = summaries(cells.ensemble(many), inputs)
    four = summaries(cells.ensemble(many[5:9]), inputs[5:9])
    assert set(OURS) <= set(eleven)
    for k in (5, 8):
        alone = summaries(many[k], inputs[k])
        for group, place in ((eleven, k), (four, k - 5)):
            for name, mean in alone.items():
                assert group[name].sel(member=place) == mean, name


def test_they_say_what_layer_norms_say():
    trajectory = run(built("lstm:layers=3", gain=2.0))
    norms, found = layer_norms(trajectory), measure(trajectory, OURS)
    for name in OURS:
        assert found[name].coords["block"] == norms.blocks
    assert norms.blocks == ("s1s1", "s2s1", "s2s2", "s3s1", "s3s2", "s3s3")
    assert np.array_equal(found["layer_spectral_norm"], norms.ln_spectral_norm)
    assert np.array_equal(found["layer_horizon"], norms.horizon)
    for block in norms.blocks:
        rate = found["layer_growth_rate"].at(block=block)
        assert np.array_equal(rate, norms.ln_spectral_norm.at(block=block)[-1] / STEPS)


@pytest.mark.parametrize("spec", ["rnn", "gru", "lstm"])
def test_a_cell_alone_has_none_of_them(spec):
    assert not measure(run(built(spec)), OURS)


@pytest.mark.parametrize("spec", ["rnn:layers=2", "gru:layers=3", "lstm:layers=2"])
def test_the_loss_is_the_top_layers_and_reaches_all_others(spec):
    """dL/ds_t by the hooks is v times the product's rows of the top layer's h."""
    trajectory = run(built(spec, gain=2.0))
    cell = trajectory.cell
    hidden = trajectory.states[cell.output_state]
    direction = noise(*hidden.shape[1:], seed=5)
    caught = backward(trajectory, Last(), direction)
    expected = (hidden[-1] * direction).sum(-1)
    assert torch.equal(caught.loss, expected.detach())
    start = sum(cell.state_sizes[: cell.output_state])
    rows = slice(start, start + hidden.shape[-1])
    for t in (0, 1, STEPS - 1):
        whole = scaled_product(trajectory, t).value()[:, rows]
        by_chain = (direction[:, None] @ whole)[:, 0]
        by_hooks = torch.cat([state[t] for state in caught.state], -1)
        assert off(by_hooks, by_chain) <= 1e-12
    blocks = measure(trajectory, ["loss_gradient"])["loss_gradient"].coords["block"]
    assert blocks[0] == cell.state_names[cell.output_state]
    assert len(blocks) == 2 * len(cell.state_names) - 1


@pytest.mark.parametrize("spec", ["rnn:layers=2", "gru:layers=3", "lstm:layers=2"])
def test_gates_and_weights_are_read_layer_by_layer(spec):
    """Each of a layer's readings stands among the whole's, by its number."""
    trajectory = run(built(spec))
    names = ("gate_mean", "gate_log_mean", "gate_saturation", "weight_spectral_norm")
    whole = measure(trajectory, names)
    for number in range(1, len(trajectory.cell.layer_cells) + 1):
        for name, own in measure(trajectory.layer(number), names).items():
            for block in own.coords["block"]:
                other = whole[name].sel(block=f"{block}.{number}")
                assert own.sel(block=block) == other, (name, block)


@pytest.mark.parametrize("spec", ["rnn:layers=2", "lstm:layers=2"])
def test_the_parts_of_all_recurrent_weights_add_up(spec):
    """Shares sum to 1; the parts by the uses are those by a copy a step."""
    trajectory = run(built(spec, gain=2.0))
    share = measure(trajectory, ["weight_share"])["weight_share"].values
    np.testing.assert_allclose(share.sum(0), 1, atol=1e-12)
    hidden = trajectory.states[trajectory.cell.output_state]
    direction = noise(*hidden.shape[1:], seed=5)
    ours = contributions(backward(trajectory, Last(), direction).factors)
    names = trajectory.cell.recurrent_parameters
    slow = weight_gradients(trajectory, Last(), direction, names)
    steps = [{name: parts[t] for name, parts in slow.items()} for t in range(STEPS)]
    slow = contributions_of_gradients(steps, trajectory.batch_shape)
    np.testing.assert_allclose(ours.ln_norm, slow.ln_norm, atol=1e-10)
    np.testing.assert_allclose(ours.share, slow.share, atol=1e-10)
