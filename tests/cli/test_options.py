"""Every option of ``gradlab sweep`` changes something."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from gradlab.cli import main
from gradlab.cli.sweep import command
from gradlab.store.results import Results
from gradlab.store.table import table
from tests.cli.conftest import measure_inline
from tests.gpu.places import NO_GPU


NUMBERS = {
    "cell": "gru",
    "activation": "relu",
    "init": "orthogonal",
    "gain": "2",
    "forget_bias": "1",
    "input_bias": "-1",
    "hidden": "9",
    "length": "9",
    "input": "gaussian:2",
    "loss": "every",
    "dtype": "float64",
    "seeds": "2",
    "first_seed": "5",
    "sequences": "3",
    "features": "5",
    "burn_in": "3",
    "initial_state": "gaussian",
    "measures": "spectral_norm",
    "thresholds": "0.2,0.3,0.4,0.5",
}
"""Option -> a value that changes the numbers; the rest has tests of its own below."""

TRAINING = {
    "task": "lag:6",
    "learning_rate": "0.1",
    "epsilon": "0.1",
    "optimizer": "rmsprop",
    "batch": "1",
    "clip": "0.01",
    "updates": "7",
    "success": "-1",
    "measure_at": "0,3",
}
"""The same of options that have a meaning together with a task alone."""

ELSEWHERE = {
    "config",
    "grids",
    "device",
    "weights",
    "out",
    "formats",
    "language",
    "jobs",
    "scheduler",
    "timeout_per_point",
    "memory",
    "log",
    "verify",
    "retry_failed",
    "yes",
    "dry_run",
    "load",
    "as_json",
    "plain",
}


def made():
    """The results of the one sweep that was made, wherever its name put them."""
    (folder,) = Path("reports").iterdir()
    return Results.open(folder)


def values(folder):
    """All numbers of a folder, with the names of what they measure."""
    frame = table(Results.open(folder))
    axes = ["measure", "block", "index", "step", "lag", "update"]
    told = frame[axes].astype(str).fillna("")
    return told.to_numpy(), frame["value"].to_numpy(), frame["sd"].to_numpy()


def same(one, other):
    return all(
        a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
        for a, b in zip(one, other, strict=True)
    )


def test_no_option_is_forgotten():
    assert {param.name for param in command.params} == set(NUMBERS) | set(
        TRAINING
    ) | ELSEWHERE


def test_the_same_options_give_the_same_numbers(sweep, home, base):
    sweep("--out=again")
    assert same(values(base), values(home / "again"))


@pytest.mark.parametrize("name", NUMBERS)
def test_changes_the_numbers(sweep, home, base, name):
    option = next(p for p in command.params if p.name == name).opts[0]
    sweep("--out=changed", option, NUMBERS[name])
    assert not same(values(base), values(home / "changed"))


TRAINED = ("--task=lag:5", "--hidden=3", "--seeds=1", "--updates=5", "--no-verify")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The numbers of a small training as they are without more options."""
    folder = tmp_path_factory.mktemp("trained") / "base"
    with pytest.MonkeyPatch.context() as monkeypatch:
        measure_inline(monkeypatch)
        words = ["sweep", *TRAINED, f"--out={folder}", "--format=html"]
        assert CliRunner().invoke(main, words).exit_code == 0
    return values(folder)


@pytest.mark.parametrize("name", TRAINING)
def test_changes_what_is_learned(run, inline, home, trained, name):
    option = next(p for p in command.params if p.name == name).opts[0]
    words = [word for word in TRAINED if word.partition("=")[0] != option]
    run("sweep", *words, "--out=changed", option, TRAINING[name], "--format=html")
    assert not same(trained, values(home / "changed"))


FEW = (
    "--hidden=8",
    "--length=8",
    "--seeds=1",
    "--gain=1",
    "--forget-bias=keep",
    "--measure=spectral_norm",
    "--no-verify",
)


def test_config_is_a_file_or_a_name(run, inline, home):
    (home / "mine.toml").write_text(
        'hidden = 8\nfeatures = 4\n[[grid]]\nname = "g"\ncell = "rnn"\n'
        "length = [8, 9]\nseeds = 1\n"
    )
    run("sweep", "mine.toml", "--no-verify", "--measure=spectral_norm")
    assert [p.params["length"] for p in made().points] == [8, 9]
    run("sweep", "quick", *FEW, "--out=other")
    assert set(Results.open("other").grids) == {"lineup", "gain"}


def test_an_axis_option_beside_a_file_sets_it_in_every_grid(run, inline):
    run("sweep", "quick", *FEW, "--cell=rnn")
    assert {p.params["cell"] for p in made().points} == {"rnn"}


def test_ranges_and_lists(sweep):
    few = ("--length", "4:8:x2", "--measure", "spectral_norm")
    sweep("--forget-bias", "keep,0:2:1,chrono:16", *few)
    points = made().points
    assert {p.params["length"] for p in points} == {4, 8}
    assert {p.params["forget_bias"] for p in points} == {
        "keep",
        0.0,
        1.0,
        2.0,
        "chrono:16",
    }


@pytest.mark.parametrize(
    ("words", "seeds"),
    [
        ("--seeds=3", {0, 1, 2}),
        ("--seeds=0,3,7", {0, 3, 7}),
        ("--seeds=3,", {3}),
        ("--seeds=2 --first-seed=100", {100, 101}),
    ],
)
def test_seeds(sweep, words, seeds):
    sweep(*words.split())
    points = made().points
    assert {p.params["seed"] for p in points} == seeds


def test_out(sweep, home):
    result = sweep("--out=here/there")
    assert (home / "here" / "there" / "results.sqlite").exists()
    assert "here/there/report.html" in result.stdout
    assert "here/there" in result.stderr
    assert not (home / "reports").exists()


def test_format(sweep, home):
    sweep("--format=html")
    (folder,) = (home / "reports").iterdir()
    assert (folder / "report.html").exists()
    assert not (folder / "report.pdf").exists()
    sweep("--format=pdf")
    assert (folder / "report.pdf").exists()


def test_language(sweep, home):
    """Its files are named .ko and its last screen is in Korean; errors are not."""
    told = sweep("--language=ko").stdout
    (folder,) = (home / "reports").iterdir()
    assert {f.name for f in folder.glob("report*")} == {
        "report.ko.html",
        "report.ko.pdf",
    }
    assert "점 1개 중 1개 완료, 실패 0개" in told
    assert "--language ko --open" in told
    again = sweep("--language=ko").stdout
    assert "보고서는 그대로다" in again
    assert "2 of 2 points" in sweep("--language=ko", "--seeds=2", "--plain").stdout
    assert "Expected" in sweep("--language=ko", "--gain=no", code=2).stderr


def test_jobs(sweep, inline):
    sweep("--length=8,9", "--measure=spectral_norm", "--jobs=2")
    sweep("--out=other", "--length=8,9", "--measure=spectral_norm", "--jobs=1")
    assert inline.jobs_of_pools == [2, 1]


def test_log(sweep, home):
    sweep("--seeds=2", "--log=run.log")
    lines = [json.loads(line) for line in (home / "run.log").read_text().splitlines()]
    kinds = [line["event"] for line in lines]
    assert kinds[0] == "started" and kinds[-1] == "finished"
    assert kinds.count("point") == 2


def test_verify(sweep):
    sweep("--verify")
    (check,) = made().meta["verification"]
    assert check["error"] < 1e-12
    sweep("--out=unchecked")
    assert Results.open("unchecked").meta["verification"] == []


def test_retry_failed(sweep, monkeypatch):
    def raises(points, needs):
        raise MemoryError("no room")

    with monkeypatch.context() as broken:
        broken.setattr("gradlab.runs.measure.measure", raises)
        result = sweep(code=1)
        assert "0 of 1 points, 1 failed" in result.stdout
        assert "failed 1 of 1: no room" in result.stdout
    assert "1 failed" in sweep(code=1).stdout
    assert "1 of 1 points, 0 failed" in sweep("--retry-failed").stdout


def test_yes(sweep, monkeypatch):
    monkeypatch.setattr("gradlab.runs.forecast.POINTS", 2)
    refused = sweep("--seeds=3", code=2)
    assert "Try" in refused.stderr and "--yes" in refused.stderr
    assert sweep("--seeds=3", "--yes").exit_code == 0


def test_json(sweep):
    result = sweep("--json")
    answer = json.loads(result.stdout)
    assert answer["counts"]["done"] == 1
    folder = Path(answer["folder"])
    assert folder.parent == Path("reports")
    assert answer["report"] == [f"{folder}/report.html", f"{folder}/report.pdf"]
    (row,) = answer["rows"]
    assert row["network"] == "LSTM default bias"


def test_plain(sweep):
    assert not sweep("--out=one").stdout.isascii()
    assert sweep("--out=two", "--plain").stdout.isascii()


@pytest.mark.gpu
@NO_GPU
def test_device(sweep):
    sweep("--device=cuda")
    (point,) = made().points
    assert point.params["device"] == "cuda"


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is an accelerator")
def test_a_device_that_is_not_there(sweep):
    told = sweep("--device=cuda", code=2).stderr
    assert "Got device cuda: " in told
    assert "Expected a device that torch can use on this machine." in told
    assert "Try --device cpu" in told


USER_CELL = '''
import torch
from torch import nn
from gradlab.cells import Cell, Step


class Slow(Cell):
    """Moves a tenth of the way in each step."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.weight_ih = nn.Parameter(torch.randn(hidden_size, input_size) / 8)
        self.weight_hh = nn.Parameter(torch.randn(hidden_size, hidden_size) / 8)

    def step(self, inputs, state, *, keep_path_carry=None):
        (h,) = state
        new = torch.tanh(inputs @ self.weight_ih.mT + h @ self.weight_hh.mT)
        return Step(state=(0.9 * h + 0.1 * new,))
'''


def test_load(sweep, run, home):
    (home / "slow.py").write_text(USER_CELL)
    sweep("--load=slow.py", "--cell=slow,rnn")
    cells = [p.params["cell"] for p in made().points]
    assert cells == ["slow", "rnn"]
