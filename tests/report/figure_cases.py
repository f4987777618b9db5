"""Figures of every kind, plain and odd: what the report's tests draw."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gradlab.report.figures.base import FigureData
from gradlab.report.figures.cell_diagram import CellDiagram, Shares
from gradlab.report.figures.counts import Counts, Tally
from gradlab.report.figures.curves import Crossing, Curves, Series
from gradlab.report.figures.dots import Dots, Marks
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.figures.maps import Maps
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.figures.runs import OUTCOMES, Dot, Runs
from gradlab.report.figures.scatter import Point, Scatter
from gradlab.report.figures.triangles import Triangle, Triangles
from gradlab.report.sections import what_is
from gradlab.report.words.en import what_is as lesson


LINEUP = [
    ("RNN", "rnn", -0.748),
    ("GRU, keep bias 0", "gru_0", -0.476),
    ("GRU, keep bias 3", "gru_3", -0.0455),
    ("LSTM, forget bias 0", "lstm_0", -0.4877),
    ("LSTM, forget bias 1", "lstm_1", -0.2009),
    ("LSTM, forget bias 3", "lstm_3", 0.0006),
    ("LSTM, chrono", "lstm_chrono", -0.0069),
]
NINE = [
    "RNN",
    "GRU, keep bias 0",
    "GRU, keep bias 1",
    "GRU, keep bias 3",
    "GRU, chrono",
    "LSTM, forget bias 0",
    "LSTM, forget bias 1",
    "LSTM, forget bias 3",
    "LSTM, chrono",
]
LN10 = math.log(10)


def lineup(length: int = 256) -> Curves:
    """The curve everyone half remembers, with bands, crossings and exits."""
    x = np.arange(0, length + 1)
    series = []
    for label, key, rate in LINEUP:
        y = (rate * x - 0.6 * (1 - np.exp(-x / 9))) / LN10
        width = 0.02 * x * abs(rate) / LN10 + 0.02
        cross = np.flatnonzero(y < -3)
        crossing = (
            Crossing(float(cross[0]), -3.0, f"{cross[0]}") if cross.size else None
        )
        series.append(
            Series(
                label,
                key,
                tuple(x),
                tuple(y),
                tuple(y - width),
                tuple(y + width),
                crossing,
                "" if cross.size else f">{length}",
                not cross.size,
            )
        )
    return Curves(
        series,
        "lag: steps back from the end",
        "what is left of the gradient",
        shade="vanished, by this report's rule",
    )


def gain_map() -> Heatmap:
    """Line-up x gain with runs, notes, a dead cell and one that is not finite."""
    gains = ["0.25", "0.5", "1", "2", "4", "8", "orthogonal"]
    random = np.random.default_rng(3)
    base = np.array([-0.75, -0.48, -0.3, -0.05, -0.007, -0.49, -0.2, 0.0, -0.007])
    growth = np.array([-0.9, -0.5, 0.0, 0.55, 1.15, 1.7, 0.02])
    values = 256 * (base[:, None] + np.maximum(growth, -0.3) * 0.35)
    values[4] = [-1.8, -1.7, -1.8, -1.6, 0.9, 110.0, -1.7]
    values[8] = [-1.7, -1.8, -1.9, -1.5, 1.2, 130.0, -1.8]
    values = values + random.normal(0, 0.2, values.shape)
    values[0, 5], values[0, 0] = math.inf, -math.inf
    verdicts = [[_word(v / LN10) for v in row] for row in values]
    verdicts[7][3] = "undetermined"
    runs = [_run(row) for row in verdicts]
    notes = [
        f"stable from {gains[r[0]]} to {gains[r[1]]}" if r else "nowhere stable"
        for r in runs
    ]
    return Heatmap(
        NINE,
        gains,
        values.tolist(),
        verdicts,
        column_name="recurrent gain",
        groups=(1, 5),
        outlines=runs,
        notes=notes,
        marks={(0, 5): "step 19"},
        details={(0, 0): "all units off from step 31"},
    )


def _word(exponent: float) -> str:
    if exponent == -math.inf:
        return "dead"
    if exponent == math.inf:
        return "not_finite"
    words = ("vanishing", "fading", "stable", "growing", "exploding")
    return words[sum(exponent > limit for limit in (-3, -1, 1, 3))]


def _run(row: list[str]) -> tuple[int, int] | None:
    best: tuple[int, int] | None = None
    start = None
    for i, word in enumerate([*row, ""]):
        if word == "stable":
            start = i if start is None else start
        elif start is not None:
            if best is None or i - start > best[1] - best[0] + 1:
                best = (start, i - 1)
            start = None
    return best


def length_map() -> Heatmap:
    """Line-up x length."""
    rates = [-0.748, -0.476, -0.25, -0.0455, -0.0069, -0.4877, -0.2009, 0.0006, -0.0069]
    values = [[r * T for T in (16, 64, 256)] for r in rates]
    return Heatmap(
        NINE,
        ["16", "64", "256"],
        values,
        column_name="sequence length T",
        groups=(1, 5),
    )


def weight_maps() -> Maps:
    """Initializer x activation, large, with two small ones."""
    inits = ["PyTorch default", "glorot_uniform", "he", "orthogonal", "identity"]
    acts = ["tanh", "relu", "gelu", "sigmoid", "linear"]
    values = (
        np.array(
            [
                [-83, -90, -120, -160, -57],
                [-21, -66, -80, -150, 9],
                [-2, -0.9, -1.3, -140, 45],
                [-8, -60, -72, -155, 0],
                [-6, -math.inf, -33, -154, 0],
            ]
        )
        * LN10
    )
    big = Heatmap(
        inits,
        acts,
        values.tolist(),
        row_name="weights",
        column_name="activation",
        details={(3, 4): "exactly 1, as theory says"},
        marks={(4, 1): "dead"},
    )
    small = Heatmap(
        inits,
        ["16", "64", "256"],
        [[v * t / 256 for t in (16, 64, 256)] for v in values[:, 0]],
        row_name="weights",
        column_name="length",
    )
    other = Heatmap(
        acts,
        ["16", "64", "256"],
        [[v * t / 256 for t in (16, 64, 256)] for v in values[0]],
        row_name="activation",
        column_name="length",
    )
    return Maps(
        [
            "weights x activation, T = 256",
            "weights x length, tanh",
            "activation x length, PyTorch default",
        ],
        [big, small, other],
    )


def triangles() -> Triangles:
    """Four time x time maps."""
    steps = np.arange(2, 129, 2)
    lags = np.arange(0, 128, 2)
    panels = []
    for title, rate in (
        ("RNN", -0.75),
        ("LSTM, forget bias 1", -0.2),
        ("LSTM, chrono", -0.007),
        ("RNN, gain 4", 0.36),
    ):
        wave = 3 * np.sin(steps / 9)[:, None] * np.minimum(lags, 12)[None] / 12
        values = rate * lags[None] + wave * abs(rate) ** 0.5
        values[lags[None] > steps[:, None]] = np.nan
        panels.append(Triangle(title, tuple(steps), tuple(lags), values.tolist()))
    return Triangles(panels)


def blocks() -> Panels:
    """Four blocks against lag."""
    x = np.array([0, 1, 2, 4, 8, 16, 21, 32, 43, 64, 85, 107, 128, 192, 256])
    panels = []
    for title, shift in (
        ("h to h", -0.9),
        ("c to h", -0.3),
        ("h to c", -0.5),
        ("c to c", 0.0),
    ):
        series = [
            Series(label, key, tuple(x), tuple((rate * x) / LN10 + shift))
            for label, key, rate in (LINEUP[4], LINEUP[5], LINEUP[6])
        ]
        panels.append(Panel(title, Curves(series, "lag", "what is left")))
    return Panels(panels, columns=2)


def roads() -> Panels:
    """Total, conveyor, detours in three panels."""
    x = np.arange(0, 257, 8)
    panels = []
    for title, rates in (
        ("bias 1: both die", (-0.2, -0.31, -0.21)),
        ("bias 3: the detours carry it", (0.0, -0.05, 0.0)),
        ("chrono: the conveyor carries it", (-0.007, -0.006, -0.03)),
    ):
        keys = ("total", "conveyor", "detours")
        series = [
            Series(
                key, key, tuple(x), tuple(r * x / LN10 - (0.4 if r != rates[1] else 0))
            )
            for key, r in zip(keys, rates, strict=True)
        ]
        panels.append(Panel(title, Curves(series, "lag", "what is left")))
    return Panels(panels, columns=3)


def passes() -> Panels:
    """Dots by number of passes beside a line for the whole, four panels."""
    words = (*((float(k), f"{k}") for k in range(9)), (9.0, ">8"))
    panels = []
    for title, peak, fall in (("bias 1", 3, 0.1), ("bias 3", 1, 0.1), ("chrono", 0, 9)):
        sizes = [-fall * (k - peak) ** 2 / (1 if fall < 1 else 30) for k in range(10)]
        series = [
            Series("total", "whole", (0, 9), (0.3, 0.3)),
            Series("no pass", "no_pass", (0,), (sizes[0],)),
            Series(
                "so many passes",
                "passes",
                range(1, 10),
                sizes[1:],
                [y - 0.3 for y in sizes[1:]],
                [y + 0.2 for y in sizes[1:]],
            ),
        ]
        data = Curves(
            series,
            "recurrent passes",
            "what is left",
            floor=-6.0,
            x_name="passes",
            x_words=words,
        )
        panels.append(Panel(title, data))
    return Panels(panels, columns=3)


def cuts() -> Dots:
    """Percent kept with all paths, no detours, no cell path."""
    rows = ["forget bias 0", "forget bias 1", "forget bias 3", "chrono"]
    return Dots(
        rows,
        [
            Marks(
                "all paths",
                "all_paths",
                (-0.49, -0.2, 0.0, -0.007),
                (-0.51, -0.21, -0.003, -0.0075),
                (-0.47, -0.19, 0.003, -0.006),
            ),
            Marks("no detours", "no_detours", (-0.69, -0.31, -0.05, -0.0065)),
            Marks("no cell path", "no_cell_path", (-2.06, -2.08, -2.09, -4.4)),
        ],
        "kept per step",
        lines=((-0.748, "plain RNN: 47 %"),),
    )


def rank() -> Curves:
    """Stable rank on log2 axes."""
    x = (1, 4, 16, 64, 256)
    ranks = {
        "rnn": (30, 9, 2.5, 1.2, 1.0),
        "gru_3": (60, 50, 20, 6, 3),
        "lstm_3": (40, 20, 6, 1.6, 1.0),
        "lstm_chrono": (62, 55, 40, 24, 15),
    }
    names = {key: label for label, key, _ in LINEUP}
    return Curves(
        [Series(names[k], k, x, v) for k, v in ranks.items()],
        "lag",
        "directions that survive (stable rank, of 64)",
        "rank",
        x_log2=True,
    )


def backward() -> Panels:
    """dL/dh against lag, and the cumulative share of weight contributions."""
    x = np.arange(0, 257, 4)
    left = [
        Series(label, key, tuple(x), tuple(rate * x / LN10))
        for label, key, rate in (LINEUP[0], LINEUP[4], LINEUP[6])
    ]
    share = [
        Series(label, key, tuple(x), tuple(1 - np.exp(rate * (x + 1) * 2)))
        for label, key, rate in (LINEUP[0], LINEUP[4], LINEUP[6])
    ]
    return Panels(
        [
            Panel("the loss's gradient dL/dh", Curves(left, "lag", "size of dL/dh")),
            Panel(
                "share of the weight's gradient",
                Curves(
                    share,
                    "lag",
                    "cumulative share of the gradient of W_hh",
                    "share",
                    x_marks=((5, "5 steps"),),
                ),
            ),
        ]
    )


def predictors() -> Panels:
    """Measured rate against what might predict it."""
    gates = [
        Point(-0.69, -0.476, "GRU 0", "gru_0", -0.65),
        Point(-0.3, -0.25, "GRU 1", "gru_1"),
        Point(-0.05, -0.0455, "GRU 3", "gru_3"),
        Point(-0.0063, -0.0069, "GRU chrono", "gru_chrono", -0.015),
        Point(-0.69, -0.4877, "LSTM 0", "lstm_0", -0.66),
        Point(-0.31, -0.2, "LSTM 1", "lstm_1", -0.29),
        Point(-0.05, 0.0006, "LSTM 3", "lstm_3", -0.045),
        Point(-0.006, -0.0069, "LSTM chrono", "lstm_chrono", -0.0151),
    ]
    weights = [
        Point(1.12, -0.748, "PyTorch default", "rnn", 0.58),
        Point(1.9, -0.19, "glorot_uniform", "other1", 1.0),
        Point(2.7, -0.02, "he", "other2", 1.41),
        Point(1.0, -0.07, "orthogonal", "other3", 1.0),
        Point(1.0, -0.055, "identity", "other4", 1.0),
    ]
    return Panels(
        [
            Panel(
                "gates",
                Scatter(
                    gates,
                    "kept by the conveyor alone",
                    "kept by the whole, measured",
                    diagonal="conveyor alone",
                    main_label="conveyor",
                    joined_label="exp(E ln f)",
                ),
            ),
            Panel(
                "recurrent weights, RNN",
                Scatter(
                    weights,
                    "largest singular value and spectral radius of W_hh",
                    "kept by the whole, measured",
                    "linear",
                    lines=((1.0, "1"),),
                    main_label="largest singular value",
                    joined_label="spectral radius",
                ),
            ),
        ]
    )


def cells(*names: str) -> CellDiagram:
    """Cells as the lesson draws them, one step."""
    ways = what_is.ways(lesson.PARTS)
    return CellDiagram(names, lesson.TITLES, lesson.PARTS, ways)


def gradient_step(*shares: Shares) -> CellDiagram:
    """The LSTM with its arrows turned round, and what arrives by each road."""
    return CellDiagram(
        ("lstm",),
        {"lstm": lesson.TITLE_BACK},
        lesson.PARTS,
        what_is.ways(lesson.PARTS),
        back=True,
        roads=list(lesson.ROADS.values()) if shares else (),
        shares=shares,
    )


def odd() -> dict[str, FigureData]:
    """Data that break careless drawings."""
    nan, inf = math.nan, math.inf
    many = np.random.default_rng(0).normal(-40, 60, (200, 5))
    return {
        "one_cell": Heatmap(["LSTM"], ["256"], [[-3.0]], column_name="length"),
        "single_column": Heatmap(NINE, ["256"], [[v] for v in range(9)]),
        "all_dead": Heatmap(["RNN", "LSTM"], ["1", "2"], [[-inf, -inf]] * 2),
        "not_measured": Heatmap(["RNN", "LSTM"], ["1", "2"], [[nan, nan]] * 2),
        "rows_200": Heatmap(
            [f"network {i}" for i in range(200)], list("abcde"), many.tolist()
        ),
        "columns_40": Heatmap(
            ["RNN", "LSTM"],
            [str(i) for i in range(40)],
            np.linspace(-90, 90, 80).reshape(2, 40).tolist(),
        ),
        "raster": Heatmap(
            [f"r{i}" for i in range(20)],
            [str(i) for i in range(128)],
            np.linspace(-90, 90, 2560).reshape(20, 128).tolist(),
        ),
        "one_point_curve": Curves([Series("RNN", "rnn", (0,), (0.0,))], "lag", "left"),
        "nan_curve": Curves(
            [
                Series("RNN", "rnn", (0, 1, 2), (0.0, nan, nan)),
                Series("dead", "other1", (0, 1, 2), (0.0, -inf, -inf)),
                Series("blown", "other2", (0, 1, 2), (0.0, 40, inf)),
            ],
            "lag",
            "left",
        ),
        "no_curve": Curves([], "lag", "left"),
        "exploding": Curves(
            [
                Series(
                    f"net {i}",
                    f"other{i}",
                    tuple(range(65)),
                    tuple(0.3 * (i + 1) * k for k in range(65)),
                )
                for i in range(5)
            ],
            "lag",
            "left",
        ),
        "nine_vanish": Curves(
            [
                Series(
                    f"network number {i}",
                    f"other{i + 1}",
                    tuple(range(257)),
                    tuple(-0.3 * k for k in range(257)),
                )
                for i in range(9)
            ],
            "lag",
            "left",
        ),
        "dots_dead": Dots(
            ["RNN", "LSTM"],
            [Marks("all paths", "all_paths", (-inf, nan))],
            "kept per step",
        ),
        "dots_one": Dots(
            ["RNN"], [Marks("all paths", "all_paths", (0.4,))], "kept per step"
        ),
        "tolerance_dots": Dots(
            ["a bound", "a number"],
            [
                Marks("expected", "expected", (0.0, 1.0), (-inf, 0.9), (0.1, 1.1)),
                Marks("measured", "measured", (-3.0, 1.02), (-3.1, 1.0), (-2.0, 1.04)),
            ],
            "nats",
            scale="linear",
        ),
        "tolerance_line": Curves(
            [
                Series(
                    "at most",
                    "expected",
                    (1, 2, 3),
                    (500.0, 1000.0, 2000.0),
                    low=(-inf,) * 3,
                    high=(510.0, 1010.0, 2010.0),
                ),
                Series("measured", "measured", (1, 2, 3), (400.0, 900.0, 1900.0)),
            ],
            "lag",
            "steps",
            scale="linear",
        ),
        "scatter_same": Scatter(
            [Point(-0.5, -0.5, f"point {i}", "rnn") for i in range(9)], "a", "b"
        ),
        "scatter_nan": Scatter([Point(nan, inf, "gone", "rnn")], "a", "b"),
        "triangle_small": Triangles(
            [Triangle("RNN", (1, 2), (0, 1), [[0.0, -1.0], [0.0, -0.9]])]
        ),
        "triangle_dead": Triangles(
            [Triangle("RNN", (1, 2, 3, 4), (0, 1, 2, 3), [[-inf] * 4] * 4)]
        ),
        "gru_alone": cells("gru"),
        "counts_narrow": counts(12),
        "counts_one": Counts(["RNN"], ["20"], [[Tally(1, 0)]], "lag"),
        "runs_zero": runs(None, (-inf, -inf)),
        "step_not_measured": gradient_step(),
        "step_grows": gradient_step(
            Shares("RNN", "rnn", (9.0, nan, -inf, 0.0)),
            Shares("LSTM", "lstm_1", (-191.0, 0.1, inf, 0.0)),
        ),
    }


def counts(columns: int) -> Counts:
    """Runs that succeeded of 8, in two blocks; some fell back, one was not run."""
    cells: list[list[Tally | None]] = [
        [Tally(8, min(8, row * column), row) for column in range(2 * columns)]
        for row in range(len(NINE))
    ]
    cells[0][0] = None
    heads = [str(10 * (k % columns + 1)) for k in range(2 * columns)]
    blocks = (("epsilon 10^{-8}", columns), ("epsilon 10^{-16}", columns))
    return Counts(NINE, heads, cells, "lag", groups=(1, 5), blocks=blocks)


def runs(bound: float | None, more: Sequence[float]) -> Runs:
    """Runs on two tasks with their outcomes, some of a given ln besides."""
    dots = [
        Dot(row, (row - 9.0) * seed, OUTCOMES[(row + seed) % 3], task)
        for row in range(len(NINE))
        for seed in range(1, 5)
        for task in ("lag:20", "lag:50")
    ]
    dots += [Dot(0, ln, "never", "lag:50") for ln in more]
    sides = ("2 of 24", "67 of 72") if bound is not None else ()
    return Runs(NINE, dots, "gradient", (-20.0, 0.0), bound=bound, sides=sides)


def usual() -> dict[str, FigureData]:
    """The default report's figures, from made-up numbers."""
    return {
        "reach": lineup(),
        "length": length_map(),
        "triangle": triangles(),
        "weights": weight_maps(),
        "gain": gain_map(),
        "blocks": blocks(),
        "roads": roads(),
        "passes": passes(),
        "cuts": cuts(),
        "rank": rank(),
        "backward": backward(),
        "predict": predictors(),
        "cells": cells("lstm", "rnn", "gru"),
        "counts": counts(3),
        "runs": Panels([Panel("a", runs(-9.0, ())), Panel("b", runs(-9.0, (-200.0,)))]),
        "gradient_step": gradient_step(
            Shares("LSTM forget bias 0", "lstm_0", (-0.3, -0.89, -0.55, -1.18)),
            Shares("LSTM chrono", "lstm_chrono", (-0.01, -0.29, -2.19, -2.67)),
        ),
    }
