"""The page of a watched training."""

from __future__ import annotations

import math
import re

import pytest
import torch

import gradlab
from gradlab.errors import ConfigError, StoreError
from gradlab.report.blocks import Prose
from gradlab.report.watching import NOTHING, compose
from tests.watching.training import Classifier, Training, quiet


def composed(w):
    return compose(w.model_name, w.history, w.findings)


@pytest.fixture(scope="module")
def watched():
    torch.manual_seed(0)
    training = Training(Classifier(hidden=8), steps=40)
    with gradlab.watch(training.model, 2, on_finding=quiet) as w:
        for _ in range(4):
            training.update(clip=0.1)
            w.step(loss=training.losses[-1])
    return w


def test_the_page_is_written_where_it_is_to_be(watched, tmp_path):
    path = watched.report(tmp_path / "run.html")
    page = path.read_text(encoding="utf-8")
    assert "rnn layer 2" in page and "forget gate" in page
    assert watched.report(path) == path  # again
    (tmp_path / "mine.html").write_text("mine")
    with pytest.raises(StoreError, match="which gradlab did not write"):
        watched.report(tmp_path / "mine.html")


def test_what_the_page_says_is_what_was_measured(watched):
    document = composed(watched)
    (found,) = watched.findings
    assert document.top.headline == [f"At update 1 {found.text}."]
    assert document.top.provenance == (
        "Classifier, layers rnn layer 1, rnn layer 2: updates 1 to 4, "
        "3 of them measured"
    )
    look, *_, table = document.chapters[0].blocks
    assert look.text == (
        f"Look at {found.where} first: vanishing, seen at update 1; "
        f"{found.others[0]} too."
    )
    assert table.rows[0][3] == f"{found.step} ({40 - found.step} of 40 back)"
    prose = [b.text for b in document.chapters[0].blocks if isinstance(b, Prose)]
    assert prose[-1] == "gradlab.diagnose(model, batch, loss) measures remedies."
    _, last = watched.history.of("rnn layer 1")[-1]
    assert document.top.sentences[0] == (
        f"rnn layer 1 at update 4: horizon {last.horizon:.0f}, reach "
        f"{last.reach:.0f}, of 40 steps."
    )
    figures = {figure.name: figure for _, figure in document.figures()}
    assert set(figures) == {
        *(f"{name}-{k}" for name in ("left", "reach", "gates") for k in (1, 2)),
        "updates",
    }
    (_, products), (_, own) = figures["left-1"].data.parts()
    assert products.columns == ["1", "2", "4", "8", "16", "32", "40"]
    assert products.values[-1][-1] == last.left
    assert max(map(max, own.values)) <= 0.0
    gates = figures["gates-1"].data.parts()
    assert [title for title, _ in gates] == ["input gate", "forget gate", "output gate"]
    assert all(len(data.series) == 1 for _, data in gates)
    titles = [title for title, _ in figures["updates"].data.parts()]
    assert titles[:3] == ["loss", "norm of the gradient", "factor of clipping"]


def test_names_are_no_markup():
    model = torch.nn.ModuleDict({"a_{b}": torch.nn.GRU(2, 3)})
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with gradlab.watch(model, 1, on_finding=quiet) as w:
        model["a_{b}"](torch.randn(5, 2, 2))[0].sum().backward()
        optimizer.step()
    document = composed(w)
    assert re.match(r"a\\_\{b\} at update 1: ", document.top.sentences[0])


def page_of(model, x):
    """Return history and page of one update, with a loss at the last step."""
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with gradlab.watch(model, 1, on_finding=quiet) as w:
        model(x)[0][-1].square().sum().backward()
        optimizer.step()
    figures = {f.name: f for _, f in composed(w).figures()}
    return w, composed(w), figures


def test_a_gradient_that_underflows_is_not_called_dead():
    torch.manual_seed(0)
    w, _, figures = page_of(torch.nn.LSTM(3, 8), torch.randn(400, 2, 3))
    ((_, row),) = w.history.of("LSTM")
    (_, products), (_, own) = figures["left-1"].data.parts()
    assert min(products.values[0]) > -math.inf
    place = own.columns.index("256")
    assert row.underflow < 256 and own.values[0][place] == -math.inf
    said = own.say(0, place)
    assert "underflows float32" in said and "vanishing" in said and "dead" not in said
    assert "dead" not in str(own.grid()) + str(own.table())
    assert "▼ 0: underflows float32" in figures["left-1"].caption


def test_what_is_dead_is_called_so():
    model = torch.nn.RNN(3, 4, nonlinearity="relu")
    with torch.no_grad():
        model.bias_hh_l0.fill_(-100.0)
    _, _, figures = page_of(model, torch.randn(12, 2, 3))
    (_, products), _ = figures["left-1"].data.parts()
    assert products.say(0, 0) == "1; steps back 1; dead"
    assert "underflows" not in figures["left-1"].caption


def test_what_is_not_reached_is_greater_than_the_length_everywhere():
    torch.manual_seed(0)
    model = gradlab.remedy.chrono_(torch.nn.LSTM(3, 16), t_max=100)
    w, document, figures = page_of(model, torch.randn(40, 2, 3))
    assert document.top.sentences == [
        "LSTM at update 1: horizon >40, reach >40, of 40 steps."
    ]
    frame = w.frame()
    far = frame[frame.measure.isin(["reach", "horizon_estimate"])]
    assert far.value.tolist() == [math.inf, math.inf]
    assert document.top.headline == [NOTHING]
    curves = figures["reach-1"].data
    assert [s.end for s in curves.series] == [">40", ">40"]
    assert curves.grid()[1] == [["1", ">40", ">40"]]
    assert [row[2] for row in curves.table()[1]] == [">40", ">40"]


@pytest.mark.parametrize("bias", [8.0, 1.0])
def test_the_lower_map_is_of_what_reach_is_read_from(bias):
    """Nearly all goes through c: |dL/dh_t| alone is small from one step back on."""
    torch.manual_seed(0)
    model = torch.nn.LSTM(3, 8)
    with torch.no_grad():
        model.weight_hh_l0.mul_(1e-5)
        model.bias_hh_l0[8:16] = bias
    w, _, figures = page_of(model, torch.randn(64, 2, 3))
    ((_, row),) = w.history.of("LSTM")
    h = row.by_state["h"]
    assert max(h[1:]) < h[0] + math.log(1e-3)
    assert row.reach == math.inf if bias == 8.0 else 8 < row.reach < 64
    _, (_, own) = figures["left-1"].data.parts()
    for k, lag in enumerate(own.columns):
        assert (own.word(0, k) == "vanishing") == (int(lag) > row.reach)


def test_unequal_lengths_have_one_place_for_what_is_not_reached():
    torch.manual_seed(0)
    model = gradlab.remedy.chrono_(torch.nn.LSTM(3, 16), t_max=100)
    optimizer = torch.optim.SGD(model.parameters(), 0.0)
    with gradlab.watch(model, 1, on_finding=quiet) as w:
        for length in (40, 20):
            model(torch.randn(length, 2, 3))[0][-1].square().sum().backward()
            optimizer.step()
    figures = {figure.name: figure for _, figure in composed(w).figures()}
    curves = figures["reach-1"].data
    assert curves.grid()[1] == [["1", ">T", ">T"], ["2", ">T", ">T"]]
    assert [s.end for s in curves.series] == [">20", ">20"]


def test_a_page_names_six_layers_and_counts_the_others():
    model = torch.nn.GRU(2, 3, num_layers=8)
    w, document, _ = page_of(model, torch.randn(5, 2, 2))
    names = ", ".join(f"GRU layer {k}" for k in range(1, 7))
    assert document.top.provenance.startswith(f"GRU, layers {names}, 2 more: updates")
    w, document, _ = page_of(torch.nn.GRU(2, 3), torch.randn(5, 2, 2))
    assert document.top.provenance.startswith("GRU: updates 1 to 1, 1 of them")


def test_nothing_measured_has_no_page(tmp_path):
    with gradlab.watch(Classifier()) as w:
        with pytest.raises(ConfigError, match="has measured no update"):
            w.report(tmp_path / "run.html")
