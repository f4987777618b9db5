"""``--weights FILE``: the network that was saved is the network that is measured."""

import re
import shutil
from pathlib import Path

import pytest
import torch
from torch import nn

import gradlab
from gradlab.config.loading import load
from gradlab.errors import ConfigError, InputError
from gradlab.inputs.base import parse
from gradlab.report.sections import _own as own
from gradlab.report.story import Story
from gradlab.report.top.banner import banner
from gradlab.runs import run as runner
from gradlab.runs.build import build
from gradlab.sweeps.keys import clear_caches, key_of
from gradlab.sweeps.plan import plan
from tests.runs.inline import InlinePool


CONFIG = {
    "cell": "lstm:layers=2",
    "hidden": 5,
    "features": 3,
    "length": 8,
    "sequences": 2,
    "dtype": "float64",
    "measures": ["spectral_norm"],
}


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    clear_caches()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runner, "ProcessPool", InlinePool)


def saved(module: nn.Module, file: str = "net.pt") -> nn.Module:
    torch.save(module.state_dict(), file)
    return module


def swept(**more) -> gradlab.Results:
    config = {**CONFIG, "weights": "net.pt", **more}
    return gradlab.sweep(config, jobs=1, verify=False, out="out")


def point(**more):
    (found,) = plan(load({**CONFIG, "weights": "net.pt", **more})).points.values()
    return found


@pytest.mark.parametrize("bias", [True, False])
def test_numbers_are_those_of_the_saved_network(bias):
    module = saved(nn.LSTM(3, 5, num_layers=2, bias=bias, dtype=torch.float64))
    (found,) = swept().points
    inputs = torch.from_numpy(parse("gaussian").sequences(0, 2, 8, 3))
    norms = gradlab.jacobian_norms(gradlab.unroll(module, inputs.swapaxes(0, 1)))
    expected = norms.ln_spectral_norm.at(block="joint", lag=8).mean()
    left = found.record("spectral_norm").at(block="joint", lag=8)
    assert left == pytest.approx(expected, abs=1e-12)
    assert [found.params[axis] for axis in ("init", "gain", "forget_bias")] == [
        None
    ] * 3


def test_every_point_is_that_network():
    saved(nn.LSTM(3, 5, num_layers=2, dtype=torch.float64))
    losses = ["last", "every"]
    first, second = swept(loss=losses).points
    curves = [p.record("spectral_norm").values for p in (first, second)]
    assert (curves[0] == curves[1]).all()


def test_another_file_is_another_point_and_the_same_under_another_name_is_not():
    torch.manual_seed(0)
    saved(nn.LSTM(3, 5, num_layers=2))
    first = key_of(point().params())
    shutil.copy("net.pt", "copy.pt")
    assert key_of(point(weights="copy.pt").params()) == first
    saved(nn.LSTM(3, 5, num_layers=2))
    clear_caches()
    assert key_of(point().params()) != first


def test_the_same_sweep_again_from_its_own_file():
    saved(nn.LSTM(3, 5, num_layers=2))
    swept()
    assert gradlab.forecast("out/sweep.toml", out="out").left == 0


def test_a_file_that_changes_in_between_is_no_longer_its_point():
    saved(nn.LSTM(3, 5, num_layers=2))
    before = point()
    saved(nn.LSTM(3, 5, num_layers=2))
    with pytest.raises(InputError, match=r"net\.pt, which has changed since"):
        build(before)


def test_sizes_that_do_not_fit_are_said_before_anything_is_computed():
    saved(nn.LSTM(3, 5, num_layers=2, proj_size=2))
    with pytest.raises(ConfigError) as caught:
        swept(cell="lstm", hidden=64)
    line = "--cell lstm:layers=2+proj=2 --hidden 5 --features 3 --weights net.pt"
    assert caught.value.try_ == line
    assert "lstm with 3 features and 64 hidden units" in caught.value.expected
    with pytest.raises(ConfigError):
        gradlab.forecast({**CONFIG, "weights": "net.pt", "hidden": 64})


@pytest.mark.parametrize(
    ("write", "got"),
    [
        (lambda: saved(nn.Linear(3, 5)), "weight (5, 3), bias (5,)"),
        (lambda: torch.save([1], "net.pt"), "which holds no tensors by name"),
        (lambda: Path("net.pt").write_bytes(b"hello"), "which torch cannot load"),
        (
            lambda: torch.save(nn.LSTM(3, 5), "net.pt"),
            "(it holds an object of torch.nn.modules.rnn.LSTM; only tensors are read)",
        ),
        (lambda: None, "which cannot be read (no such file"),
    ],
)
def test_files_that_are_no_weights(write, got):
    write()
    with pytest.raises(gradlab.GradlabError) as caught:
        swept()
    assert "net.pt" in caught.value.got and got in caught.value.got


@pytest.mark.parametrize(
    ("module", "options"),
    [
        (nn.LSTM(3, 5, num_layers=2), "lstm:layers=2 --hidden 5"),
        (nn.LSTM(3, 5, proj_size=2), "lstm:proj=2 --hidden 5"),
        (nn.GRU(3, 4), "gru --hidden 4"),
        (nn.RNNCell(3, 4), "rnn --hidden 4"),
    ],
)
def test_the_cell_of_a_file_is_told_where_none_is_named(module, options):
    saved(module)
    with pytest.raises(ConfigError) as caught:
        load({"cell": ["lstm", "gru"], "weights": "net.pt"})
    assert caught.value.try_ == f"--cell {options} --features 3 --weights net.pt"


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.read = nn.Embedding(9, 3)
        self.encoder = nn.ModuleDict({"lstm": nn.LSTM(3, 5, num_layers=2)})


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (lambda m: m.state_dict(), "net.pt with read.weight (9, 3), encoder.lstm."),
        (
            lambda m: {"model": m.state_dict(), "epoch": 3, "best": torch.ones(2)},
            "no tensors by name but 'model', 'epoch', 'best'; tensors are in 'model'",
        ),
    ],
)
def test_the_line_that_saves_a_part_of_a_file_saves_it(content, got):
    model = Model()
    torch.save(content(model), "net.pt")
    with pytest.raises(gradlab.GradlabError) as caught:
        swept()
    assert got in caught.value.got
    exec(caught.value.try_, {"torch": torch})
    part = torch.load("encoder_lstm.pt")
    model.encoder["lstm"].load_state_dict(part)
    assert point(weights="encoder_lstm.pt").weights == "encoder_lstm.pt"


@pytest.mark.parametrize(
    ("more", "got"),
    [
        ({"init": "orthogonal"}, "init together with the weights of net.pt"),
        ({"gain": 2.0}, "gain together with"),
        ({"forget_bias": 1.0}, "forget_bias together with"),
        ({"input_bias": "keep"}, "input_bias together with"),
        ({"seeds": 3}, "3 seeds together with"),
        ({"seeds": [1, 2]}, "2 seeds together with"),
        ({"cell": ["lstm", "gru"]}, "the weights of net.pt for the cells gru, lstm"),
    ],
)
def test_what_the_file_would_override_is_refused(more, got):
    saved(nn.LSTM(3, 5))
    with pytest.raises(ConfigError, match=re.escape(got)):
        load({**CONFIG, "weights": "net.pt", **more})


def test_the_report_says_whose_weights_they_are():
    saved(nn.LSTM(3, 5, num_layers=2))
    results = swept()
    story = Story.of(results, "en")
    assert banner(story).startswith("Measured on a network with the weights of net.pt")
    assert own.networks(story) == "a network with weights from a file"
    assert "net.pt" in banner(Story.of(results, "ko"))
