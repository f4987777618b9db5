"""The lesson: its equations are the code's, its numbers right, its drawing named."""

from __future__ import annotations

import math
import re
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import torch

import gradlab
from gradlab.report import inline
from gradlab.report.blocks import Figure, Finding, Formula, Points, Prose
from gradlab.report.document import sections
from gradlab.report.figures.drawn import canvas
from gradlab.report.figures.lettering import lettering
from gradlab.report.figures.style import STYLES
from gradlab.report.files import drawing
from gradlab.report.words import LANGUAGES
from gradlab.report.words.en import what_is as words
from tests import made_up
from tests.report_words.telling import one_chapter


GATES = ("forget gate", "input gate", "output gate")


def sigma(a):
    return 1 / (1 + np.exp(-a))


LSTM = {
    "i_t &= sigma(W_i x_t + U_i h_(t-1) + b_i)": (
        "i",
        lambda v: sigma(v.W("i") @ v.x + v.U("i") @ v.h + v.b("i")),
    ),
    "f_t &= sigma(W_f x_t + U_f h_(t-1) + b_f)": (
        "f",
        lambda v: sigma(v.W("f") @ v.x + v.U("f") @ v.h + v.b("f")),
    ),
    "g_t &= tanh(W_g x_t + U_g h_(t-1) + b_g)": (
        "g",
        lambda v: np.tanh(v.W("g") @ v.x + v.U("g") @ v.h + v.b("g")),
    ),
    "o_t &= sigma(W_o x_t + U_o h_(t-1) + b_o)": (
        "o",
        lambda v: sigma(v.W("o") @ v.x + v.U("o") @ v.h + v.b("o")),
    ),
    "c_t &= f_t dot.o c_(t-1) + i_t dot.o g_t": (
        "c_t",
        lambda v: v["f"] * v.c + v["i"] * v["g"],
    ),
    "h_t &= o_t dot.o tanh(c_t)": ("h_t", lambda v: v["o"] * np.tanh(v["c_t"])),
}
RNN = {
    "h_t &= tanh(W x_t + U h_(t-1) + b)": (
        "h_t",
        lambda v: np.tanh(v.W("h") @ v.x + v.U("h") @ v.h + v.b("h")),
    )
}
GRU = {
    "r_t &= sigma(W_r x_t + U_r h_(t-1) + b_r)": (
        "r",
        lambda v: sigma(v.W("r") @ v.x + v.U("r") @ v.h + v.b("r")),
    ),
    "z_t &= sigma(W_z x_t + U_z h_(t-1) + b_z)": (
        "z",
        lambda v: sigma(v.W("z") @ v.x + v.U("z") @ v.h + v.b("z")),
    ),
    "n_t &= tanh(W_n x_t + b_n + r_t dot.o (U_n h_(t-1) + b'_n))": (
        "n",
        lambda v: np.tanh(
            v.W("n") @ v.x + v.b_ih["n"] + v["r"] * (v.U("n") @ v.h + v.b_hh["n"])
        ),
    ),
    "h_t &= z_t dot.o h_(t-1) + (1 - z_t) dot.o n_t": (
        "h_t",
        lambda v: v["z"] * v.h + (1 - v["z"]) * v["n"],
    ),
}
"""A printed line, and the same formula in NumPy: what it gives and how."""

CELLS = {"lstm": (LSTM, "ifgo"), "rnn": (RNN, "h"), "gru": (GRU, "rzn")}


class Values(dict):
    """One cell's weights by gate, its input and state, and what was computed."""

    def __init__(self, cell, letters: str, x, state) -> None:
        super().__init__()

        def by_gate(stacked):
            parts = np.split(stacked.detach().numpy(), len(letters))
            return dict(zip(letters, parts, strict=True))

        self.W = by_gate(cell.weight_ih).__getitem__
        self.U = by_gate(cell.weight_hh).__getitem__
        self.b_ih, self.b_hh = by_gate(cell.bias_ih), by_gate(cell.bias_hh)
        self.x = x
        self.h, self.c = state[0], state[-1]

    def b(self, gate: str):
        return self.b_ih[gate] + self.b_hh[gate]


@pytest.mark.parametrize("name", CELLS)
def test_the_printed_equations_are_those_of_the_code(name):
    torch.manual_seed(0)
    lines, letters = CELLS[name]
    cell = gradlab.build(name, 3, 4, dtype=torch.float64)
    for parameter in cell.parameters():
        torch.nn.init.normal_(parameter)
    x = torch.randn(1, 3, dtype=torch.float64)
    state = tuple(torch.randn(1, n, dtype=torch.float64) for n in cell.state_sizes)
    step = cell.step(x, state)
    v = Values(cell, letters, x[0].numpy(), [s[0].numpy() for s in state])
    for symbol, formula in lines.values():
        v[symbol] = formula(v)
    told = [v[f"{state_name}_t"] for state_name in cell.state_names]
    for ours, theirs in zip(told, step.state, strict=True):
        np.testing.assert_allclose(ours, theirs[0].detach().numpy(), rtol=1e-12)


def test_the_equations_are_printed_as_they_are_tested():
    def equations(source):
        return [
            line.strip().rstrip("\\").strip() for line in source.split("\n") if line
        ]

    assert equations(words.LSTM) == list(LSTM)
    others = [e.rpartition("& #h(.6em) & ")[2] for e in equations(words.OTHERS_FORMULA)]
    assert [e.removeprefix("&& ") for e in others] == [*RNN, *GRU]


def test_factors_per_step_give_the_powers_that_are_said():
    text = " ".join(map(inline.plain, words.GRADIENT))
    assert "0.9 leaves 2 × 10^-12 after 256" in text
    assert f"{0.9**256:.0e}" == "2e-12"
    assert "1.1 makes 4 × 10^10" in text
    assert f"{1.1**256:.0e}" == "4e+10"


def lesson(found):
    """The first section."""
    return found.chapters[0]


def figures(found) -> dict[str, Figure]:
    """The lesson's figures by name."""
    return {b.name: b for b in lesson(found).blocks if isinstance(b, Figure)}


@pytest.mark.parametrize("name", made_up.CONTRADICTIONS)
def test_it_comes_first_and_whole_whatever_was_measured(name, document):
    found = document(name)
    assert lesson(found).name == sections()[0].name == "what_is"
    assert not lesson(found).missing
    kinds = [type(b) for b in lesson(found).blocks]
    assert kinds[:2] == [Finding, Figure]
    assert kinds.count(Formula) == 3


def test_it_is_short(document):
    texts: list[str] = []
    for block in lesson(document("usual")).blocks:
        if isinstance(block, Finding | Prose):
            texts.append(block.text)
        elif isinstance(block, Points):
            texts.extend(block.items)
        elif isinstance(block, Figure):
            texts.append(block.caption)
    counted = re.findall(r"\w[\w'^−-]*", " ".join(map(inline.plain, texts)))
    assert len(counted) <= 350


def test_terms_are_explained_once_and_before_the_other_sections(document):
    points = [b for b in lesson(document("usual")).blocks if isinstance(b, Points)]
    text = " ".join(item for b in points for item in b.items)
    for term in ("Keep gate", "Conveyor", "Detours", "Chrono", "Cut in the derivative"):
        assert text.count(f"**{term}**") == 1
    order = [text.index(f"**{term}**") for term in ("Keep gate", "Conveyor", "Detours")]
    assert all(a < b for a, b in pairwise(order))


def test_gates_are_named_as_text_in_the_drawings(document):
    for figure in figures(document("usual")).values():
        svg = drawing(figure, 6.5, STYLES["paper"], "svg").decode()
        said = " ".join(re.findall(r"<t(?:ext|span)[^>]*>([^<]*)<", svg))
        said = re.sub(r"\s+", " ", said)
        for gate in GATES:
            assert gate in said, (figure.name, said)


def test_one_gate_has_one_colour_in_every_cell():
    from gradlab.report.figures.style import GATES as looks

    cells = [gradlab.build(name, 1, 1) for name in ("lstm", "gru")]
    gates = {g for cell in cells for g in cell.gate_names if g != "candidate"}
    assert set(looks) == gates
    for style in STYLES.values():
        keep = [style.gate(cell.keep_gate[0]).colour for cell in cells]
        assert len(set(keep)) == 1
        three = {style.gate(name.replace(" ", "_")).colour for name in GATES}
        assert len(three) == 3


def test_shares_are_the_norms_at_lag_one(document, made):
    data = figures(document("usual"))["gradient_step"].data
    assert [s.label for s in data.shares] == ["LSTM default bias", "LSTM chrono"]
    results = made("usual")
    length = max(p.params["length"] for p in results.points)
    for shares, bias in zip(data.shares, ("keep", "chrono"), strict=True):
        at = {"cell": "lstm", "forget_bias": bias, "length": length}
        records = [
            p.record("spectral_norm")
            for p in results.grids["lineup"]
            if p.measured and at.items() <= p.params.items()
        ]
        for block, ln in zip(("cc", "hc", "ch", "hh"), shares.ln, strict=True):
            expected = np.mean([r.at(block=block, lag=1) for r in records])
            assert ln == pytest.approx(expected)


@pytest.mark.parametrize("name", ["rnn_only", "all_failed", "all_missing"])
def test_without_blocks_the_step_is_drawn_without_shares(name, document):
    figure = figures(document(name))["gradient_step"]
    assert not figure.data.shares
    assert "Bars" not in figure.caption
    assert figure.data.table()[0] == ["cell", "from", "through", "to"]


def test_the_alt_text_tells_what_the_drawing_shows(document):
    for figure in figures(document("usual")).values():
        assert "forget gate" in figure.alt
        assert "output gate" in figure.alt
    step = figures(document("usual"))["gradient_step"]
    assert step.alt.count(" from c_t to ") == step.alt.count(" from h_t to ") == 4
    for shares in step.data.shares:
        assert f"{shares.label} {math.exp(shares.ln[0]):.2f} from c_t" in step.alt
    assert all(math.isfinite(ln) for s in step.data.shares for ln in s.ln)


@cache
def usual_figures(language: str) -> dict[str, Figure]:
    """The lesson's figures of the usual store."""
    blocks = one_chapter(made_up.store(), "what_is", language).blocks
    return {b.name: b for b in blocks if isinstance(b, Figure)}


@pytest.mark.parametrize(
    ("style", "width"),
    [("paper", 3.0), ("paper", 3.3), ("paper", 5.0), ("page", 7.0), ("slide", 9.0)],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_crosses_a_label(style, width, language):
    for figure in usual_figures(language).values():
        assert not crossed(figure, STYLES[style], width)


def crossed(figure: Figure, style, width: float) -> list[str]:
    """Labels that a road, a valve or an arrow runs through, or another label."""
    parts = figure.data.words
    free = {parts[k] for k in parts if k.endswith("gate")}
    free |= {parts["conveyor"], parts["detours"]}
    free |= {"cₜ", "cₜ₋₁", "hₜ", "hₜ₋₁", "xₜ"}
    with lettering(style):
        drawn, placed = canvas(figure.data, style, width)
        drawn.draw_without_rendering()
        found = []
        for axes, _ in placed:
            boxes = [
                (" ".join(t.get_text().split()), t.get_window_extent())
                for t in axes.texts
                if t.get_text()
            ]
            for text, box in boxes:
                if text not in free:
                    continue
                others = [b for other, b in boxes if other != text]
                if any(box.overlaps(b) for b in others):
                    found.append(f"{text} on a label")
                for artist in (*axes.lines, *axes.patches):
                    path = artist.get_transform().transform_path(artist.get_path())
                    half = artist.get_linewidth() / 2 * drawn.dpi / 72
                    if any(box.overlaps(b) for b in strokes(path.vertices, half)):
                        found.append(f"{text} on {type(artist).__name__}")
    return found


def strokes(vertices, half: float):
    """Boxes of a path's strokes: as wide as its line, no longer than its ends."""
    from matplotlib.transforms import Bbox

    for (ax, ay), (bx, by) in pairwise(vertices):
        dx, dy = (0, half) if abs(bx - ax) >= abs(by - ay) else (half, 0)
        yield Bbox.from_extents(
            min(ax, bx) - dx, min(ay, by) - dy, max(ax, bx) + dx, max(ay, by) + dy
        )
