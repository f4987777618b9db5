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
from gradlab.report.figures.scale import verdict_of
from gradlab.report.figures.style import GATES
from gradlab.report.numbers import left, listed, significant, steps
from gradlab.report.words import speaking
from gradlab.watching.finding import Finding as Found
from gradlab.watching.history import History, LayerRow


ROWS = 12
"""Updates of a map."""
NOTHING = (
    "Nothing was found: over its whole sequence, no layer clearly makes a gradient "
    "1000 times smaller or larger."
)


def write(
    model: str, history: History, findings: Sequence[Found], path: str | Path
) -> Path:
    """Write what was watched as an HTML page; return its path.

    Args:
        model: the name of its class.
        history: the measured updates.
        findings: in the order in which they were seen.
        path: of the page.

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
        return build.write_page(compose(model, history, findings), Path(path))


def compose(model: str, history: History, findings: Sequence[Found]) -> Document:
    """Return the page of a watched training of a model of that class."""
    chapters = [_findings(findings)] if findings else []
    chapters += [
        chapter
        for number, name in enumerate(history.names, 1)
        for chapter in _layer(number, name, history.of(name))
    ]
    return Document(
        title=f"A training of {_plain(model)}, watched",
        top=_top(model, history, findings),
        chapters=[*chapters, _model(history)],
        footer="Written by gradlab.watch.",
    )


def _top(model: str, history: History, findings: Sequence[Found]) -> Top:
    last = history.updates[-1]
    count = max(row.sequences for row in last.layers) if last.layers else 0
    rows = [row for row in last.layers if row.product]
    sentences = [
        f"{_plain(row.name)} at update {last.update:,}: horizon "
        f"{steps(row.horizon, row.length)}, reach {steps(row.reach, row.length)}, of "
        f"{row.length:,} steps."
        for row in rows[:6]
    ]
    return Top(
        provenance=f"{_watched(model, history.names)}: updates "
        f"{history.updates[0].update:,} to {last.update:,}, "
        f"{history.measured:,} of them measured",
        banner="Measured while the model was trained: before these updates, on the "
        f"first {count} sequences of the batch. Horizon: steps back until less than "
        "1/1000 of any gradient is left, estimated from four random cotangents. Reach: "
        "the last step back with 1/1000 of the loss's own largest gradient.",
        headline=[_sentence(findings[0]) if findings else NOTHING],
        sentences=sentences,
    )


def _watched(model: str, names: Sequence[str]) -> str:
    """Return the model's class and its watched layers, the first six by name."""
    if tuple(names) == (model,):
        return _plain(model)
    more = [f"{len(names) - 6} more"] if len(names) > 6 else []
    return _plain(f"{model}, layers {', '.join([*names[:6], *more])}")


def _findings(findings: Sequence[Found]) -> Chapter:
    table = Table(
        ["Update", "What", "Where", "Step", "Gate or weight", "How sure"],
        [
            [
                f"{one.update:,}",
                one.kind,
                _plain(", ".join([one.where, *one.others])),
                _step(one),
                _plain((one.gate or "").replace("_", " ")),
                one.certainty,
            ]
            for one in findings
        ],
        caption="What was found, at the update at which it was first seen. The first "
        "place is where to look first.",
        name="findings",
    )
    first = findings[0]
    look = f"Look at {first.where} first: {first.kind}, seen at update {first.update:,}"
    look += f"; {listed(list(first.others))} too" if first.others else ""
    sentences: list[Block] = [Finding(f"{_plain(look)}.")]
    sentences += [Prose(_sentence(one)) for one in findings[1:]]
    if clause := next(filter(None, (one.remedy for one in findings)), ""):
        sentences.append(Prose(_plain(clause) + "."))
    return Chapter("findings", "What is wrong, and where first?", (*sentences, table))


def _step(finding: Found) -> str:
    """Return the step, with how far it is from the sequences' ends."""
    if finding.step is None:
        return ""
    if finding.length is None:
        return f"{finding.step:,}"
    back = finding.length - finding.step
    return f"{finding.step:,} ({back:,} of {finding.length:,} back)"


def _layer(
    number: int, name: str, rows: Sequence[tuple[int, LayerRow]]
) -> Iterator[Chapter]:
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
    yield Chapter(f"layer-{number}", f"How far back does {_plain(name)} reach?", blocks)


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


def _sentence(finding: Found) -> str:
    """Return what was found, and when: a later update may be without it."""
    return f"At update {finding.update:,} {_plain(finding.text)}."


def _plain(text: str) -> str:
    """Return text in which nothing is markup."""
    return re.sub(r"([*`^_\[\\])", r"\\\1", text)
