"""Tables of the field, and bounds that are reached."""

import math

import pytest
import torch

from gradlab import catalog


GRID = torch.linspace(-12, 12, 240_001, dtype=torch.float64)
SQRT2 = math.sqrt(2)

SLOPES = {
    "tanh": lambda x: 1 / math.cosh(x) ** 2,
    "sigmoid": lambda x: math.exp(-x) / (1 + math.exp(-x)) ** 2,
    "relu": lambda x: float(x > 0),
    "leaky_relu": lambda x: 1.0 if x > 0 else 0.01,
    "elu": lambda x: 1.0 if x > 0 else math.exp(x),
    "gelu": lambda x: (
        (1 + math.erf(x / SQRT2)) / 2
        + x * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    ),
    "silu": lambda x: (1 + math.exp(-x) + x * math.exp(-x)) / (1 + math.exp(-x)) ** 2,
    "softplus": lambda x: 1 / (1 + math.exp(-x)),
    "softsign": lambda x: 1 / (1 + abs(x)) ** 2,
    "hardtanh": lambda x: float(abs(x) < 1),
    "hardsigmoid": lambda x: float(abs(x) < 3) / 6,
    "sin": math.cos,
    "linear": lambda x: 1.0,
}
POINTS = [-7.5, -2.9, -1.3, -0.4, 0.2, 0.9, 1.7, 3.4, 8.1]


def test_there_are_at_least_thirteen():
    assert set(SLOPES) <= set(catalog.names("activations"))


@pytest.mark.parametrize("name", SLOPES)
def test_slopes_by_hand(name):
    phi = catalog.get("activations", name)()
    x = torch.tensor(POINTS, dtype=torch.float64)
    expected = torch.tensor([SLOPES[name](p) for p in POINTS], dtype=torch.float64)
    torch.testing.assert_close(phi.derivative(x, phi(x)), expected, rtol=1e-9, atol=0)


@pytest.mark.parametrize("name", SLOPES)
def test_the_lipschitz_bound_is_reached_and_not_passed(name):
    phi = catalog.get("activations", name)()
    largest = phi.derivative(GRID, phi(GRID)).abs().max().item()
    assert largest <= phi.lipschitz * (1 + 1e-15)
    assert largest >= phi.lipschitz * (1 - 1e-5)


@pytest.mark.parametrize("name", SLOPES)
def test_values_are_torchs(name):
    names = {"linear": lambda x: x, "sin": torch.sin}
    functional = torch.nn.functional
    theirs = names.get(name) or getattr(torch, name, None) or getattr(functional, name)
    phi = catalog.get("activations", name)()
    torch.testing.assert_close(phi(GRID), theirs(GRID), rtol=1e-7, atol=2e-9)


def test_identity_is_linear():
    assert catalog.get("activations", "identity") is catalog.get(
        "activations", "linear"
    )
