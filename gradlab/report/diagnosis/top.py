"""The first screen: what was measured, the answer, a row for each layer."""

from __future__ import annotations

import math
from collections.abc import Iterable

from gradlab.diagnosis import Diagnosed, Finding, LayerResult
from gradlab.report import inline, numbers
from gradlab.report.blocks import (
    Block,
    Cell,
    Column,
    Details,
    Points,
    Prose,
    Table,
    Top,
)
from gradlab.report.diagnosis import shown
from gradlab.report.words import spoken
from gradlab.statistics import THRESHOLDS


ALIKE = 4
"""Layers named of those that have the same finding."""


def top(diagnosis: Diagnosed) -> Top:
    """Return the first screen."""
    return Top(
        provenance=provenance(diagnosis),
        banner=f"Measured on one batch, {_weights(diagnosis)}. {parity(diagnosis)}",
        headline=headline(diagnosis),
        sentences=answer(diagnosis),
        table=layer_table(diagnosis),
        blocks=_below(diagnosis),
    )


def _weights(diagnosis: Diagnosed) -> str:
    if diagnosis.trained:
        return "with weights that were trained, before any retraining"
    return "with the model's weights as they are"


def provenance(diagnosis: Diagnosed) -> str:
    """Return what was measured: model, checkpoint, batch, loss, mode."""
    checkpoint = (
        f"checkpoint {inline.literal(diagnosis.checkpoint)}"
        if diagnosis.checkpoint
        else "weights as the model has them, no checkpoint named"
    )
    mode = "training" if diagnosis.training else "evaluation"
    return " · ".join(
        (
            f"diagnosis of {inline.literal(diagnosis.model)}",
            checkpoint,
            f"batch: {inline.literal(diagnosis.batch.strip())}",
            f"loss {inline.literal(diagnosis.loss)} = {diagnosis.loss_value:.4g}",
            f"in {mode} mode",
        )
    )


def parity(diagnosis: Diagnosed) -> str:
    """Return how far the replay is from torch's own modules."""
    if not diagnosis.parity:
        return "Not compared with torch's own modules: not all numbers are finite."
    worst, tolerance = diagnosis.parity["worst"], diagnosis.parity["tolerance"]
    return (
        f"Replayed step by step: it differs from torch's own modules by {worst:.1g} of "
        f"the largest entry at most ({diagnosis.parity['dtype']}, tolerance "
        f"{tolerance:g})."
    )


def headline(diagnosis: Diagnosed) -> tuple[str, ...]:
    """Return what is wrong first, or that nothing is."""
    if not diagnosis.findings:
        return ("Nothing was found that keeps this model's gradients from the past.",)
    first = diagnosis.findings[0]
    where = shown.unbroken(first.where)
    layer = next((one for one in diagnosis.layers if one.name == first.where), None)
    if first.kind == "vanishing" and layer is not None:
        lost = [one for one in diagnosis.layers if one.reach.verdict == "vanishing"]
        more = _count(len(lost), len(diagnosis.layers))
        return (
            f"{more}Less than 1/1000 is left in {where} after "
            f"{shown.horizon(layer.reach, layer.steps)} of {layer.steps:,} steps.",
        )
    if first.kind == "exploding" and layer is not None:
        left = numbers.times(layer.reach.ln_left)
        return (
            f"The gradient explodes in {where}: {left} times as large after "
            f"{layer.steps:,} steps.",
        )
    return (
        {
            "dead": f"Nothing at all reaches the first step of {where}.",
            "nonfinite": f"Numbers that are not finite begin in {where}.",
            "detached": f"The state of {where} is detached: no gradient crosses that.",
            "unreached": f"A call of {where} has no part in the loss.",
            "saturated": f"Gates of {where} are saturated.",
            "large": f"The recurrent weights of {where} are large.",
            "hidden": f"The loss hides what {where} loses.",
        }.get(first.kind, shown.text(first.text)),
    )


def _count(lost: int, count: int) -> str:
    """Return how many layers lose their gradient, where there are several."""
    if count == 1:
        return ""
    if lost < count:
        verb = "loses its gradient" if lost == 1 else "lose their gradient"
        return f"{lost} of {count} layers {verb}. "
    which = "Both" if count == 2 else f"All {count}"
    return f"{which} layers lose their gradient. "


def answer(diagnosis: Diagnosed) -> tuple[str, ...]:
    """Return one sentence a kind of finding, the first culprit first, with its cause.

    Of no finding, what the layer that keeps least has, and one that grows.
    """
    if not diagnosis.findings:
        return (_worst(diagnosis),)
    by_kind: dict[str, list[Finding]] = {}
    for finding in diagnosis.findings:
        by_kind.setdefault(finding.kind, []).append(finding)
    return tuple(_of_kind(group) for group in by_kind.values())


def _of_kind(group: list[Finding]) -> str:
    others = [f.where for f in group[1:]]
    text = sentence(group[0])
    if not others:
        return text
    named = ", ".join(inline.literal(name) for name in others[:ALIKE])
    more = f" and {len(others) - ALIKE} more" if len(others) > ALIKE else ""
    return f"{text} The same kind in {named}{more}."


def sentence(finding: Finding) -> str:
    """Return a finding with its cause."""
    text = f"{shown.text(finding.text)}."
    return f"{text} Cause: {shown.text(finding.cause)}." if finding.cause else text


def _worst(diagnosis: Diagnosed) -> str:
    known = [one for one in diagnosis.layers if math.isfinite(one.reach.ln_left)]
    if not known:
        return "No layer has more than one step, so that no gradient has a way back."
    worst = min(known, key=lambda one: one.reach.ln_left)
    text = (
        f"The least is left in {_left(worst)}, a horizon of "
        f"{shown.horizon(worst.reach, worst.steps)} steps."
    )
    most = max(known, key=lambda one: one.reach.ln_left)
    if most is worst or most.reach.verdict != "growing":
        return text
    return f"{text} The most is left in {_left(most)}."


def _left(layer: LayerResult) -> str:
    return (
        f"{shown.name(layer)}: "
        f"{numbers.kept_or_grows(layer.reach.ln_left / layer.steps)} per step, "
        f"{numbers.left(layer.reach.ln_left)} after {layer.steps:,} steps "
        f"({_word(layer.reach.verdict)})"
    )


def _word(verdict: str) -> str:
    return str(spoken("names").VERDICTS[verdict])


def layer_table(diagnosis: Diagnosed) -> Table:
    """Return one row a layer."""
    modules = [layer.module for layer in diagnosis.layers]
    return Table(
        columns=[
            Column("layer"),
            Column("[[kept per step]]", "right"),
            Column("[[horizon]]*", "right", "steps"),
            Column("steps", "right", "of the batch"),
            Column("left at the first step", "right"),
            Column("singular values†", "right", "above 1/1000"),
            Column("verdict"),
        ],
        rows=[_row(layer) for layer in diagnosis.layers],
        caption=rule(),
        name="layers",
        groups=tuple(i for i in range(1, len(modules)) if modules[i] != modules[i - 1]),
        notes=_notes(diagnosis.layers),
    )


def rule() -> str:
    """Return the verdicts' rule."""
    low, fading, high, most = map(numbers.fraction, THRESHOLDS)
    return (
        f"Each layer and direction. Verdict, by what is left at the first step: ▼ "
        f"vanishing below {low}, ▽ fading below {fading}, ● stable up to {high}, △ "
        f"growing up to {most}, ▲ exploding above; ✕ dead: exactly 0."
    )


def _row(layer: LayerResult) -> list[Cell]:
    reach, rate = layer.reach, layer.reach.ln_left / layer.steps
    word = reach.verdict
    ln = -1e300 if reach.ln_left == -math.inf else reach.ln_left
    return [
        Cell(shown.name(layer)),
        Cell(numbers.kept_or_grows(rate), rate),
        Cell(shown.horizon(reach, layer.steps), reach.horizon),
        Cell(shown.steps(layer), float(layer.longest)),
        Cell(numbers.left(reach.ln_left), ln),
        Cell(shown.singular_values(reach, layer), reach.singular_values),
        Cell(_word(word) if word else "a single step", verdict=word or None),
    ]


def _notes(layers: Iterable[LayerResult]) -> list[str]:
    every = list(layers)
    notes = [
        "\\* steps back until less than 1/1000 is left; >T: not reached in the T steps "
        "measured, and nothing is extrapolated. † how many singular values of the "
        "derivative of the whole state at T by that at 0 are above 1/1000, mean over "
        "sequences, of all that it has: as many as the state is wide (an LSTM's is h "
        "and c together). A gradient along the others is lost."
    ]
    if any(one.steps not in (one.longest,) for one in every):
        notes.append(
            "Sequences differ in length: T steps are measured, of sequences that have "
            "as many, aligned at their ends."
        )
    if any(map(shown.is_reverse, every)):
        notes.append(
            "A reverse direction reads the last element first: that is its step 1."
        )
    return notes


def _below(diagnosis: Diagnosed) -> list[Block]:
    kinds = {finding.kind for finding in diagnosis.findings}
    blocks: list[Block] = []
    if len(diagnosis.findings) > len(kinds):
        items = [sentence(finding) for finding in diagnosis.findings]
        summary = f"All {len(items)} findings, the first culprit first"
        blocks.append(Details(summary, [Points(items, ordered=True)]))
    kind = {layer.module: layer.kind for layer in diagnosis.layers}
    modules = "; ".join(
        f"{inline.literal(name)}: `{text.replace('`', '')}`"
        for name, text in kind.items()
    )
    return [*blocks, Prose(f"Modules: {modules}.")]
