"""``gradlab.train``: one network, from Python."""

import copy
import math

import numpy as np
import pytest
import torch
from torch import nn

import gradlab
from gradlab.errors import ConfigError, StoreError
from gradlab.tasks.base import Batch, Task, last_step, share_right
from tests.training.networks import networks, trained


def drawn(spec, features=6, **kw):
    cell = gradlab.build(spec, features, 8)
    return gradlab.initialize_(cell, length=5, **kw)


@pytest.mark.parametrize("spec", ["lstm", "gru:layers=2"])
def test_its_numbers_are_those_of_a_trainer_and_the_cell_stays(spec):
    cell = drawn(spec, seed=3)
    before = copy.deepcopy(cell.state_dict())
    torch.manual_seed(5)
    random = torch.get_rng_state()
    seen = []
    found = gradlab.train(
        cell, "lag:5", updates=7, seed=3, on_update=lambda *now: seen.append(now)
    )
    task = found.task
    twin = trained(networks(spec, [3], task), [3], task, updates=7)
    assert np.array_equal(found.losses.values, twin.history.losses[:, 0])
    assert seen == list(enumerate(found.losses.values, 1))
    assert found.scores.coords["update"] == tuple(range(8))
    for name, value in twin.values().items():
        own = found.head if name.startswith("head.") else found.cell
        got = own.get_parameter(name.removeprefix("head."))
        assert torch.equal(got, value[0])
    assert all(torch.equal(before[n], p) for n, p in cell.state_dict().items())
    assert torch.equal(random, torch.get_rng_state())


def test_what_is_learned_is_in_one_line_and_a_table():
    found = gradlab.train(drawn("lstm", forget_bias="chrono"), "lag:5", updates=60)
    first = int(found.first_success)
    assert found.learned and first <= 60
    assert repr(found).startswith(
        f"<Trained lstm on lag:5: learned after {first} of 60 updates; loss 0.0"
    )
    assert repr(found).endswith("(chance 0.693)>")
    table = found.frame()
    assert list(table) == ["update", "measure", "value"]
    assert table["measure"].value_counts().to_dict() == {
        "training_loss": 60,
        "score": 61,
    }
    never = gradlab.train(drawn("rnn"), "lag:5", updates=2)
    assert math.isinf(never.first_success) and not never.learned
    assert ": not learned in 2 updates; " in repr(never)


def test_settings_change_the_training():
    usual = gradlab.train(drawn("gru", 2), "adding:10", updates=4).losses.values
    for setting in (
        {"learning_rate": 0.1},
        {"optimizer": "sgd"},
        {"epsilon": 1.0},
        {"batch": 3},
        {"clip": 1e-3, "optimizer": "sgd"},
        {"seed": 1},
    ):
        other = gradlab.train(drawn("gru", 2), "adding:10", updates=4, **setting)
        assert not np.array_equal(other.losses.values, usual), setting
    strict = gradlab.train(drawn("gru", 2), "adding:10", updates=4, success=100.0)
    assert strict.first_success == 0


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_saved_weights_go_to_torch_and_back(kind, layers, tmp_path):
    module = kind(6, 8, num_layers=layers)
    found = gradlab.train(module, "lag:5", updates=3)
    file = found.save(tmp_path / "cell.pt")
    module.load_state_dict(torch.load(file, weights_only=True))
    x = torch.randn(2, 5, 6)
    there = gradlab.to_torch(found.cell)(x)[0]
    assert torch.equal(module(x.transpose(0, 1))[0].transpose(0, 1), there)
    back = gradlab.from_torch(module)
    for name, value in found.cell.named_parameters():
        assert torch.equal(back.get_parameter(name), value)
    assert found.save(tmp_path / "again.pt").read_bytes() == file.read_bytes()


def test_weights_of_a_cell_that_torch_lacks_are_its_own(tmp_path):
    found = gradlab.train(drawn("lstm:peephole"), "lag:5", updates=2)
    weights = torch.load(found.save(tmp_path / "p.pt"), weights_only=True)
    twin = drawn("lstm:peephole", seed=9)
    twin.load_state_dict(weights)
    assert torch.equal(twin.weight_peephole, found.cell.weight_peephole)
    with pytest.raises(StoreError, match=r"nowhere/p.pt: No such file"):
        found.save(tmp_path / "nowhere" / "p.pt")
    with pytest.raises(ConfigError, match="path = 3"):
        found.save(3)


class Ones(Task):
    features, outputs, length, success = 2, 2, 4, 1.0

    def sequences(self, generator, count):
        bits = generator.integers(2, size=(count, 4))
        return Batch(bits, bits, last_step(bits))

    def chance(self):
        return math.log(2)

    def score(self, outputs, batch):
        return share_right(outputs, batch)


def test_a_task_of_ones_own_has_a_name():
    with pytest.raises(ConfigError) as caught:
        gradlab.train(drawn("rnn", 2), Ones())
    assert caught.value.try_ == 'name = "ones" in the class'

    class Named(Ones):
        name = "ones"

    assert gradlab.train(drawn("rnn", 2), Named(), updates=30).learned


def test_a_wrong_width_says_the_right_cell():
    for cell, spec in [
        (nn.GRU(2, 9, num_layers=2), '"gru:layers=2", 6, 9'),
        (drawn("rnn", 2), '"rnn", 6, 8'),
    ]:
        with pytest.raises(ConfigError) as caught:
            gradlab.train(cell, "lag:5")
        assert caught.value.try_ == f"gradlab.build({spec})"
