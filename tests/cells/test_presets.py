"""Presets of the plain RNN, and the leaky one that is a plain one at alpha = 1."""

import pytest
import torch
from torch import nn

from gradlab import cells, jacobian_norms, unroll
from gradlab.cells.leaky import Leaky
from gradlab.errors import ConfigError
from gradlab.initializers import initialize_
from gradlab.jacobians import reference
from tests.cells.cases import relative


H = 12


def built(spec: str, **settings) -> cells.Cell:
    return cells.build(spec, 3, H, dtype=torch.float64, **settings)


def sequences(steps: int = 20) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(2, steps, 3, generator=generator).double()


@pytest.mark.parametrize(
    ("spec", "nonlinearity"),
    [("irnn", "relu"), ("orthogonal", "tanh"), ("leaky:alpha=1", "tanh")],
)
def test_parity_with_torch(spec, nonlinearity):
    cell = initialize_(built(spec), seed=0)
    module = nn.RNN(3, H, nonlinearity=nonlinearity, batch_first=True).double()
    weights = cell.state_dict().items()
    module.load_state_dict({f"{name}_l0": value for name, value in weights})
    expected, _ = module(sequences())
    torch.testing.assert_close(cell(sequences())[0], expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("drawn", [False, True])
@pytest.mark.parametrize("gain", [1.0, 0.5])
def test_the_irnn_starts_from_the_identity(drawn, gain):
    cell = built("irnn")
    if drawn or gain != 1:
        cell = initialize_(cell, gain=gain, seed=2)
    assert torch.equal(cell.weight_hh, gain * torch.eye(H).double())
    assert not cell.bias_ih.any() and not cell.bias_hh.any()
    assert cell.weight_ih.std() > 0.1
    norms = jacobian_norms(unroll(cell, sequences())).ln_spectral_norm
    alive = unroll(cell, sequences()).states[0][1:].all(0).any(-1)
    expected = torch.where(alive, 20 * torch.tensor(gain).log(), -torch.inf).double()
    torch.testing.assert_close(
        torch.from_numpy(norms.at(block="joint", lag=20)), expected
    )


@pytest.mark.parametrize("drawn", [False, True])
def test_the_orthogonal_one_keeps_every_norm_where_it_is_linear(drawn):
    cell = built("orthogonal", activation="linear")
    if drawn:
        cell = initialize_(cell, seed=2)
    product = reference.product(unroll(cell, sequences(50)), 50)
    eye = torch.eye(H).double().expand(2, -1, -1)
    torch.testing.assert_close(product @ product.mT, eye, rtol=0, atol=1e-12)


def test_an_initializer_asked_for_wins():
    cell = initialize_(built("irnn"), "orthogonal", seed=2)
    rnn = initialize_(built("rnn"), "orthogonal", seed=2)
    assert torch.equal(cell.weight_hh, rnn.weight_hh)


def test_a_leaky_network_hands_on_what_does_not_go_through_the_weights():
    cell = built("leaky:alpha=0.25")
    with torch.no_grad():
        cell.weight_hh.zero_()
    product = reference.product(unroll(cell, sequences()), 20)
    expected = 0.75**20 * torch.eye(H).double().expand(2, -1, -1)
    assert relative(product, expected) < 1e-14


@pytest.mark.parametrize(
    ("alpha", "expected"),
    [(0, "a finite number above 0"), (2.0, "above 0 and at most 1")],
)
def test_a_rate_that_is_none(alpha, expected):
    with pytest.raises(ConfigError, match=expected):
        Leaky(3, H, alpha=alpha)
