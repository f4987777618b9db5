"""The page of a watched training: reach, gates and findings over updates.

In English alone: it is written while a model is trained, for who trains it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from gradlab.errors import ConfigError
from gradlab.report import build, watched_layer
from gradlab.report.blocks import (
    Block,
    Chapter,
    Document,
    Figure,
    Finding,
    Prose,
    Table,
    Top,
)
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.inline import literal
from gradlab.report.numbers import left, listed, significant, steps
from gradlab.report.words import speaking
from gradlab.watching.finding import Finding as Found
from gradlab.watching.history import History, LayerRow


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
        watched_layer.chapter(number, name, history.of(name))
        for number, name in enumerate(history.names, 1)
    ]
    return Document(
        title=f"A training of {literal(model)}, watched",
        top=_top(model, history, findings),
        chapters=[*chapters, _model(history)],
        footer="Written by gradlab.watch.",
    )


def _top(model: str, history: History, findings: Sequence[Found]) -> Top:
    last = history.updates[-1]
    count = max(row.sequences for row in last.layers) if last.layers else 0
    rows = [row for row in last.layers if row.product]
    sentences = [
        f"{literal(row.name)} at update {last.update:,}: horizon "
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
        return literal(model)
    more = [f"{len(names) - 6} more"] if len(names) > 6 else []
    return literal(f"{model}, layers {', '.join([*names[:6], *more])}")


def _findings(findings: Sequence[Found]) -> Chapter:
    table = Table(
        ["Update", "What", "Where", "Step", "Gate or weight", "How sure"],
        [
            [
                f"{one.update:,}",
                one.kind,
                literal(", ".join([one.where, *one.others])),
                _step(one),
                literal((one.gate or "").replace("_", " ")),
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
    sentences: list[Block] = [Finding(f"{literal(look)}.")]
    sentences += [Prose(_sentence(one)) for one in findings[1:]]
    if clause := next(filter(None, (one.remedy for one in findings)), ""):
        sentences.append(Prose(literal(clause) + "."))
    return Chapter("findings", "What is wrong, and where first?", (*sentences, table))


def _step(finding: Found) -> str:
    """Return the step, with how far it is from the sequences' ends."""
    if finding.step is None:
        return ""
    if finding.length is None:
        return f"{finding.step:,}"
    back = finding.length - finding.step
    return f"{finding.step:,} ({back:,} of {finding.length:,} back)"


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
    return f"At update {finding.update:,} {literal(finding.text)}."
