"""A made-up document with every kind of block and figure."""

from __future__ import annotations

from gradlab.report.blocks import (
    Cell,
    Chapter,
    Column,
    Command,
    Details,
    Document,
    Figure,
    Finding,
    Formula,
    HowToRead,
    Limits,
    Points,
    Prose,
    References,
    Table,
    Top,
)
from tests.report import figure_cases


ROWS = [
    ("RNN", "47.3 % ± 2.3", 0.473, "10", 10, "10^{-83}", -83, "1", "vanishing"),
    (
        "GRU, keep bias 0",
        "62.1 % ± 1.1",
        0.621,
        "14",
        14,
        "10^{-53}",
        -53,
        "1",
        "vanishing",
    ),
    (
        "GRU, keep bias 3",
        "95.6 % ± 0.04",
        0.956,
        "146",
        146,
        "10^{-5.1}",
        -5,
        "3",
        "vanishing",
    ),
    ("GRU, chrono", "99.4 % ± 0.03", 0.994, ">256", 257, "0.17", -0.7, "15", "stable"),
    (
        "LSTM, forget bias 0",
        "61.4 % ± 1.1",
        0.614,
        "13",
        13,
        "10^{-54}",
        -54,
        "1",
        "vanishing",
    ),
    (
        "LSTM, forget bias 1",
        "81.8 % ± 0.7",
        0.818,
        "32",
        32,
        "10^{-23}",
        -23,
        "1",
        "vanishing",
    ),
    (
        "LSTM, forget bias 3",
        "100.1 % ± 0.3",
        1.001,
        ">256",
        257,
        "0.6",
        -0.2,
        "1",
        "stable",
    ),
    ("LSTM, chrono", "99.4 % ± 0.03", 0.994, ">256", 257, "0.17", -0.7, "15", "stable"),
    ("LSTM, gain 8", "× 1.6", 1.6, ">256", 257, "10^{+52}", 52, "1", "exploding"),
    ("RNN, identity, relu", "", None, "3", 3, "0", None, "", "dead"),
]
QUESTIONS = {
    "reach": "How far back does the gradient reach?",
    "length": "Does a longer sequence make it worse?",
    "triangle": "What does it look like inside one sequence?",
    "weights": "Can better weights save the plain RNN?",
    "gain": "How much room is there between vanishing and exploding?",
    "blocks": "What does the cell state change?",
    "cuts": "What if we take a part away?",
    "rank": "How many directions survive?",
    "backward": "What arrives in a real backward pass?",
    "predict": "What predicts it?",
}
FINDING = (
    "The plain RNN keeps 47 % a step and is down to 1/1000 after 10 steps; LSTM and "
    "GRU at their defaults after 13 to 14; only an opened forget gate carries past 256."
)


def table() -> Table:
    """The line-up table."""
    return Table(
        [
            Column("network"),
            Column("kept per step", "right"),
            Column("[[horizon]]*", "right"),
            Column("left at 256", "right"),
            Column("[[directions]]†", "right"),
            Column("at T = 256"),
        ],
        [
            [
                r[0],
                Cell(r[1], r[2] if r[2] is not None else float("nan")),
                Cell(r[3], r[4]),
                Cell(r[5], float("nan") if r[6] is None else r[6]),
                r[7],
                Cell(r[8], verdict=r[8]),
            ]
            for r in ROWS
        ],
        "Line-up at gain 1, tanh, hidden 64.",
        "lineup",
        groups=(1, 4, 8),
        notes=[
            "\\* steps back until less than 1/1000 is left. >256: not reached in "
            "256 steps; gradlab does not extrapolate.",
            "† of 64, at lag 256 (stable rank).",
        ],
    )


def document() -> Document:
    """All kinds of blocks, in the order a section has them."""
    figures = figure_cases.usual()
    chapters = [
        Chapter(name, question, _blocks(name, figures))
        for name, question in QUESTIONS.items()
    ]
    chapters.append(
        Chapter(
            "spectrum",
            "What is the whole spectrum?",
            missing="Not measured: add `--measure spectrum`.",
        )
    )
    return Document(
        "gradlab: default sweep",
        Top(
            "sweep of 3 Sep 2027, 14:02 · 672 points, 0 failed · 51 s",
            "**Measured on untrained networks fed with noise.** It shows what reaches "
            "the past before learning starts.",
            [
                "At its defaults an LSTM loses the past almost as fast as a plain RNN.",
                "Opening its forget gate is what lets the gradient through.",
            ],
            [
                "The plain RNN keeps 47 % of a gradient per step: after 10 steps less "
                "than 1/1000 is left, after 256 steps 10^{-83}.",
                "At PyTorch's defaults gated cells hardly do better (LSTM 61 %).",
                "With the forget gate opened ([[conveyor|chrono]]) the LSTM has a "
                "sixth of it after 256 steps.",
            ],
            table(),
            [
                Prose(
                    "Glyphs: ▼ vanishing, ▽ fading, ● stable, △ growing, ▲ exploding, "
                    "? undetermined, ✕ dead, ! not finite."
                ),
                Details(
                    "How to read this report",
                    [
                        Prose("Five lines and `one` picture."),
                        Points(["first", "second"]),
                    ],
                ),
            ],
        ),
        chapters,
        {
            "horizon": "the first lag at which less than 1/1000 is left",
            "conveyor": "the product of the forget gates",
            "directions": "stable rank of the product",
        },
        {
            "hochreiter1997": "S. Hochreiter, J. Schmidhuber. Long short-term memory. "
            "Neural Computation 9(8), 1997.",
            "pascanu2013": "R. Pascanu, T. Mikolov, Y. Bengio. On the difficulty of "
            "training recurrent neural networks. ICML 2013.",
        },
        "Made by gradlab 0.1.0.",
    )


def _blocks(name: str, figures: dict) -> list:
    found = [
        Finding(FINDING),
        Figure(
            name,
            figures[name],
            f"Figure {name}: the RNN falls to 10^-83, the LSTM with chrono keeps 0.17",
            f"{FINDING} Held: weights PyTorch default, gain 1; typical (geometric "
            "mean) of 5 seeds; band: lowest to highest of 5 seeds.",
        ),
    ]
    if name == "blocks":
        found.append(
            Figure(
                "roads",
                figures["roads"],
                "Roads: conveyor and detours",
                "Total, conveyor, detours.",
                "chrono: the conveyor does it",
            )
        )
    return [
        *found,
        HowToRead(
            "Each gridline is a thousand times smaller. A curve that reaches the "
            "grey band has vanished, by this report's rule."
        ),
        Formula(
            "norm((partial s_T) / (partial s_t)) = norm(J_T J_(T-1) dots.c J_(t+1))",
            "the size of d s T by d s t is the norm of the product of Jacobians",
        ),
        Command("gradlab sweep --cell lstm --forget-bias 0:6:1", "This figure again:"),
        Limits("A live gradient is necessary, not sufficient."),
        References(["hochreiter1997", "pascanu2013"]),
    ]
