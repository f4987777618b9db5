"""The page of a watched training."""

from __future__ import annotations

import re

import pytest
import torch

import gradlab
from gradlab.errors import ConfigError, StoreError
from gradlab.report.watching import compose
from tests.watching.training import Classifier, Training, quiet


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
    document = compose(watched.history, watched.findings)
    assert document.top.headline == [f"{watched.findings[0].text}."]
    _, last = watched.history.of("rnn layer 1")[-1]
    assert (
        f"a gradient reaches {last.horizon:.0f} of 40 steps"
        in document.top.sentences[0]
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
    titles = [title for title, _ in figures["updates"].data.parts()]
    assert titles[:3] == ["loss", "norm of the gradient", "factor of clipping"]


def test_names_are_no_markup():
    model = torch.nn.ModuleDict({"a_{b}": torch.nn.GRU(2, 3)})
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with gradlab.watch(model, 1, on_finding=quiet) as w:
        model["a_{b}"](torch.randn(5, 2, 2))[0].sum().backward()
        optimizer.step()
    document = compose(w.history, w.findings)
    assert re.match(r"a\\_\{b\}: at update 1 ", document.top.sentences[0])


def test_nothing_measured_has_no_page(tmp_path):
    with gradlab.watch(Classifier()) as w:
        with pytest.raises(ConfigError, match="has measured no update"):
            w.report(tmp_path / "run.html")
