"""The errors of "ello" on their way back through "hell"."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from experiments.hello import measure as measuring
from experiments.hello import report
from experiments.hello.__main__ import main
from gradlab.report.inline import plain


@pytest.fixture(scope="module")
def found():
    return measuring.measure(updates=3)


@pytest.fixture(scope="module")
def networks():
    task = measuring.parse("characters")
    return {
        name: measuring.untrained(measuring.drawn(name.lower(), task, 3, 0), task, 1)
        for name in measuring.CELLS
    }


def slow(network):
    """Run step by step with a copy of W_hh for each step; return losses and copies."""
    cell, states, weights = network.cell, [], []
    state = cell.initial_state(1)
    original = cell.weight_hh
    for x in measuring.inputs().movedim(1, 0):
        cell.weight_hh = torch.nn.Parameter(original.detach().clone())
        weights.append(cell.weight_hh)
        state = cell.step(x, state).state
        states.append(state)
    cell.weight_hh = original
    losses = []
    for k, (h, *_) in enumerate(states):
        logits = network.head(h)
        right = measuring.LETTERS.index(measuring.ANSWERED[k])
        losses.append(-torch.log(torch.softmax(logits[0], -1)[right]))
    return losses, states, weights


@pytest.mark.parametrize("name", measuring.CELLS)
def test_the_way_back_is_autograds(networks, name):
    way = measuring.way_back(networks[name])
    losses, states, weights = slow(networks[name])
    total = torch.zeros(way.whole.shape).double()
    for k, loss in enumerate(losses):
        assert way.losses[k] == pytest.approx(loss.item(), rel=1e-12)
        for t in range(4):
            of_state = torch.autograd.grad(
                loss, states[t], retain_graph=True, allow_unused=True
            )
            for state, gradient in zip(way.by_state, of_state, strict=True):
                size = 0 if gradient is None else float(gradient.norm())
                assert way.by_state[state][k, t] == pytest.approx(size, abs=1e-14)
            (part,) = torch.autograd.grad(
                loss, weights[t], retain_graph=True, allow_unused=True
            )
            part = torch.zeros_like(total) if part is None else part
            assert np.allclose(way.steps[k, t], part, rtol=1e-12, atol=1e-15)
            total += part
    assert np.allclose(way.whole, total, rtol=1e-12, atol=1e-14)
    assert way.error < 1e-12
    assert way.shares.sum() == pytest.approx(1, abs=1e-12)
    assert way.last_shares.sum() == pytest.approx(1, abs=1e-12)
    assert (way.steps[:, 0] == 0).all()  # h_0 = 0


def test_the_page_is_written_and_says_what_came_out(tmp_path, capsys):
    options = ["--updates", "2", "--out", str(tmp_path)]
    main(options)
    printed = capsys.readouterr().out
    page = (tmp_path / "report.html").read_text()
    assert 'says "' in printed  # two updates teach nothing
    assert "The parts of the steps" in page
    assert f"<code>python -m experiments.hello {' '.join(options)}</code>" in page


def test_the_sentences_follow_the_numbers(found):
    answers = {"RNN": "ello", "GRU": "ello", "LSTM": "ello"}
    learned = replace(found, answers=answers)
    top = report.tell(learned).top
    assert top.headline[0] == (
        'RNN, GRU and LSTM answer "ello" to "hell", every letter right.'
    )
    one = replace(found, answers=answers | {"GRU": "elll"})
    assert report.learned_sentence(one) == (
        'RNN and LSTM answer "ello" to "hell"; GRU says "elll".'
    )
    way = found.before["RNN"]
    wrong = replace(way, last=way.last + 1e-6)
    assert "that is too much" in report.sum_sentence(
        replace(found, before={"RNN": wrong})
    )
    assert "misses autograd's" in report.three_sentence(wrong)
    assert plain(report.three_sentence(way)).endswith("equals autograd's to 10^-12.")
    curve = np.array([[0.0] * 4] * 3 + [[0.25, 0.3, 0.4, 0.5]])
    told = replace(way, by_state={"h": curve})
    assert report.left_at_first(told) == 0.5
    assert "50 % in the RNN" in report.way_sentence({"RNN": told}, "Before")


def test_the_matrices_are_those_measured(found):
    way = found.before["RNN"]
    rows = report._matrices(way).rows
    read = np.array([[float(c.replace("−", "-")) for c in row[1:]] for row in rows[:9]])
    parts = np.stack([*way.steps[-1], way.last, way.last]).reshape(6, 9).T
    assert np.allclose(read, parts, atol=6e-10)
