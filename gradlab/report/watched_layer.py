"""The chapter of one layer of a watched training: maps, reach and gates."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradlab.report.blocks import (
    Block,
    Chapter,
    Figure,
    Finding,
    HowToRead,
    Limits,
)
from gradlab.report.figures.base import thinned
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.figures.scale import verdict_of
from gradlab.report.figures.style import GATES
from gradlab.report.inline import literal
from gradlab.report.numbers import steps
from gradlab.watching.history import LayerRow


ROWS = 12
"""Updates of a map."""


def chapter(number: int, name: str, rows: Sequence[tuple[int, LayerRow]]) -> Chapter:
    """Return how far back a layer reaches, by update.

    Args:
        number: of the layer, from 1.
        name: of the layer.
        rows: update and what was measured then.
    """
    (first, early), (last, late) = rows[0], rows[-1]
    shown = [rows[i] for i in thinned(len(rows), ROWS)]
    finding = (
        f"At update {first:,} the horizon is {steps(early.horizon, early.length)} of "
        f"{early.length:,} steps, at update {last:,} it is "
        f"{steps(late.horizon, late.length)} of {late.length:,}."
    )
    blocks: list[Block] = [
        Finding(finding),
        Figure(
            f"left-{number}",
            Panels(
                [
                    Panel(
                        "of any gradient (horizon, estimate)",
                        _map(shown, products=True),
                    ),
                    Panel("of the loss's own (reach)", _map(shown, products=False)),
                ],
                columns=1,
            ),
            alt=f"What is left of a gradient in {name} by update and steps back. "
            + finding,
            caption="What is left of a gradient, by update and by steps back from the "
            "sequences' ends: above of the spectral norm of ds_{T}/ds_{t}, below of "
            "|dL/ds_{t}|, of h and c together, against its largest value: reach is its "
            f"last step back that is not below 1/1000.{_of_underflow(shown)}",
        ),
        HowToRead(
            "A row is an update, a column a distance in steps, the number a power of "
            "ten: ▼ below 1/1000, ● within a factor of ten, ▲ above 1000, ▽ and △ "
            "between, ✕ exactly 0. Where the upper map "
            "fades and the lower one does not, the loss itself acts at early steps and "
            "hides that nothing reaches them from the end. Where the lower one alone "
            "fades, the layer would pass more on than this loss sends."
        ),
        Figure(
            f"reach-{number}",
            _reach(rows),
            alt=f"How many steps back a gradient reaches in {name}, by update.",
            caption="First step back at which less than 1/1000 is left of any gradient "
            "(horizon), and the last one with 1/1000 of the loss's largest (reach). On "
            f"top, {_beyond(rows)}: not within the sequence.",
        ),
    ]
    if late.gates:
        blocks.append(
            Figure(
                f"gates-{number}",
                _gates(rows),
                alt=f"Mean value of each gate of {name}, by update.",
                caption="Means over steps, sequences and units.",
            )
        )
    blocks.append(Limits("Other batches: each update has its own."))
    return Chapter(
        f"layer-{number}", f"How far back does {literal(name)} reach?", blocks
    )


def _map(rows: Sequence[tuple[int, LayerRow]], *, products: bool) -> Heatmap:
    longest = max(row.length for _, row in rows)
    lags = [2**k for k in range(longest.bit_length()) if 2**k < longest] + [longest]
    values = [_left(row, products, lags) for _, row in rows]
    lost = {
        (r, c): row.dtype
        for r, (_, row) in enumerate(rows)
        for c, lag in enumerate(lags)
        # NaN where it is another layer's that underflows
        if not products and values[r][c] == -math.inf and not lag < row.underflow
    }
    return Heatmap(
        rows=[f"{update:,}" for update, _ in rows],
        columns=[f"{lag:,}" for lag in lags],
        values=values,
        verdicts=[
            ["vanishing" if (r, c) in lost else verdict_of(value) for c, value in row]
            for r, row in enumerate(map(list, map(enumerate, values)))
        ],
        row_name="update",
        column_name="steps back",
        marks=dict.fromkeys(lost, "0"),
        details={place: f"underflows {dtype}" for place, dtype in lost.items()},
    )


def _of_underflow(rows: Sequence[tuple[int, LayerRow]]) -> str:
    """Return the sentence that explains a map's mark; empty where there is none."""
    lost = [row for _, row in rows if not row.underflow == math.inf]
    if not lost:
        return ""
    return f" ▼ 0: underflows {lost[0].dtype} on the way, and is no exact zero."


def _left(row: LayerRow, products: bool, lags: Sequence[int]) -> list[float]:
    """Return ln of what is left at some lags; NaN beyond the sequences."""
    curve = row.product if products else row.together
    known = dict(zip(row.lags, curve, strict=True))
    return [known.get(lag, math.nan) for lag in lags]


def _reach(rows: Sequence[tuple[int, LayerRow]]) -> Curves:
    updates = [update for update, _ in rows]
    curves = {
        "horizon": ("total", [row.horizon for _, row in rows]),
        "reach": ("detours", [row.reach for _, row in rows]),
        "horizon, exact": ("conveyor", [row.exact_horizon for _, row in rows]),
    }
    top = 1.12 * max(row.length for _, row in rows)
    series = [
        Series(
            name,
            key,
            updates,
            [
                top if value > row.length else value
                for value, (_, row) in zip(values, rows, strict=True)
            ],
            end=_beyond(rows[-1:]) if values[-1] > rows[-1][1].length else "",
        )
        for name, (key, values) in curves.items()
        if any(value == value for value in values)
    ]
    return Curves(
        series,
        "update",
        "steps back",
        scale="linear",
        x_name="update",
        tall=0.8,
        y_words=[(0.0, "0"), (top, _beyond(rows))],
    )


def _beyond(rows: Sequence[tuple[int, LayerRow]]) -> str:
    """Return how a distance is written that does not end within the sequences."""
    lengths = {row.length for _, row in rows}
    return f">{lengths.pop():,}" if len(lengths) == 1 else ">T"


def _gates(rows: Sequence[tuple[int, LayerRow]]) -> Panels:
    """Return a panel a gate: their means often are the same."""
    updates = [update for update, _ in rows]
    panels = []
    for gate in rows[-1][1].gates:
        if gate != "candidate":
            name, means = gate.replace("_", " "), [row.gates[gate] for _, row in rows]
            series = [Series(name, GATES.get(gate, "other1"), updates, means)]
            panels.append(
                Panel(name, Curves(series, "update", "mean", "share", x_name="update"))
            )
    return Panels(panels, columns=3)
