"""The page of a watched training: reach, gates and findings over updates.

In English alone: it is written while a model is trained, for who trains it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from gradlab.errors import ConfigError
from gradlab.report import build
from gradlab.report.blocks import (
    Block,
    Chapter,
    Document,
    Figure,
    Finding,
    HowToRead,
    Limits,
    Prose,
    Table,
    Top,
)
from gradlab.report.figures.base import thinned
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.figures.style import GATES
from gradlab.report.numbers import left, significant
from gradlab.report.words import speaking
from gradlab.watching.finding import Finding as Found
from gradlab.watching.history import History, LayerRow


ROWS = 12
"""Updates of a map."""


def write(history: History, findings: Sequence[Found], path: str | Path) -> Path:
    """Write what was watched as an HTML page; return its path.

    Raises:
        ConfigError: nothing was measured.
        StoreError: the file cannot be written, or is not gradlab's.
    """
    if not any(update.layers for update in history.updates):
        raise ConfigError(
            got="a watch that has measured no update",
            expected="one update at least with a backward pass through the model",
            try_="w.report(path) after training",
        )
    with speaking("en"):
        return build.write_page(compose(history, findings), Path(path))


def compose(history: History, findings: Sequence[Found]) -> Document:
    """Return the page of a watched training."""
    chapters = [_findings(findings)] if findings else []
    chapters += [
        chapter
        for number, name in enumerate(history.names, 1)
        for chapter in _layer(number, name, history.of(name))
    ]
    return Document(
        title="A training, watched",
        top=_top(history, findings),
        chapters=[*chapters, _model(history)],
        footer="Written by gradlab.watch.",
    )


def _top(history: History, findings: Sequence[Found]) -> Top:
    last = history.updates[-1]
    count = max(row.sequences for row in last.layers) if last.layers else 0
    rows = [row for row in last.layers if row.product]
    sentences = [
        f"{_plain(row.name)}: at update {last.update:,} a gradient reaches "
        f"{_steps(row.horizon, row.length)} of {row.length:,} steps back, that of the "
        f"loss itself {_steps(row.reach, row.length)}."
        for row in rows[:6]
    ]
    return Top(
        provenance=f"updates {history.updates[0].update:,} to {last.update:,}, "
        f"{len(history.updates):,} of them measured",
        banner="Measured while the model was trained: before these updates, on the "
        f"first {count} sequences of the batch. How far a gradient reaches is an "
        "estimate from four random cotangents.",
        headline=[_plain(findings[0].text) + "." if findings else "Nothing was found."],
        sentences=sentences,
    )


def _findings(findings: Sequence[Found]) -> Chapter:
    table = Table(
        ["Update", "What", "Where", "Step", "Gate or weight", "How sure"],
        [
            [
                f"{one.update:,}",
                one.kind,
                _plain(", ".join([one.where, *one.others])),
                "" if one.step is None else f"{one.step:,}",
                _plain((one.gate or "").replace("_", " ")),
                one.certainty,
            ]
            for one in findings
        ],
        caption="What was found, at the update at which it was first seen. The first "
        "place is where to look first.",
        name="findings",
    )
    sentences: list[Block] = [Finding(_plain(findings[0].text) + ".")]
    sentences += [Prose(_plain(one.text) + ".") for one in findings[1:]]
    return Chapter("findings", "What is wrong, and where first?", (*sentences, table))


def _layer(
    number: int, name: str, rows: Sequence[tuple[int, LayerRow]]
) -> Iterator[Chapter]:
    (first, early), (last, late) = rows[0], rows[-1]
    shown = [rows[i] for i in thinned(len(rows), ROWS)]
    finding = (
        f"At update {first:,} a gradient {_reached(early.horizon, early.length)}, at "
        f"update {last:,} it {_reached(late.horizon, late.length)}."
    )
    blocks: list[Block] = [
        Finding(finding),
        Figure(
            f"left-{number}",
            Panels(
                [
                    Panel("of any gradient (estimate)", _map(shown, products=True)),
                    Panel("of the loss's own", _map(shown, products=False)),
                ],
                columns=1,
            ),
            alt=f"What is left of a gradient in {name} by update and steps back. "
            + finding,
            caption="What is left of a gradient, by update and by steps back from the "
            "sequences' ends: above of the spectral norm of ds_{T}/ds_{t}, below of "
            "|dL/dh_{t}|, against its largest value.",
        ),
        HowToRead(
            "A row is an update, a column a distance in steps. Where the upper map "
            "fades and the lower one does not, the loss itself acts at early steps and "
            "hides that nothing reaches them from the end."
        ),
        Figure(
            f"reach-{number}",
            _reach(rows),
            alt=f"How many steps back a gradient reaches in {name}, by update.",
            caption="First step back at which less than 1/1000 is left of any gradient "
            "(horizon), and the last one with 1/1000 of the loss's largest (reach; of "
            "h and c together). At the sequences' length where neither ends before.",
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
    yield Chapter(f"layer-{number}", f"How far back does {_plain(name)} reach?", blocks)


def _map(rows: Sequence[tuple[int, LayerRow]], *, products: bool) -> Heatmap:
    longest = max(row.length for _, row in rows)
    lags = [2**k for k in range(longest.bit_length()) if 2**k < longest]
    return Heatmap(
        rows=[f"{update:,}" for update, _ in rows],
        columns=[*(f"{lag:,}" for lag in lags), f"{longest:,}"],
        values=[_left(row, products, [*lags, longest]) for _, row in rows],
        row_name="update",
        column_name="steps back",
    )


def _left(row: LayerRow, products: bool, lags: Sequence[int]) -> list[float]:
    """Return ln of what is left at some lags; NaN beyond the sequences."""
    curve = row.product if products else row.by_state["h"]
    known = dict(zip(row.lags, curve, strict=True))
    most = 0.0 if products else max(curve)
    return [known.get(lag, math.nan) - most for lag in lags]


def _reach(rows: Sequence[tuple[int, LayerRow]]) -> Curves:
    updates = [update for update, _ in rows]
    horizons = [min(row.horizon, row.length) for _, row in rows]
    reaches = [min(row.reach, row.length) for _, row in rows]
    series = [
        Series("horizon", "total", updates, horizons),
        Series("reach", "detours", updates, reaches),
    ]
    exact = [min(row.exact_horizon, row.length) for _, row in rows]
    if any(value == value for value in exact):
        series.append(Series("horizon, exact", "conveyor", updates, exact))
    return Curves(
        series, "update", "steps back", scale="linear", x_name="update", tall=0.8
    )


def _gates(rows: Sequence[tuple[int, LayerRow]]) -> Curves:
    updates = [update for update, _ in rows]
    names = [name for name in rows[-1][1].gates if name != "candidate"]
    return Curves(
        [
            Series(
                name.replace("_", " "),
                GATES.get(name, "other1"),
                updates,
                [row.gates[name] for _, row in rows],
            )
            for name in names
        ],
        "update",
        "mean",
        scale="share",
        x_name="update",
        tall=0.8,
    )


def _model(history: History) -> Chapter:
    updates = [row.update for row in history.updates]
    panels = []
    for title, values in (
        ("loss", [row.loss for row in history.updates]),
        ("norm of the gradient", [row.gradient_norm for row in history.updates]),
        ("factor of clipping", [row.clip for row in history.updates]),
        *(
            (
                f"|change| / |weights|, {name}",
                [_ratio(update.layers, name) for update in history.updates],
            )
            for name in history.names
        ),
    ):
        if any(math.isfinite(value) for value in values):
            series = [Series(title, "total", updates, values)]
            data = Curves(series, "update", "", scale="linear", x_name="update")
            panels.append(Panel(title, data))
    last = history.updates[-1]
    clip = significant(last.clip) if math.isfinite(last.clip) else "unknown"
    finding = (
        f"At update {last.update:,} the norm of all gradients was "
        f"{left(math.log(last.gradient_norm)) if last.gradient_norm > 0 else 'unknown'}"
        f", and clipping multiplied it by {clip}."
    )
    return Chapter(
        "updates",
        "How large are gradients and updates?",
        (
            Finding(finding),
            Figure(
                "updates",
                Panels(panels, share_y=False),
                alt="Loss, norm of the gradient, clipping and relative change of the "
                "recurrent weights, by update.",
                caption="The norm is of all parameters, before clipping; the factor "
                "is the norm at the update over it, 1 without clipping. Changes are of "
                "the recurrent weights by that one update.",
            ),
        ),
    )


def _ratio(rows: Sequence[LayerRow], name: str) -> float:
    return next((row.update_ratio for row in rows if row.name == name), math.nan)


def _reached(horizon: float, length: int) -> str:
    """Return what a gradient does within T steps, as the rest of a sentence.

    >>> _reached(18.0, 120), _reached(float("inf"), 120)
    ('is below 1/1000 after 18 of 120 steps', 'keeps 1/1000 or more over all 120 steps')
    """
    if horizon > length:
        return f"keeps 1/1000 or more over all {length:,} steps"
    return f"is below 1/1000 after {horizon:,.0f} of {length:,} steps"


def _steps(value: float, length: int) -> str:
    """Return a distance in words: ``18``, ``all 200``."""
    return f"all {length:,}" if value >= length else f"{value:,.0f}"


def _plain(text: str) -> str:
    """Return text in which nothing is markup."""
    return re.sub(r"([*`^_\[\\])", r"\\\1", text)
