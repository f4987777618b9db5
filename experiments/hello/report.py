"""The page on "hell" and "ello"."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from experiments.hello.measure import ANSWERED, READ, Found, WayBack
from experiments.pages import page
from gradlab.report.blocks import (
    Chapter,
    Column,
    Document,
    Figure,
    Finding,
    Formula,
    HowToRead,
    Limits,
    Prose,
    Table,
)
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.numbers import listed, percent, significant


QUESTION = 'How does the error at "o" come back to "h"?'
EXACT = 1e-12
KEYS = {"RNN": "rnn", "GRU": "gru_1", "LSTM": "lstm_1"}
SUMS = "What does each step add to the weight gradient at T = 3?"


def tell(found: Found) -> Document:
    """Return the page."""
    return page(
        "hello",
        [learned_sentence(found), way_sentence(found.before, "Before training")],
        [
            Chapter("way-back", QUESTION, _way(found)),
            Chapter("three", SUMS, _three(found)),
        ],
        measured=f"{found.hidden} hidden units · {found.updates} updates · float64",
        banner=f'Each network reads "{READ}", letter by letter, and is to answer '
        f'"{ANSWERED}"; the loss is the sum of the four letters\' cross-entropies.',
        sentences=[
            way_sentence(found.after, "After training"),
            sum_sentence(found),
        ],
    )


def learned_sentence(found: Found) -> str:
    """Say which networks answer every letter."""
    right = [name for name, said in found.answers.items() if said == ANSWERED]
    parts = [
        f'{name} says "{said}"'
        for name, said in found.answers.items()
        if name not in right
    ]
    whole = f'{listed(right)} answer "{ANSWERED}" to "{READ}"'
    if not parts:
        return f"{whole}, every letter right."
    return f"{whole}; {listed(parts)}." if right else f"{listed(parts)}."


def way_sentence(ways: Mapping[str, WayBack], when: str) -> str:
    """Say what of the last letter's error is left at the first letter."""
    parts = []
    for name, way in ways.items():
        left = left_at_first(way)
        parts.append(f"{percent(left)} in the {name}")
    return (
        f'{when}, of the gradient that the error at "{ANSWERED[-1]}" has at its own '
        f'step, this arrives at "{READ[0]}", three steps before: {listed(parts)}.'
    )


def left_at_first(way: WayBack) -> float:
    """Return |dL_4/ds_1| / |dL_4/ds_4| of the state that carries most back."""
    carried = max(curve[-1, 0] for curve in way.by_state.values())
    return float(carried / way.by_state["h"][-1, -1])


def sum_sentence(found: Found) -> str:
    """Say how well the parts add up to autograd's gradient."""
    ways = [*found.before.values(), *found.after.values()]
    worst = max(way.error for way in ways)
    said = (
        "less than 10^{-12} of its largest entry"
        if worst < EXACT
        else f"{worst:.1e} of its largest entry: that is too much"
    )
    return (
        "The parts of the steps in dL/dW_{hh} add up to autograd's in every network, "
        f"before and after training; the largest difference is {said}."
    )


def _way(found: Found) -> list:
    return [
        Finding(way_sentence(found.before, "Before training")),
        Figure(
            name="way-back",
            data=_curves(found),
            alt=f"{way_sentence(found.before, 'Before training')} Curves of the "
            'gradient\'s size from "o" back to "h", and of each step\'s share.',
            caption=f'The error of the last letter, L_{{4}} ("{ANSWERED[-1]}"), on its '
            'way from the second "l" back to "h": above |dL_{4}/dh_{t}| (of an LSTM by '
            "c_{t} too, which carries past h), below the signed share of step t in "
            "dL_{4}/dW_{hh}. Left before, right after training.",
        ),
        HowToRead(
            'Read from left to right: the error starts at the step that was to say "o" '
            'and goes back letter by letter. The share at "h" is 0 whatever arrives: '
            "W_{hh} multiplied h_{0} = 0 there; what arrives teaches W_{xh}. The "
            "sentence takes of an LSTM's two gradients at a step, by h and by c, the "
            "larger one."
        ),
        Figure(
            name="all-letters",
            data=_maps(found.before),
            alt="Maps of the gradient of each letter's loss by each earlier state, "
            "before training.",
            caption="Before training, |dL_{k}/dh_{t}| of each letter's loss (rows) at "
            "each step (columns). A letter's error goes back only, so half is 0; the "
            "gradient of the summed loss at a step is the sum down its column, with "
            "directions.",
        ),
        _losses(found),
        Limits(
            "One word, one seed, few units: it shows where gradients go, not how far "
            "they reach. For that read the report of a sweep."
        ),
    ]


def _curves(found: Found) -> Panels:
    """Sizes of gradients above, shares below; before training left, after it right."""
    places = [float(lag) for lag in range(len(READ))]
    words = [(lag, _step_name(len(READ) - 1 - int(lag))) for lag in places]

    def panel(title: str, series: Sequence[Series], y: str, scale: str) -> Panel:
        x = "step, from the last back to the first"
        data = Curves(series, x, y, scale=scale, x_name="step", x_words=words)
        return Panel(title, data)

    sizes, shares = [], []
    for when, ways in (("before training", found.before), ("after it", found.after)):
        lines, parts = [], []
        for name, way in ways.items():
            for state, grid in way.by_state.items():
                several = len(way.by_state) > 1
                label = f"{name}, by {state}" if several else name
                key = KEYS[name] if state == "h" else "lstm_chrono"
                with np.errstate(divide="ignore"):
                    ln = np.log10(grid[-1, ::-1])
                lines.append(Series(label, key, places, ln.tolist()))
            parts.append(
                Series(name, KEYS[name], places, way.last_shares[::-1].tolist())
            )
        sizes.append(panel(f"gradient, {when}", lines, "size of dL_{4}/dh_{t}", "left"))
        shares.append(
            panel(f"share, {when}", parts, "share of dL_{4}/dW_{hh}", "share")
        )
    return Panels([*sizes, *shares], columns=2)


def _step_name(place: int) -> str:
    return f"{READ[place]} (t = {place + 1})"


def _maps(ways: Mapping[str, WayBack]) -> Panels:
    panels = [
        Panel(f"{name}, by {state}", _map(grid))
        for name, way in ways.items()
        for state, grid in way.by_state.items()
    ]
    return Panels(panels, columns=2)


def _map(grid: np.ndarray) -> Heatmap:
    places = range(len(grid))
    with np.errstate(divide="ignore"):
        ln = np.where(np.tri(len(grid), dtype=bool), np.log(grid), math.nan)
    return Heatmap(
        rows=[f"error at {letter}" for letter in ANSWERED],
        columns=[_step_name(t) for t in places],
        values=ln.tolist(),
        verdicts=[[""] * len(grid) for _ in places],
        row_name="loss",
        column_name="state after reading",
        marks={(k, t): significant(grid[k, t]) for k in places for t in range(k + 1)},
    )


def _losses(found: Found) -> Table:
    """Return each letter's loss, their sum, and each loss's share of dL/dW_hh."""
    rows = []
    for name, way in found.before.items():
        for when, one in (("before", way), ("after", found.after[name])):
            letters = [significant(float(loss), 3) for loss in one.losses]
            shares = [_signed(float(v)) for v in one.shares.sum(1)]
            rows.append(
                [f"{name}, {when}", *letters, significant(float(one.losses.sum()), 3)]
                + shares
            )
    heads = [
        Column(f"{letter} (k = {k})", "right") for k, letter in enumerate(ANSWERED, 1)
    ]
    return Table(
        [
            "network",
            *heads,
            Column("sum", "right"),
            *(Column(head.text, "right", "share of dL/dW_{hh}") for head in heads),
        ],
        rows,
        "The loss of each letter in nats, their sum, and each letter's signed share of "
        "the gradient by W_{hh} of that sum.",
        "losses",
        groups=range(0, len(rows), 2),
        sortable=False,
    )


def _three(found: Found) -> list:
    way = found.before["RNN"]
    return [
        Finding(three_sentence(way)),
        Formula(
            "(partial L_3) / (partial W_(h h)) = sum_(t = 0)^3 delta_t h_(t - 1)^top, "
            "quad h_(-1) = 0",
            "the gradient of the loss at T = 3 by W h h is the sum over t from 0 to 3 "
            "of delta t times h t minus 1 transposed, where h before the first step is "
            "zero",
        ),
        Prose(
            'Counted from 0, as in the text that says "T = 3 uses T = 0 to 2": the '
            f"letters {', '.join(READ)} are read at T = 0, 1, 2, 3, and the loss at "
            f'T = 3 is that of "{ANSWERED[-1]}". Its gradient by W_{{hh}} uses the '
            "states h_{0}, h_{1}, h_{2}, each with the error that came back to the "
            "step after it."
        ),
        _matrices(way),
        Limits(
            "The plain RNN before training; sums of GRU and LSTM are checked alike."
        ),
    ]


def three_sentence(way: WayBack) -> str:
    """Say what each step has of dL_3/dW_hh, and how well they add up."""
    shares = [_signed(float(v)) for v in way.last_shares]
    parts = listed([f"T = {t} has {share}" for t, share in enumerate(shares)])
    off = np.abs(way.steps[-1].sum(0) - way.last).max()
    exact = off < EXACT * np.abs(way.last).max()
    equal = (
        "equals autograd's to 10^{-12}" if exact else f"misses autograd's by {off:.1e}"
    )
    return f"Of dL/dW_{{hh}} at T = 3: {parts}; their sum {equal}."


def _signed(share: float) -> str:
    """A share in percent, exactly 0 as such."""
    return "0" if share == 0 else percent(share)


def _matrices(way: WayBack) -> Table:
    """Return the parts of the steps, entry by entry, their sum, and autograd's."""
    parts = [*way.steps[-1], way.steps[-1].sum(0), way.last]
    size = range(len(way.last))
    rows = [
        [f"{i + 1}, {j + 1}", *(_entry(float(part[i, j])) for part in parts)]
        for i in size
        for j in size
    ]
    norms = ["size", *(_entry(float(np.linalg.norm(part))) for part in parts)]
    shares = ["share", *(_signed(float(v)) for v in way.last_shares)]
    whole = float(way.last_shares.sum())
    rows += [norms, [*shares, percent(whole), ""]]
    heads = [f"T = {t}, reads {letter}" for t, letter in enumerate(READ)]
    return Table(
        ["entry of W_{hh}", *(Column(h, "right") for h in (*heads, "sum", "autograd"))],
        rows,
        "dL/dW_{hh} of the loss at T = 3, split into its steps. Size: Frobenius norm; "
        "share: the inner product with the sum, over its squared size.",
        "three",
        groups=(0, len(rows) - 2),
        sortable=False,
    )


def _entry(value: float) -> str:
    return "0" if value == 0 else f"{value:+.9f}".replace("-", "−")
