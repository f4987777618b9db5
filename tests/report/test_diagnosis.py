"""The report of a diagnosis: its numbers are the data's, of odd models too."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradlab.api import Diagnosis
from gradlab.diagnosis import Diagnosed, LayerResult, Reach
from gradlab.errors import StoreError
from gradlab.report import inline
from gradlab.report.blocks import Code, Document, Figure, Table, figures_of
from gradlab.report.build import write
from gradlab.report.diagnosis import arrives, gates, reach, remedies, roads, top
from gradlab.report.diagnosis.document import compose
from gradlab.report.figures.base import FigureData
from tests.report.made_up_diagnosis import CASES, ODD, diagnosed, layer, several


def strings(part: Any) -> Iterator[str]:
    """Every text of a part of a document."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, list | tuple):
        for item in part:
            yield from strings(item)
    elif is_dataclass(part) and not isinstance(part, FigureData):
        for field in fields(part):
            yield from strings(getattr(part, field.name))


def said(*parts: Any) -> str:
    """Texts without marks."""
    return " ".join(inline.plain(text) for text in strings(list(parts)))


def table(document: Document, name: str) -> Table:
    """The table of this name."""
    if name == "layers":
        assert document.top.table is not None
        return document.top.table
    blocks = [b for chapter in document.chapters for b in chapter.blocks]
    return next(b for b in blocks if isinstance(b, Table) and b.name == name)


def figure(document: Document, name: str) -> Figure:
    """The figure of this name."""
    return next(f for _, f in document.figures() if f.name == name)


def number(text: str) -> float:
    """A table's number: ``64 %``, ``10^-35``, ``× 1.6``, ``>60`` (its bound)."""
    text = inline.plain(text).replace("−", "-").replace(",", "")
    text = text.removeprefix("grows ")
    if power := re.fullmatch(r"10\^(-?[\d.]+)", text):
        return 10.0 ** float(power[1])
    return float(text.strip("×>% ")) / (100 if "%" in text else 1)


def close(text: str, value: float) -> bool:
    """Whether a text is a value to two figures, a power to one decimal of it."""
    found = number(text)
    if "^" in text:
        return abs(math.log10(found) - math.log10(value)) <= 0.51
    return math.isclose(found, value, rel_tol=0.05)


@pytest.mark.parametrize("case", ["usual", "healthy", "both directions", "exploding"])
def test_every_number_of_the_table_is_the_layers(case: str) -> None:
    found = CASES[case]
    rows = table(compose(found), "layers").row_list()
    for row, one in zip(rows, found.layers, strict=True):
        kept = math.exp(one.reach.ln_left / one.steps)
        assert row[0].text == one.name
        assert close(row[1].text, kept)
        if one.reach.horizon == math.inf:
            assert row[2].text == f">{one.steps}"
        else:
            assert row[2].text == f"{one.reach.horizon:.0f}"
        numbers = {int(n) for n in re.findall(r"\d+", row[3].text)}
        assert numbers == {one.shortest, one.longest, one.steps}
        assert close(row[4].text, math.exp(one.reach.ln_left))
        count, _, size = row[5].text.partition(" of ")
        assert close(count, one.reach.singular_values)
        assert int(size) == one.state_size
        assert row[6].verdict == one.reach.verdict
        assert one.reach.verdict in row[6].text


def test_first_lines_name_what_was_measured() -> None:
    lines = said(compose(CASES["healthy"]).top)
    for words in ("Net", "model.pt", "6x60x3 float32", "mse = 0.7312", "evaluation"):
        assert words in lines
    assert "on one batch, with weights that were trained, before" in lines
    assert "4e-07" in lines and "float32, tolerance 0.0001" in lines
    unnamed = compose(CASES["usual"]).top.provenance
    assert "no checkpoint named" in unnamed and "in training mode" in unnamed


def test_findings_come_with_causes_the_first_culprit_first() -> None:
    found = CASES["usual"]
    answer = top.answer(found)
    assert len(answer) == 1
    assert inline.plain(answer[0]).startswith(found.findings[0].text)
    assert found.findings[0].cause in answer[0]
    assert "The same kind in rnn layer 2" in answer[0]
    headline = said(*top.headline(found))
    assert f"after {found.layers[0].reach.horizon:.0f} of 60 steps" in headline
    assert "Both layers" in headline
    assert "Less than 1/1000 is left in rnn layer\N{NO-BREAK SPACE}1 after" in headline


def test_without_findings_the_worst_layer_is_given() -> None:
    found = CASES["healthy"]
    assert "Nothing was found" in said(*top.headline(found))
    (answer,) = top.answer(found)
    rate = found.layers[0].reach.ln_left / found.layers[0].steps
    assert f"{100 * math.exp(rate):.1f} % per step" in answer
    assert ">60 steps" in answer


def test_a_growing_layer_is_named_though_nothing_was_found() -> None:
    rate = math.log(10.3) / 60
    found = diagnosed([layer("rnn layer 1", rate=rate), layer("rnn layer 2", rate=0.0)])
    assert not found.findings
    (answer,) = top.answer(found)
    assert "The least is left in rnn layer 2" in answer
    assert "most is left in rnn layer 1: grows ×1.04 per step, 10.3 after 60" in answer
    assert table(compose(found), "layers").row_list()[0][4].text == "10.3"


def test_a_remedy_whose_title_hides_its_function_has_it() -> None:
    one = CASES["usual"].remedies[0]
    gain = replace(
        one, title="recurrent spectral radius 1", code="gradlab.remedy.gain_(m)"
    )
    found = replace(CASES["usual"], remedies=(one, gain))
    rows = table(compose(found), "remedies").row_list()
    assert [row[1].text for row in rows] == [
        "chrono",
        "recurrent spectral radius 1 (`gain_`)",
    ]


def test_sizes_fill_their_axes() -> None:
    from gradlab.report.figures.draw.curves import limits

    panel = figure(compose(CASES["usual"]), "arrives").data.parts()[0][1]  # type: ignore
    low, high = limits([panel])
    top_of_all = max(max(series.y) for series in panel.series)
    assert top_of_all < high < top_of_all + 0.1 * (high - low)
    assert top_of_all < -1


def test_curves_are_the_records() -> None:
    found = CASES["both directions"]
    data = figure(compose(found), "reach").data
    for series, one in zip(data.series, found.layers, strict=True):  # type: ignore
        record = one.records["spectral_norm"].sel(block="joint")
        assert series.x == list(map(float, record.coords["lag"]))
        assert np.allclose(np.array(series.y) * math.log(10), record.values)
        assert series.crossing.x == one.reach.horizon
    assert data.x_end == 60  # type: ignore[attr-defined]
    assert (60.0, "longest sequence: 60") in data.x_marks  # type: ignore[attr-defined]


def test_gradients_and_shares_are_those_of_the_loss() -> None:
    found = CASES["usual"]
    panels = dict(figure(compose(found), "arrives").data.parts())  # type: ignore
    one = found.layers[0]
    h = panels["gradient by h"].series[0]
    curve = one.loss_gradient.sel(block="h").values
    assert np.allclose(np.array(h.y) * math.log(10), curve)
    c = panels["gradient by c"].series[0]
    assert math.isnan(c.y[-1]) and not math.isnan(c.y[-2])
    share = panels["share of dL/dweight_hh"].series[0]
    whole = one.weight_share.sel(block="weight_hh_l0").values
    assert np.allclose(share.y, np.cumsum(whole[::-1])[np.array(share.x, int) - 1])
    assert math.isclose(share.y[-1], 1.0)
    said_of = panels["share of dL/dweight_hh"].say
    assert [said_of(y) for y in (0.457, 0.9996, 1.0, 1.0004)] == [
        "45.7 %",
        "more than 99 %",
        "100 %",
        "more than 100 %",
    ]


def test_share_of_the_last_steps_is_said() -> None:
    whole = layer("rnn", rate=-0.3)
    share = whole.weight_share.sel(block="weight_hh_l0").values
    assert math.isclose(whole.last_share, share[-10:].sum())
    apart = layer("rnn", steps=40, shortest=22, longest=60)
    aligned = apart.records["weight_share"].values
    assert math.isclose(apart.last_share, aligned[-10:].sum())
    text = said(arrives.chapter(CASES["usual"]).blocks[0])
    assert "from the last 10 of 60 steps: 95 %" in text
    assert math.isclose(share[-10:].sum(), 0.95, abs_tol=0.005)


def test_gates_are_the_records() -> None:
    found = CASES["usual"]
    rows = table(compose(found), "gates").row_list()
    assert [row[1].text for row in rows[:3]] == [
        "input gate",
        "forget gate",
        "output gate",
    ]
    one = found.layers[0]
    for row, name in zip(
        rows, ("input_gate", "forget_gate", "output_gate"), strict=False
    ):
        assert close(row[2].text, one.value("gate_mean", block=name))
        for cell, index in zip(row[3:5], ("low", "high"), strict=True):
            share = one.value("gate_saturation", block=name, index=index)
            assert close(cell.text, share)
    assert close(rows[1][5].text, 0.55)
    assert rows[0][5].text == "–"
    assert rows[1][6].text == "1.7 steps · 2.7 steps"
    weights = table(compose(found), "weights").row_list()
    assert [cell.text for cell in weights[0][2:]] == ["1.13", "0.565"]


def test_roads_are_those_of_the_carried_state() -> None:
    found = CASES["usual"]
    chapter = roads.chapter(found)
    assert chapter is not None
    data = figures_of(chapter.blocks)[0].data.parts()[0][1]  # type: ignore
    whole, conveyor, detours = data.series
    record = found.layers[0].records["spectral_norm"]
    for series, block in ((whole, "cc"), (conveyor, "conveyor"), (detours, "detours")):
        last = record.at(block=block, lag=60) / math.log(10)
        assert math.isclose(series.y[-1], last)
    assert math.isfinite(detours.y[0])  # nothing has entered at lag 0


def test_the_roads_say_what_carries_now_and_what_a_remedy_measured() -> None:
    found = CASES["usual"]
    chapter = roads.chapter(found)
    assert chapter is not None
    text = said(chapter)
    assert "Now the detours carry it." in text
    change = f"{found.layers[0].reach.horizon:.0f} → >60"
    assert f"chrono is the best: horizon {change}. Why chrono may help." in text
    assert "recurrent weights do" not in text
    untried = said(roads.chapter(replace(found, remedies=())))
    assert "best" not in untried and "Now the detours carry it." in untried
    healthy = said(roads.chapter(CASES["healthy"]))
    assert "measured below" not in healthy and "the other road above it" in healthy
    opened = diagnosed([layer(rate=-0.4, keep=0.99)])
    assert "Now the conveyor carries it." in said(roads.chapter(opened))


def test_remedies_are_ranked_with_before_and_after_and_code() -> None:
    found = CASES["usual"]
    document = compose(found)
    rows = [[c.text for c in row] for row in table(document, "remedies").row_list()]
    assert [row[1] for row in rows] == [
        "chrono",
        "orthogonal",
        "gradient clipping: lengthens no horizon",
    ]
    before = found.layers[0].reach
    assert rows[0][3] == f"{before.horizon:.0f} → >60"
    assert rows[0][4] == "2.2 → 7.5 of 16"
    assert close(rows[0][5].split(" → ")[1], math.exp(-0.6))
    assert rows[0][6] == "vanishing → stable"
    (chapter,) = (c for c in document.chapters if c.name == "remedies")
    (code,) = (b for b in chapter.blocks if isinstance(b, Code))
    assert code.text.endswith(found.remedies[0].code)
    assert "necessary, not sufficient" in said(chapter)
    assert "One factor scales all lags alike" in said(chapter)


def test_of_trained_weights_it_says_that_a_remedy_replaces_them() -> None:
    new = said(compose(CASES["usual"]))
    assert "weights as they are" in new and "replaces what they learned" not in new
    trained = compose(replace(CASES["usual"], trained=True))
    assert "with weights that were trained" in said(trained.top)
    (chapter,) = (c for c in trained.chapters if c.name == "remedies")
    assert "replaces what they learned" in said(chapter)
    assert "then train again:" in said(chapter)
    page = _diagnosis(replace(CASES["usual"], trained=True))._repr_html_()
    assert "<p>chrono; replaces learned weights: train again:</p>" in page


def test_the_best_remedy_is_one_that_reaches_further() -> None:
    found = CASES["usual"]
    assert found.best is found.remedies[0]
    same = {one.name: one.reach for one in found.layers}
    idle = replace(found, remedies=(replace(found.remedies[0], after=same),))
    assert idle.best is None
    assert "The remedies tried hardly change" in said(remedies.chapter(idle))


@pytest.mark.parametrize(
    ("before", "after", "improves"),
    [
        (Reach("vanishing", -9.0, 20.0, 2.0), Reach("vanishing", -9.0, 22.0, 0.0), 1),
        (Reach("vanishing", -9.0, 20.0, 2.0), Reach("vanishing", -9.0, 21.0, 9.0), 0),
        (Reach("fading", -3.0, math.inf, 25.0), Reach("fading", -3.0, math.inf, 26), 0),
        (Reach("fading", -3.0, math.inf, 25.0), Reach("fading", -3.0, math.inf, 28), 1),
        (Reach("fading", -3.0, math.inf, 0.0), Reach("fading", -3.0, math.inf, 0.0), 0),
        (Reach("vanishing", -9.0, 20.0, 2.0), Reach("stable", 0.0, math.inf, 2.0), 1),
        (Reach("vanishing", -9.0, 20.0, 2.0), Reach("exploding", 9.0, math.inf, 9), 0),
        (Reach("exploding", 9.0, math.inf, 9.0), Reach("vanishing", -9.0, 20.0, 0), 1),
        (Reach("exploding", 9.0, math.inf, 2), Reach("exploding", 8.0, math.inf, 9), 0),
    ],
)
def test_an_improvement_is_stable_or_a_tenth_further(
    before: Reach, after: Reach, improves: bool
) -> None:
    assert after.improves(before) == improves


def test_a_stable_layer_is_said_to_need_no_remedy() -> None:
    found = replace(CASES["usual"], layers=CASES["healthy"].layers)
    assert found.best is None
    assert "is stable as it is: no remedy is advised." in said(remedies.chapter(found))


def test_remedies_were_measured_before_training_or_retraining() -> None:
    new, old = (
        said(compose(replace(CASES["usual"], trained=trained)).chapters)
        for trained in (False, True)
    )
    assert new.count("before any training") == 3 and "retraining" not in new
    assert old.count("before any retraining") == 3 and "any training" not in old


def test_a_model_that_is_well_gets_no_code() -> None:
    found = CASES["healthy"]
    assert found.best is None
    blocks = remedies.chapter(found).blocks
    assert not any(isinstance(block, Code) for block in blocks)


def test_method_has_versions_and_what_was_measured() -> None:
    found = CASES["both directions"]
    document = compose(found)
    assert "torch 2.9.0" in said(document.chapters[-1])
    row = [cell.text for cell in table(document, "measured").row_list()[0]]
    assert row == ["rnn layer 1 forward", "6", "22", "60", "40", "4", "8"]


@pytest.mark.parametrize("case", CASES)
def test_every_model_has_a_report(case: str) -> None:
    found = CASES[case]
    document = compose(found)
    assert len(document.figures()) <= 8
    for _, one in document.figures():
        assert len(one.alt) > 60
        assert one.data.table()[1]
    text = said(document.top, document.chapters)
    assert not re.search(r"\b(nan|inf)\b", text.replace("= nan", ""))
    for one in found.layers:
        assert one.name in text
    names = [figure.name for _, figure in document.figures()]
    assert len(names) == len(set(names))


def test_what_is_not_finite_is_said_and_not_drawn() -> None:
    document = compose(CASES["not finite"])
    assert document.figures() == []
    assert "not finite begin in rnn layer\N{NO-BREAK SPACE}1" in said(document.top)
    assert "from step 37" in said(document.top)
    assert "first, all numbers must be finite" in said(document.chapters)
    row = [cell.text for cell in table(document, "layers").row_list()[0]]
    assert row[1:3] == ["–", "–"] and row[4:] == ["–", "–", "not finite"]


def test_a_single_step_is_a_row_without_numbers() -> None:
    rows = table(compose(CASES["a single step"]), "layers").row_list()
    assert [cell.text for cell in rows[1]][1:] == [
        "–",
        "–",
        "1",
        "–",
        "–",
        "a single step",
    ]


def test_of_many_layers_a_figure_draws_the_extremes() -> None:
    found = CASES["many layers"]
    document = compose(found)
    data = figure(document, "reach").data
    drawn = {series.label for series in data.series}  # type: ignore[attr-defined]
    assert len(drawn) == 8
    assert {"layer 1 forward", "layer 11 reverse"} <= drawn
    assert "8 of 22 layers are drawn" in figure(document, "reach").caption
    keys = [series.key for series in data.series]  # type: ignore[attr-defined]
    assert len(set(keys)) == 8


def test_odd_names_have_labels_of_their_own() -> None:
    data = figure(compose(CASES["odd names"]), "reach").data
    labels = [series.label for series in data.series]  # type: ignore[attr-defined]
    assert inline.plain(labels[0]) == f"module {ODD}"
    assert len(set(labels)) == 2


@pytest.mark.slow
def test_odd_names_are_no_markup(tmp_path: Path) -> None:
    write(compose(CASES["odd names"]), tmp_path, ("html",))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    page = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert "<b>" not in page
    assert html.escape(ODD) in page


def _diagnosis(found: Diagnosed) -> Diagnosis:
    return Diagnosis(**vars(found))


def test_a_report_is_a_file_or_a_folder_of_two(tmp_path: Path) -> None:
    found = _diagnosis(CASES["single steps alone"])
    assert found.report(tmp_path / "a") == [
        tmp_path / "a" / "report.html",
        tmp_path / "a" / "report.pdf",
    ]
    (page,) = found.report(tmp_path / "mine.html")
    assert page == tmp_path / "mine.html" and page.stat().st_size > 10_000
    (printed,) = found.report(tmp_path / "mine.pdf")
    assert printed.read_bytes().startswith(b"%PDF")
    assert found.report(str(page)) == [page]  # written again
    (tmp_path / "theirs.html").write_text("theirs")
    with pytest.raises(StoreError, match="did not write"):
        found.report(tmp_path / "theirs.html")


@pytest.mark.parametrize("case", CASES)
def test_a_notebook_shows_the_answer_and_a_row_for_each_layer(case: str) -> None:
    found = _diagnosis(CASES[case])
    text = found._repr_html_()
    assert text.count("<tr>") == len(found.layers) + 1
    assert len(re.findall("<(?:p|pre|div|table|tr|td|th|thead|tbody|b)>", text)) == len(
        re.findall("</(?:p|pre|div|table|tr|td|th|thead|tbody|b)>", text)
    )
    best = found.best
    assert (best is None) == ("<pre>" not in text)


def test_layers_have_looks_of_their_own() -> None:
    from gradlab.report.diagnosis.shown import shown

    layers: list[LayerResult] = several(4)
    looks = [one.key for one in shown(layers)]
    assert len(set(looks)) == 8
    places = [round(float(key.partition("~")[2]) * 8) for key in looks]
    assert [place % 2 for place in places] == [0, 1] * 4  # a reverse one is dashed


@pytest.mark.slow
@pytest.mark.parametrize("case", ["both directions", "exploding", "odd names", "dead"])
def test_odd_models_are_drawn_and_printed(case: str, tmp_path: Path) -> None:
    for path in write(compose(CASES[case]), tmp_path):
        assert path.stat().st_size > 10_000
    assert reach.chapter(CASES[case]).blocks and gates.chapter(CASES[case]).blocks
