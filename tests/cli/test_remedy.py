"""``gradlab remedy``: a table of 22 lines, and what is refused in one sentence."""

import json

import pandas
import pytest

from gradlab.cli.remedy_text import LINES
from gradlab.cli.screen import WIDTH


SMALL = ("--hidden=8", "--features=4", "--length=40", "--sequences=2")

MODEL = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.LSTM(4, 8, num_layers=2, batch_first=True)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        return self.head(self.encoder(x)[0][:, -1])


class Raises(Net):
    def forward(self, x):
        raise ZeroDivisionError("mine")


def feedforward():
    return nn.Linear(4, 2)
"""


@pytest.fixture
def model(home):
    (home / "model.py").write_text(MODEL)


def lines(result):
    found = result.stdout.splitlines()
    assert len(found) <= LINES and max(map(len, found)) <= WIDTH
    return found


@pytest.mark.parametrize("spec", ["rnn", "lstm:peephole", "gru:layers=2"])
def test_a_cell(run, spec):
    found = lines(run("remedy", spec, *SMALL))
    head = f"{spec}, 8 units, 2 Gaussian sequences of 40 steps, 4 features"
    assert found[0] == head
    row = next(line for line in found if line.startswith("orthogonal recurrent blocks"))
    assert row.count("→") == 2
    assert found[-1] == "not tried: flossing, pascanu, which make updates: --remedy all"


def test_settings_are_said_and_change_the_numbers(run):
    plain = lines(run("remedy", "lstm", *SMALL, "--remedy=gain"))
    other = lines(
        run(
            *("remedy", "lstm", *SMALL, "--remedy=gain", "--init=identity"),
            *("--gain=0.5", "--forget-bias=3", "--seed=1"),
        )
    )
    head = " ".join(line.strip() for line in other[:2])
    assert head.startswith("lstm, 8 units, init identity, gain 0.5, forget bias 3, 2 G")
    assert other[1].strip() and not other[2]  # folded
    assert plain[3].startswith("as it is") and other[4].startswith("as it is")
    assert plain[3] != other[4]


@pytest.mark.usefixtures("model")
def test_a_model_of_ones_own(run):
    result = run("remedy", "model.py:Net", "--input=3x30x4")
    found = lines(result)
    assert found[1].startswith("layer encoder")
    assert any(line.startswith("chrono") and "→" in line for line in found)
    assert "layer normalization: does not apply" in result.stdout


def test_plain_is_ascii(run):
    assert run("remedy", "rnn", *SMALL, "--plain").stdout.isascii()


def test_json_has_the_table_before_and_after(run, home):
    result = run(*("remedy", "gru", *SMALL, "--remedy=chrono", "--json", "--out=t.csv"))
    data = json.loads(result.stdout)
    (effect,) = data["remedies"]
    assert effect["after"]["gru"]["exponent"] > data["before"]["gru"]["exponent"]
    assert data["files"] == ["t.csv"]
    table = pandas.read_csv(home / "t.csv")
    assert table["remedy"].tolist() == ["none", "chrono"]
    assert table["lambda_1"].tolist() == [
        data["before"]["gru"]["exponent"],
        effect["after"]["gru"]["exponent"],
    ]


@pytest.mark.slow
def test_updates_are_made_where_they_are_named_and_their_seconds_said(run):
    found = lines(run("remedy", "rnn", *SMALL, "--remedy=flossing,gain"))
    assert any(": 200 updates in " in line for line in found)


REFUSED = [
    (("rnn", "--remedy=chrno"), 2, "Try chrono"),
    (("rnn", "--remedy=,"), 2, "--remedy chrono,orthogonal"),
    (("rnn", "--remedy=chrono"), 2, "an RNN without a gate that keeps its state"),
    (("lstn",), 2, "Try lstm"),
    (("rnn", "--batch=x.pt"), 2, "--batch with rnn"),
    (("model.py:Net", "--hidden=4", "--input=3x30x4"), 2, "--hidden with model.py:Net"),
    (("rnn", "--out=x.pdf"), 2, "--out x.html"),
    (("rnn", "--init=orthogonl"), 2, "Try orthogonal"),
    (("rnn", "--forget-bias=3"), 2, "which would set nothing"),
    (("lstm", "--forget-bias=much"), 2, "much"),
    (("rnn", "--gain=nan"), 2, "nan"),
    (("nope.py:Net", "--input=3x30x4"), 3, "nope.py:Net"),
    (("model.py:Raises", "--input=3x30x4"), 3, "ZeroDivisionError: mine"),
    (("model.py:feedforward", "--input=3x30x4"), 4, "Linear"),
    (("model.py:Net",), 2, "--input"),
]


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(("words", "code", "said"), REFUSED)
def test_what_is_refused(run, words, code, said):
    result = run("remedy", *words, code=code)
    assert said in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr or "Raises" in words[0]
