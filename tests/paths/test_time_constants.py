"""Time constants of the units of the carry."""

import math

import numpy as np
import pytest
import torch

from gradlab.errors import ConfigError
from gradlab.paths import time_constants
from gradlab.trajectory import unroll
from tests.flows import FEATURES, GATED, SEQUENCES, STEPS, built, lively, noise, run


@pytest.mark.parametrize("spec", GATED)
def test_after_a_time_constant_1_over_e_is_left_on_the_conveyor(spec):
    """The product of d over T steps is exp(-T / tau), unit by unit."""
    trajectory = lively(spec)
    found = time_constants(trajectory)
    assert found.shape == (SEQUENCES, trajectory.cell.state_sizes[-1])
    left = torch.ones_like(trajectory.states[-1][0])
    for t in range(1, STEPS + 1):
        left = left * trajectory.cell.conveyor(*trajectory.step_at(t)).detach().abs()
    decays = left.numpy() < 1
    assert np.allclose(np.exp(-STEPS / found[decays]), left.numpy()[decays], rtol=1e-12)
    assert (found[~decays] == np.inf).all()


@pytest.mark.parametrize("bias", [0.0, 1.0, 5.0])
def test_a_gate_held_at_a_bias_has_the_textbooks_time_constant(bias):
    """f = sigmoid(b) at every step: tau = 1 / ln(1 + e^-b), about e^b + 1/2."""
    cell = built("lstm")
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
        cell.bias_ih[cell.weight_blocks["forget_gate"]] = bias
    found = time_constants(run(cell))
    assert np.allclose(found, 1 / math.log1p(math.exp(-bias)), rtol=1e-12)
    assert abs(found[0, 0] - (math.exp(bias) + 0.5)) < 0.06


def test_what_does_not_decay_and_what_is_shut():
    assert (time_constants(lively("lstm:no_forget")) == np.inf).all()
    cell = built("lstm:gate=hardsigmoid")
    with torch.no_grad():
        cell.bias_ih[cell.weight_blocks["forget_gate"]] = -100.0
    assert (time_constants(run(cell)) == 0).all()
    with torch.no_grad():
        cell.bias_ih.fill_(torch.nan)
    assert np.isnan(time_constants(run(cell))).all()


def test_a_long_run_at_checkpoints_gives_the_same_bits():
    inputs = noise(2, 600, FEATURES)
    cell = built("lstm:peephole")
    whole = time_constants(unroll(cell, inputs))
    assert np.array_equal(whole, time_constants(unroll(cell, inputs, keep_every=100)))


def test_a_cell_without_a_conveyor_is_refused():
    with pytest.raises(ConfigError, match="no conveyor"):
        time_constants(lively("rnn"))
