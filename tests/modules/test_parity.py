"""A replay equals torch's modules and autograd, in outputs and all gradients."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

import gradlab
from gradlab.measures import MeasureContext
from gradlab.modules import record, replay
from gradlab.modules.parity import parity
from gradlab.modules.replay import input_gradients
from tests.modules.networks import Configured, configured


pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections:UserWarning")
LIMITS = {torch.float64: 1e-12, torch.float32: 1e-5}
FEW, MANY = 30, 200


def relative(ours: Tensor, theirs: Tensor) -> float:
    """max |ours - theirs| / max |theirs|."""
    difference = (ours.double() - theirs.double()).abs().max()
    return float(difference / theirs.double().abs().max()) if difference else 0.0


def differences(one: Configured) -> dict[str, float]:
    """Differences of a replay from the module's outputs and from autograd."""
    with record(one.module) as recorder:
        loss = one.run()
    loss.backward()
    runs = replay(recorder.calls)
    found = {}
    for run in runs:
        within = (torch.arange(run.trajectory.length)[:, None] < run.lengths)[..., None]
        theirs = run.trajectory.states[0][1:] * within
        found[f"outputs {run.name}"] = relative(run.hidden * within, theirs)
        for name, gradient in run.weight_gradients.items():
            theirs = getattr(one.module, name).grad
            theirs = torch.zeros_like(gradient) if theirs is None else theirs
            found[name] = relative(gradient, theirs)
    (call,) = recorder.calls
    ours = sum(input_gradients(run)[0] for run in runs if run.layer == 1)
    given = one.inputs.data if isinstance(one.inputs, PackedSequence) else one.inputs
    if not isinstance(one.inputs, PackedSequence):
        theirs = given.grad
        theirs = theirs[:, None] if given.dim() == 2 else theirs
        batch_first = one.module.batch_first and given.dim() == 3
        theirs = theirs.transpose(0, 1) if batch_first else theirs
        found["dL/dx"] = relative(ours, theirs)
    for k, start in enumerate(one.start):
        ours = torch.stack([run.gradients.state[k][0] for run in runs])
        theirs = torch.zeros_like(start) if start.grad is None else start.grad
        theirs = theirs[:, None] if theirs.dim() == 2 else theirs
        found[f"dL/d start {k}"] = relative(ours, theirs)
    return found


def assert_equal(seed: int, dtype: torch.dtype) -> None:
    one = configured(seed, dtype)
    found = differences(one)
    worst = max(found, key=lambda name: found[name])
    assert found[worst] <= LIMITS[dtype], (seed, one.described, worst, found[worst])


@pytest.mark.parametrize("dtype", LIMITS, ids=str)
def test_by_chance(dtype):
    for seed in range(FEW):
        assert_equal(seed, dtype)


@pytest.mark.trials
@pytest.mark.parametrize("dtype", LIMITS, ids=str)
def test_of_many_by_chance(dtype):
    for seed in range(FEW, FEW + MANY):
        assert_equal(seed, dtype)


@pytest.mark.parametrize("dtype", LIMITS, ids=str)
def test_the_measured_parity_is_as_small(dtype):
    """Of aliases for inputs and states, and of torch's kernel run again."""
    for seed in range(FEW):
        one = configured(seed, dtype)
        with record(one.module, by_inputs=True) as recorder:
            loss = one.run()
        loss.backward()
        found = parity(replay(recorder.calls))
        assert found.worst <= LIMITS[dtype], (seed, one.described, found)
        assert found.holds


@pytest.mark.parametrize("wrong", ["weight_ih_l0", "weight_hh_l0", "bias_hh_l0"])
def test_another_weight_is_a_difference(wrong):
    module = nn.LSTM(3, 4)
    with record(module, by_inputs=True) as recorder:
        loss = module(torch.randn(5, 2, 3))[0].square().sum()
    loss.backward()
    (call,) = recorder.calls
    call.weights[wrong][0] += 0.1
    assert not parity(replay(recorder.calls)).holds


def test_another_dropout_mask_is_a_difference():
    module = nn.GRU(3, 4, num_layers=2, dropout=0.5)
    with record(module, by_inputs=True) as recorder:
        loss = module(torch.randn(5, 2, 3))[0].square().sum()
    loss.backward()
    recorder.calls[0].random_state = torch.manual_seed(3).get_state()
    assert not parity(replay(recorder.calls)).holds


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_norms_and_horizon_are_those_of_our_own_cell(kind):
    torch.manual_seed(0)
    module = kind(3, 6, batch_first=True, dtype=torch.float64)
    inputs = torch.randn(4, 40, 3, dtype=torch.float64)
    with record(module) as recorder:
        module(inputs)[0][:, -1].sum().backward()
    (run,) = replay(recorder.calls)
    trajectory, found = run.aligned()
    ours = gradlab.unroll(gradlab.from_torch(module), inputs)
    norms = [gradlab.jacobian_norms(one) for one in (trajectory, ours)]
    for which in ("ln_spectral_norm", "ln_frobenius_norm"):
        one, other = (getattr(norm, which).values for norm in norms)
        torch.testing.assert_close(
            torch.from_numpy(one), torch.from_numpy(other), rtol=1e-10, atol=1e-10
        )
    assert (norms[0].horizon == norms[1].horizon).all()
    direction = torch.ones(4, 6, dtype=torch.float64)
    theirs = MeasureContext(ours, direction=direction).backward
    scale = 6**0.5
    for mine, other in zip(found.state, theirs.state, strict=True):
        torch.testing.assert_close(mine, other * scale, rtol=1e-11, atol=1e-13)
    for mine, other in zip(found.graph, theirs.graph, strict=True):
        torch.testing.assert_close(mine, other * scale, rtol=1e-11, atol=1e-13)
