"""GRU and LSTM with little data and with much."""

from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats
from torch import nn

import gradlab
from experiments.little_data import measure as measuring
from experiments.little_data import report
from experiments.little_data.__main__ import main
from experiments.little_data.measure import BIASES, CELLS, COUNTS, LEARNING_RATES
from gradlab.config.loading import load
from gradlab.report.inline import plain
from gradlab.sweeps.plan import plan
from gradlab.tasks.base import parse


pytest.importorskip("sklearn")

RANDOM = np.random.default_rng(0)


def found_of(gru, lstm, spread=0.002, seeds=10):
    """Shares near given ones, of each n; the same noise in no two networks."""
    noise = np.random.default_rng(1).normal(0, spread, (2, seeds, len(COUNTS)))
    units = measuring.widths()
    task = parse("digits:rows")
    chosen = measuring.Chosen(0.01, "keep")
    return measuring.Found(
        counts=COUNTS,
        hidden=units,
        parameters={c: measuring.parameters(c, units[c], task) for c in CELLS},
        judged=450,
        updates=1000,
        tuning_seeds=3,
        chosen={of: chosen for of in product(CELLS, COUNTS)},
        right={"GRU": np.array(gru) + noise[0], "LSTM": np.array(lstm) + noise[1]},
    )


FLAT = [0.6, 0.7, 0.8, 0.9]


def test_parameters_are_counted_and_nearly_equal():
    units, task = measuring.widths(), parse("digits:rows")
    counts = {}
    for cell, module in (("GRU", nn.GRU), ("LSTM", nn.LSTM)):
        for width in (units[cell], units[cell] + 1, units[cell] - 1):
            parts = (module(task.features, width), nn.Linear(width, task.outputs))
            counts[cell, width - units[cell]] = sum(
                p.numel() for part in parts for p in part.parameters()
            )
            assert counts[cell, width - units[cell]] == measuring.parameters(
                cell, width, task
            )
    off = [abs(counts["GRU", k] - counts["LSTM", 0]) for k in (0, -1, 1)]
    assert min(off) == off[0]


def test_the_interaction_is_that_of_a_line_fitted_for_each_seed():
    scores = {cell: RANDOM.uniform(size=(7, 4)) for cell in CELLS}
    slopes = [
        stats.linregress(np.log10(COUNTS), lstm - gru).slope
        for gru, lstm in zip(scores["GRU"], scores["LSTM"], strict=True)
    ]
    known = stats.ttest_1samp(slopes, 0).confidence_interval(0.95)
    mean, low, high = measuring.interaction(scores, COUNTS)
    assert [mean, low, high] == pytest.approx([np.mean(slopes), *known], rel=1e-9)


def test_the_difference_is_that_of_pairs():
    scores = {cell: RANDOM.uniform(size=(7, 4)) for cell in CELLS}
    for place, (mean, low, high) in enumerate(measuring.difference(scores)):
        lstm, gru = scores["LSTM"][:, place], scores["GRU"][:, place]
        known = stats.ttest_rel(lstm, gru).confidence_interval(0.95)
        assert [low, high] == pytest.approx(list(known), rel=1e-9)
        assert mean == pytest.approx(np.mean(lstm - gru))


def test_log_odds_count_images():
    found = found_of(FLAT, FLAT, spread=0)
    found = replace(found, right=found.right | {"LSTM": np.array([[1.0, 0.5, 0, 0.9]])})
    right = np.array([450, 225, 0, 405])
    expected = [np.log((r + 0.5) / (450 - r + 0.5)) for r in right]
    assert found.log_odds["LSTM"][0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("gru", "lstm", "said"),
    [
        (FLAT, [0.5, 0.65, 0.85, 0.95], "It shows: the GRU is better with little"),
        (FLAT, [0.5, 0.62, 0.75, 0.88], "Half of it shows: more data help the LSTM"),
        (FLAT, [0.7, 0.75, 0.8, 0.85], "It is the other way round"),
        (FLAT, FLAT, "It does not show"),
        (FLAT, [0.68, 0.78, 0.88, 0.98], "It does not show"),
    ],
)
def test_the_verdict_follows_the_shares(gru, lstm, said):
    found = found_of(gru, lstm)
    top = report.tell(found).top
    assert top.headline[0].startswith(said)
    mean, low, high = (100 * v for v in measuring.interaction(found.right, COUNTS))
    for value in (mean, low, high):
        assert report._points(value) in plain(top.headline[1])


def test_with_too_few_seeds_nothing_is_decided():
    found = found_of(FLAT, [0.5, 0.65, 0.85, 0.95], seeds=2)
    top = report.tell(found).top
    assert top.headline[0].startswith("Too few seeds")
    assert top.headline[1].endswith("from so few seeds there is no interval.")


def test_it_is_said_who_is_better_at_both_ends():
    said = report.ends_sentence(found_of(FLAT, [0.5, 0.65, 0.85, 0.9]))
    assert "with 40 images the GRU (LSTM less GRU −10 points" in said
    assert "with 1,347 images neither surely (" in said


def test_another_verdict_of_the_log_odds_is_said():
    """Near 100 % equal steps of the share are larger steps of the odds."""
    gru, lstm = [0.5, 0.6, 0.7, 0.95], [0.55, 0.65, 0.75, 0.99]
    assert "another verdict" in report.scale_sentence(found_of(gru, lstm, 0.0005))
    assert "the same verdict" in report.scale_sentence(found_of(FLAT, FLAT))


def results_of(scores):
    """Results of points by (cell, n, learning rate, bias) with scores by seed."""
    points = []
    for (cell, count, rate, bias), values in scores.items():
        for seed, value in reversed(list(enumerate(values))):
            params = {"cell": cell.lower(), "task": measuring.spec_of(count)}
            params |= {"learning_rate": rate, "forget_bias": bias, "seed": seed}
            record = SimpleNamespace(values=np.array([0.99, value]))
            points.append(
                SimpleNamespace(params=params, record=lambda name, of=record: of)
            )
    return SimpleNamespace(points=points)


def test_what_is_chosen_has_the_best_mean_at_the_end():
    scores = {
        of: RANDOM.uniform(size=3)
        for of in product(CELLS, COUNTS, LEARNING_RATES, BIASES)
    }
    chosen = measuring.best_of(results_of(scores), COUNTS)
    for (cell, count), one in chosen.items():
        own = {of[2:]: v.mean() for of, v in scores.items() if of[:2] == (cell, count)}
        assert (one.learning_rate, one.bias) == max(own, key=own.get)


def test_shares_are_in_the_order_of_seeds():
    scores = {("GRU", n, 0.01, "keep"): RANDOM.uniform(size=3) for n in COUNTS}
    shares = measuring.shares_of(results_of(scores), "GRU", COUNTS)
    assert shares.T.tolist() == [list(v) for v in scores.values()]


def test_tuning_has_all_settings_and_seeds_of_its_own():
    units = measuring.widths(8)
    tuning = plan(load(measuring.tuning_sweep(units, COUNTS, 20, 2))).points
    each = {(p.cell, p.task, p.learning_rate, p.forget_bias) for p in tuning.values()}
    tasks = [measuring.spec_of(n) for n in COUNTS]
    cells = [cell.lower() for cell in CELLS]
    assert each == set(product(cells, tasks, LEARNING_RATES, BIASES))
    assert {p.seed for p in tuning.values()} == {100, 101}
    chosen = {
        of: measuring.Chosen(rate, bias)
        for of, rate, bias in zip(
            product(CELLS, COUNTS), LEARNING_RATES * 3, BIASES * 3, strict=False
        )
    }
    final = plan(load(measuring.final_sweep(units, chosen, 20, 10))).points
    assert {p.seed for p in final.values()} == set(range(10))
    assert len(final) == 80
    for point in final.values():
        count = parse(point.task).count
        one = chosen[point.cell.upper(), count]
        assert (point.learning_rate, point.forget_bias) == (one.learning_rate, one.bias)
        assert point.hidden == units[point.cell.upper()]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--counts", "40"], "--counts 40: expected two numbers of images or more"),
        (["--counts", "9", "40"], "Expected rows, pixels, pixels:permuted"),
        (["--seeds", "0"], "0: expected a whole number from 1"),
    ],
)
def test_what_cannot_be_measured_is_refused(options, said, tmp_path, capsys):
    with pytest.raises(SystemExit, match="2"):
        main([*options, "--out", str(tmp_path)])
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_small_run_writes_its_page_and_goes_on(tmp_path, capsys):
    small = ["--updates", "3", "--seeds", "3", "--tuning-seeds", "1", "--hidden", "4"]
    small += ["--counts", "40", "130", "--jobs", "1", "--out", str(tmp_path)]
    main(small)
    first = capsys.readouterr().out
    assert (tmp_path / "report.html").exists()
    results = gradlab.Results.open(tmp_path / "final")
    assert results.meta["counts"]["done"] == 12
    main(small)
    assert capsys.readouterr().out == first
