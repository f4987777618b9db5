"""Layer normalization in the cell: against torch.nn.LayerNorm, and what follows."""

import pytest
import torch
from torch import nn

import gradlab
from gradlab import cells
from gradlab.errors import ConfigError
from gradlab.remedies.layer_norm import LayerNorm


H = 5


def normed(vectors):
    return nn.LayerNorm(vectors.shape[-1], elementwise_affine=False)(vectors)


def rnn(cell, x, h):
    b = cell.bias_ih + cell.bias_hh
    return (torch.tanh(normed(x @ cell.weight_ih.T + h @ cell.weight_hh.T) + b),)


def lstm(cell, x, h, c):
    a = normed(x @ cell.weight_ih.T) + normed(h @ cell.weight_hh.T)
    i, f, g, o = (a + cell.bias_ih + cell.bias_hh).chunk(4, -1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * torch.tanh(normed(c)), c


def gru(cell, x, h):
    (x, y), (b_i, b_h) = (
        (p, q)
        for p, q in (
            (x @ cell.weight_ih.T, h @ cell.weight_hh.T),
            (cell.bias_ih, cell.bias_hh),
        )
    )
    rz = normed(x[:, : 2 * H]) + normed(y[:, : 2 * H]) + (b_i + b_h)[: 2 * H]
    r, z = rz.sigmoid().chunk(2, -1)
    late = normed(y[:, 2 * H :]) + b_h[2 * H :]
    n = torch.tanh(normed(x[:, 2 * H :]) + b_i[2 * H :] + r * late)
    return ((1 - z) * n + z * h,)


STEPS = {"rnn": rnn, "lstm": lstm, "gru": gru}


def built(name, gain=1.0):
    cell = cells.build(name, 3, H, dtype=torch.float64)
    axis = {"gain": gain} if gain != 1 else {}
    return gradlab.initialize_(cell, seed=0, **axis)


def normal(*shape, seed=0):
    return torch.randn(
        *shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)
    )


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_that_of_the_paper(name):
    cell = built(f"layer_norm_{name}")
    x, state = normal(4, 3), cells.build(name, 3, H).initial_state(4)
    state = tuple(normal(4, H, seed=k) for k in range(1, len(state) + 1))
    found = cell.step(x, state).state
    for ours, theirs in zip(found, STEPS[name](cell, x, *state), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["gru", "lstm"])
def test_a_factor_of_the_recurrent_weights_has_no_effect(name):
    cell, inputs = built(f"layer_norm_{name}"), normal(2, 20, 3)
    before = cell(inputs)[0]
    cell.weight_hh.data.mul_(100)
    found = cell(inputs)[0]
    torch.testing.assert_close(found, before, rtol=0, atol=2e-2)
    assert "gain" not in cells.axes(f"layer_norm_{name}")
    plain = built(name)
    before = plain(inputs)[0]
    plain.weight_hh.data.mul_(100)
    assert (plain(inputs)[0] - before).abs().max() > 0.1


@pytest.mark.parametrize("spec", ["rnn", "gru", "lstm", "lstm:layers=2"])
def test_the_remedy_keeps_the_weights(spec):
    cell = cells.build(spec, 3, H, dtype=torch.float64, seed=3)
    twin = LayerNorm().other_network(cell)
    kept = twin.state_dict()
    assert all(torch.equal(kept[n], value) for n, value in cell.state_dict().items())
    new = {name.split(".")[-1] for name in set(kept) - set(cell.state_dict())}
    assert new and all(name.startswith(("norm", "shift")) for name in new)


def test_the_activations_go_with_it():
    twin = LayerNorm().other_network(cells.build("rnn", 3, H, activation="relu"))
    assert twin.activation.name == "relu"


@pytest.mark.parametrize("spec", ["lstm:peephole", "gru:reset_before", "lstm:proj=2"])
def test_a_variant_without_a_normalized_twin_is_refused(spec):
    with pytest.raises(ConfigError, match="options that change equations"):
        LayerNorm().other_network(cells.build(spec, 3, H))
