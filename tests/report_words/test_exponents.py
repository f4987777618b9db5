"""What the report says where Lyapunov exponents were measured."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gradlab.labelled import LabelledArray
from gradlab.report import inline
from gradlab.report.blocks import Figure, finding_of
from gradlab.report.document import compose
from gradlab.report.story import Story
from tests import made_up
from tests.report_words.telling import every_text


HIDDEN = 32


def spectra(true, alone, *, seeds=3, tail=-6.0, residual=3e-12):
    """A store of LSTMs, (bias, lambda_1) and dh/dh alone by bias, and an RNN."""
    rows = [("rnn", None), *(("lstm", bias) for bias in true if bias is not None)]
    asked = made_up.product(
        network=tuple(rows), hidden=(HIDDEN,), length=(256,), seed=range(seeds)
    )
    grids = {**made_up.lineup(seeds=3), "exponents": asked}
    store = made_up.store(grids)
    for point in store.grids["exponents"]:
        bias = point.params["forget_bias"]
        width = HIDDEN * (1 if point.params["cell"] == "rnn" else 2)
        values = np.linspace(true[bias], max(tail, -6.0), width)
        values[-1] = tail
        point.records = {
            "lyapunov_exponents": LabelledArray(
                "lyapunov_exponents",
                {"index": tuple(range(1, width + 1))},
                values,
            ),
            "sum_rule_residual": LabelledArray(
                "sum_rule_residual", {}, np.array(residual)
            ),
        }
        if bias in alone:
            point.records["hidden_only_exponent"] = LabelledArray(
                "hidden_only_exponent", {}, np.array(alone[bias])
            )
    return store


def alone(store):
    """The exponents' points without the line-up."""
    points = store.grids["exponents"]
    store.points, store.grids = points, {"exponents": points}
    return store


def told(store, section):
    document = compose(store)
    chapter = next(c for c in document.chapters if c.name == section)
    return chapter, inline.plain(finding_of(chapter.blocks))


def drawn(chapter):
    """The one figure of section 8, and the exponents' curves by label."""
    (figure,) = (b for b in chapter.blocks if isinstance(b, Figure))
    assert figure.name == "directions"
    rank, spectrum = figure.data.panels
    assert rank.data.scale == "rank"
    return figure, {series.label: series for series in spectrum.data.series}


TRUE = {None: -0.8, "keep": -0.5, 3.0: -0.02}
ALONE = {"keep": -2.0, 3.0: -2.2}


def test_section_8_counts_directions_that_last_and_draws_the_spectrum():
    chapter, finding = told(spectra(TRUE, ALONE), "directions")
    assert (
        "By its Lyapunov exponents at 32 hidden units LSTM forget bias 3 keeps more "
        "than 1/1000 over 256 steps along 1 of 64 directions." in finding
    )
    figure, curves = drawn(chapter)
    assert curves["RNN"].x == [100 * k / 32 for k in range(1, 33)]
    assert curves["LSTM 3"].y[0] == pytest.approx(math.exp(-0.02))
    assert "hidden size 32" in inline.plain(figure.caption)
    assert "LSTM forget bias 3 98.0 % to 0.25 %" in figure.alt


def test_dead_directions_stand_at_zero_and_growing_ones_above_one():
    true = {None: 0.1, 3.0: -0.01}
    chapter, _ = told(spectra(true, {}, tail=-np.inf), "directions")
    _, curves = drawn(chapter)
    assert curves["RNN"].y[0] == pytest.approx(math.exp(0.1))
    assert curves["RNN"].y[-1] == 0
    for text in every_text(compose(spectra(true, {}, tail=-np.inf))):
        assert not {"nan", "inf", "$"} & set(inline.plain(text).split())


def test_where_nothing_lasts_it_says_so():
    _, finding = told(alone(spectra({None: -0.8, "keep": -0.5}, {})), "directions")
    assert finding == (
        "By Lyapunov exponents no direction keeps more than 1/1000 over 256 steps in 2 "
        "of 2 networks."
    )


def test_section_10_sets_dh_by_dh_beside_the_whole_state():
    chapter, finding = told(alone(spectra(TRUE, ALONE)), "predictors")
    assert finding == (
        "By exponents over 256 steps at 32 hidden units, code that takes dh/dh "
        "alone is farthest off for LSTM forget bias 3: it finds 11 % kept per step, "
        "where the whole state's Lyapunov exponent gives 98.0 %."
    )
    kinds = [type(b).__name__ for b in chapter.blocks]
    assert kinds == ["Finding", "HowToRead", "Limits", "Details"]


def test_where_blocks_were_measured_dh_by_dh_has_the_rates_of_other_sections():
    _, finding = told(spectra(TRUE, ALONE), "predictors")
    assert finding.endswith(
        "Code that multiplies the dh/dh of each step, without the path along c, is "
        "farthest off for LSTM chrono: it finds 1.2 % kept per step, where the whole "
        "state keeps 99.3 %."
    )


def test_exponents_of_other_signs_and_near_ones_are_told_as_they_are():
    _, finding = told(
        alone(spectra({None: -1.0, 3.0: 0.02}, {3.0: -2.0})), "predictors"
    )
    assert "it finds 14 % kept per step" in finding
    assert finding.endswith("exponent gives × 1.02.")
    _, finding = told(
        alone(spectra({None: -1.0, 3.0: -0.020}, {3.0: -0.021})), "predictors"
    )
    assert "97.9 %" in finding and finding.endswith("98.0 %.")


def test_without_dh_by_dh_section_10_does_not_speak_of_it():
    chapter, _ = told(alone(spectra(TRUE, {})), "predictors")
    assert chapter.missing


def test_exponents_alone_make_whole_sections():
    """Where nothing else was measured, sections 8 and 10 stand on them."""
    store = alone(spectra(TRUE, ALONE))
    chapter, finding = told(store, "directions")
    assert finding.startswith(
        "By its Lyapunov exponents at 32 hidden units LSTM forget bias 3"
    )
    kinds = [type(b).__name__ for b in chapter.blocks]
    assert kinds.count("Figure") == 1
    assert kinds[-3:] == ["HowToRead", "Limits", "Details"]
    chapter, finding = told(store, "predictors")
    assert finding.startswith("By exponents over 256 steps at 32 hidden units")


def test_section_12_tells_the_largest_residual():
    _, finding = told(spectra(TRUE, ALONE), "provenance")
    assert "exponents of 9 points" in finding
    assert "to within 3 × 10" in finding
    _, finding = told(spectra(TRUE, ALONE, residual=math.nan), "provenance")
    assert "exponents" not in finding


def test_the_top_still_stands_on_the_line_up():
    store = spectra(TRUE, ALONE)
    assert Story.of(store).main_grid == "sweep"
