"""``gradlab train``: one network, with the numbers of a sweep, stopped and gone on."""

import json
import math
import os
import shlex
import signal
from contextlib import contextmanager

import click
import pytest
import torch
from torch import nn

import gradlab
from gradlab.cli import main
from gradlab.cli.screen import WIDTH, Screen
from gradlab.cli.train import OPTIONS, command
from gradlab.cli.train_text import plain_line, rows
from gradlab.config.loading import load
from gradlab.numerics.threads import one_thread
from gradlab.runs import one_network
from gradlab.store.results import Results
from tests.cli.test_options import USER_CELL
from tests.gpu.places import NO_GPU


SHORT = ("train", "lag:5", "--hidden=6", "--updates=12")


@pytest.mark.parametrize("cell", ["lstm", "rnn", "lstm:peephole"])
def test_its_numbers_are_those_of_the_same_point_in_a_sweep(run, inline, home, cell):
    options = (f"--cell={cell}", "--hidden=6", "--updates=12")
    with one_thread():  # as in a worker
        more = ("--seeds=3,", "--no-verify", "--jobs=1", "--format=html", "--out=s")
        run("sweep", "--task=lag:5", *options, *more)
    (point,) = Results.open("s").points
    told = json.loads(run("train", "lag:5", *options, "--seed=3", "--json").stdout)

    def stored(measure):
        return point.record(measure).values.tolist()

    assert [row["loss"] for row in told["losses"]] == stored("training_loss")
    assert [row["score"] for row in told["scores"]] == stored("score")
    rows = told["gradient"]
    assert [row["update"] for row in rows] == [0, 1, 2, 4, 8, 12]
    of_gradient = [row["ln_first_input_gradient"] for row in rows]
    assert of_gradient == stored("first_input_gradient")
    assert [row["horizon"] or math.inf for row in rows] == stored("horizon")
    first = told["first_success"]
    assert (math.inf if first is None else first) == stored("first_success")
    assert {**point.params, **told["network"]} == point.params


def test_the_weights_are_for_torch_and_for_a_sweep(run, inline, home):
    told = run(*SHORT, "--out=net.pt").stdout
    weights = torch.load("net.pt", weights_only=True)
    nn.LSTM(6, 6).load_state_dict(weights)
    assert not (home / "net.pt.checkpoint").exists()
    (line,) = (line for line in told.splitlines() if "--weights net.pt" in line)
    run(*shlex.split(line)[1:], "--no-verify", "--jobs=1", "--measure=verdict")
    told = json.loads(run(*SHORT, "--weights=net.pt", "--json").stdout)
    assert told["network"]["weights"] == "net.pt" and told["network"]["init"] is None
    cell = gradlab.from_torch(nn.LSTM(6, 6))
    cell.load_state_dict(weights)
    with one_thread():
        twin = gradlab.train(cell, "lag:5", updates=12)
    assert [row["loss"] for row in told["losses"]] == twin.losses.values.tolist()


@pytest.mark.gpu
@NO_GPU
def test_on_a_device(run, home):
    told = json.loads(run(*SHORT, "--device=cuda", "--out=net.pt", "--json").stdout)
    assert told["network"]["device"] == "cuda"
    weights = torch.load("net.pt", weights_only=True)
    assert {value.device.type for value in weights.values()} == {"cpu"}


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is an accelerator")
def test_a_device_that_is_not_there(run, home):
    told = run(*SHORT, "--device=cuda", "--out=net.pt", code=2).stderr
    assert "Got device cuda: " in told
    assert "Expected a device that torch can use on this machine." in told
    assert "Try --device cpu" in told
    assert not list(home.iterdir())


@contextmanager
def ctrl_c(update):
    """Let Ctrl-C come during an update, counted from 0."""
    usual = one_network.OneNetwork.update

    def interrupted(network):
        if network.done == update:
            os.kill(os.getpid(), signal.SIGINT)
        usual(network)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(one_network.OneNetwork, "update", interrupted)
        yield


def test_ctrl_c_keeps_and_the_same_command_goes_on(run, home):
    words = [*SHORT, "--out=net.pt"]
    run(*words)
    whole = (home / "net.pt").read_bytes()
    with ctrl_c(4):
        done = run(*words, code=130)
    told = "stopped after 5 of 12 updates. The weights so far are in net.pt.\n"
    again = "gradlab train lag:5 --hidden=6 --updates=12 --out=net.pt"
    assert done.stderr.endswith(f"{told}Go on: {again}\n") and not done.stdout
    assert torch.load("net.pt", weights_only=True)["weight_hh_l0"].shape == (24, 6)
    assert (home / "net.pt").read_bytes() != whole
    other = run(*words, "--cell=gru", "--seed=2", code=2).stderr
    assert " ".join(other.split()) == (
        "Error: Got net.pt.checkpoint, of another network: cell 'lstm' there, 'gru' "
        "here; input_bias 'keep' there, None here; seed 0 there, 2 here. Expected "
        "none, or that of a training stopped under the same options. Try another "
        "--out, or rm net.pt.checkpoint to begin anew"
    )
    assert "going on after 5 updates" in run(*words).stderr
    assert (home / "net.pt").read_bytes() == whole
    assert os.listdir() == ["net.pt"]


def test_ctrl_c_without_a_file_says_that_nothing_is_kept(run, home):
    with ctrl_c(4):
        told = run(*SHORT, code=130).stderr
    assert told.endswith(
        "stopped after 5 of 12 updates. Nothing is kept without --out FILE.pt.\n"
    )
    assert not os.listdir()


def test_a_killed_training_goes_on_from_the_last_checkpoint(run, home, monkeypatch):
    words = [*SHORT, "--out=net.pt"]
    run(*words)
    whole = (home / "net.pt").read_bytes()

    def dies(network):
        if network.done == 7:
            raise MemoryError
        usual(network)

    usual = one_network.OneNetwork.update
    with monkeypatch.context() as patch:
        patch.setattr(one_network.OneNetwork, "update", dies)
        patch.setattr("gradlab.runs.checkpoints.SECONDS", 0.0)
        told = run(*words, code=1).stderr
    assert "lstm on lag:5: out of memory" in told
    assert "going on after 7 updates" in run(*words).stderr
    assert (home / "net.pt").read_bytes() == whole


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("lga:5", "Got task 'lga'.|Try lag"),
        ("none", "Got task 'none'."),
        ("lag:1", "Got lag:1.|Expected 2 to 100,000 steps"),
        ("lag:5 --learning-rate 0", "Got --learning-rate: 0,|Try --learning-rate 0.01"),
        ("lag:5 --learning-rate nan", "Got --learning-rate: 'nan'"),
        ("lag:5 --batch 3", "Got a batch of 3 for lag:5, which has 2 sequences."),
        ("lag:5 --cell rnn,gru", "Got 2 values of cell: rnn,gru.|--cell rnn,gru"),
        ("lag:5 --gain 1:4:x2", "Got 3 values of gain: 1.0,2.0,4.0."),
        ("lag:5 --cell rnn --cell gru", "Got --cell 2 times"),
        ("lag:5 --seed 9999999999", "Got --seed = 9999999999."),
        ("lag:5 --optimizer sgd --epsilon 1", "Got epsilon together with"),
        ("lag:5 --weights none.pt", "Got none.pt, which cannot be read"),
        ("lag:5 --weights net.pt --gain 2", "Got gain together with the weights"),
        (
            "lag:6 --hidden 6 --weights net.pt",
            "Got net.pt with weight_ih_l0 (24, 6)|Try --cell lstm --hidden 6 --weights "
            "net.pt, with a task of 6 features",
        ),
        ("lag:5 --weights junk.pt", "Got junk.pt, which torch cannot load"),
        ("lag:5 --out no/net.pt", "Got --out no/net.pt, in a folder that is not there"),
        ("lag:5 --out .", "Got --out ., which is a folder."),
        ("lag:5 --hidden 6 --weights net.pt --out net.pt", "Got the output net.pt"),
        ("characters:junk.pt --out junk.pt", "Got the output junk.pt"),
        ("lag:5 --load mine.py --out mine.py", "Got the output mine.py"),
        ("lag:5 --out old.pt", "Got old.pt.checkpoint, which is damaged, or no"),
        ("", "Missing argument 'TASK'."),
    ],
)
def test_bad_input_is_one_sentence(run, home, words, said):
    torch.save(nn.LSTM(6, 6).state_dict(), "net.pt")
    (home / "junk.pt").write_text("no weights, but a text to learn " * 40)
    (home / "old.pt.checkpoint").write_bytes(b"[]\nx")
    (home / "mine.py").write_text(USER_CELL)
    before = {file.name: file.read_bytes() for file in home.iterdir()}
    done = run("train", *shlex.split(words), "--updates=2", code=2)
    told = " ".join(done.stderr.split())
    assert all(part in told for part in said.split("|")), told
    assert not done.stdout and "Traceback" not in done.stderr
    assert {file.name: file.read_bytes() for file in home.iterdir()} == before


def test_a_cell_of_ones_own_learns_or_says_why_not(run, home):
    (home / "mine.py").write_text(USER_CELL)
    (home / "bad.py").write_text(
        USER_CELL.replace("class Slow", "class Bad").replace("(h,) = state", "1 / 0")
    )
    small = ("train", "lag:5", "--hidden=6", "--updates=2")
    told = run(*small, "--cell=slow", "--load=mine.py", "--out=slow.pt").stdout
    assert "--cell slow --hidden 6" in told and "--load mine.py" in told
    bad = run(*small, "--cell=bad", "--load=bad.py", code=1).stderr
    assert "Got bad on lag:5: ZeroDivisionError: division by zero (bad.py:" in bad


CHANGES = {
    "cell": "gru",
    "hidden": "7",
    "activation": "relu",
    "init": "orthogonal",
    "gain": "2",
    "forget_bias": "chrono",
    "input_bias": "-1",
    "dtype": "float64",
    "seed": "1",
    "updates": "3",
    "optimizer": "rmsprop",
    "learning_rate": "0.1",
    "epsilon": "1",
    "batch": "3",
    "clip": "1e-3",
    "success": "1e9",
}


def test_every_option_changes_something(run, home):
    names = {option.name for option in OPTIONS}
    assert names == {*CHANGES, "weights", "device"}
    assert {p.name for p in command.params} - names == {
        *("task", "out", "load", "as_json", "plain")
    }

    def numbers(**changes):
        chosen = {"hidden": "6", "updates": "2", **changes}
        words = [f"--{k.replace('_', '-')}={v}" for k, v in chosen.items()]
        told = json.loads(run("train", "adding:10", "--json", *words).stdout)
        return {k: told[k] for k in ("losses", "scores", "gradient", "first_success")}

    usual = numbers()
    for name, value in CHANGES.items():
        assert numbers(**{name: value}) != usual, name


def test_the_last_screen_fits_and_its_commands_are_commands(run, home):
    failed = run(
        *("train", "lag:40", "--cell=rnn", "--hidden=4", "--updates=20", "--gain=0.5")
    )
    learned = run("train", "lag:5", "--forget-bias=chrono", "--updates=60", "--plain")
    stdout = failed.stdout
    assert stdout.startswith("lag:40 is not learned in 20 updates.\n")
    assert "is below the epsilon 1e-08" in stdout and "a path that keeps" in stdout
    assert "--epsilon 1e-" in stdout and "--dtype float64" in stdout
    assert learned.stdout.startswith("lag:5 is learned: after ")
    assert learned.stdout.isascii() and learned.stderr.isascii()
    assert "train" not in learned.stdout.partition("next")[2]
    for text in (failed.stdout, learned.stdout):
        lines = text.splitlines()
        commands = [line for line in lines if "gradlab " in line]
        assert len(lines) <= 24
        assert all(len(line) <= WIDTH for line in lines if line not in commands)
        for line in commands:
            _, name, *words = shlex.split(line.removeprefix("next"))
            known = main.get_command(click.Context(main), name)
            known.make_context(name, words)


def test_the_moving_screen_fits_and_shows_what_moves():
    seen = []
    task = {"task": ["lag:5"], "hidden": [6]}

    def take(network):
        seen.append((rows(network, False, Screen(False).bars), plain_line(network)))

    sweep = load(None, axes=task, updates=30, seeds=[0])
    one_network.train(sweep, progress=take)
    assert len(seen) == 31
    assert all(len(line) < WIDTH for lines, _ in seen for line in lines)
    last, line = seen[-1]
    assert [row.split()[0] for row in last[:5]] == [
        *("updates", "loss", "score", "horizon", "gradient")
    ]
    assert "30/30" in last[0] and "done" in last[0] and "chance 0.69" in last[1]
    assert line.startswith("30/30 updates, loss 0.") and "(chance 0.69)" in line
    assert len(set(map(str, seen))) == 31
