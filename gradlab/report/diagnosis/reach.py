"""How far back does the gradient reach? The Jacobian product against lag."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradlab.diagnosis import Diagnosed, LayerResult
from gradlab.report import inline, numbers
from gradlab.report.blocks import (
    Block,
    Chapter,
    Details,
    Figure,
    Finding,
    Formula,
    HowToRead,
    Limits,
    References,
)
from gradlab.report.diagnosis import shown
from gradlab.report.diagnosis.shown import Shown
from gradlab.report.figures.curves import Crossing, Curves, Series
from gradlab.report.words import spoken


QUESTION = "How far back does the gradient reach?"


def chapter(diagnosis: Diagnosed) -> Chapter:
    """Return curves of what is left, a layer each, to the length trained on."""
    layers = shown.measured(diagnosis.layers)
    if not layers:
        missing = "No layer has more than one step: there is no way back."
        return Chapter("reach", QUESTION, missing=missing)
    finding, w = _finding(layers), spoken("how_far")
    drawn = shown.shown(one for one in layers if not math.isnan(one.reach.ln_left))
    if not drawn:
        return Chapter("reach", QUESTION, [Finding(finding)])
    longest = max(one.longest for one in layers)
    data = Curves(
        series=[_series(one) for one in drawn],
        x_label="lag: steps back from the end",
        y_label="what is left of the gradient",
        shade=w.SHADE,
        x_end=float(longest),
        x_marks=_marks(layers, longest),
    )
    ends = " ".join(
        f"{one.name}: {_left(one)} at lag {one.steps}."
        for one in (d.layer for d in drawn)
    )
    figure = Figure(
        name="reach",
        data=data,
        alt=f"{inline.plain(finding)} Curves of what is left against lag, from 1 at "
        f"lag 0 to the longest sequence, {longest} steps. {ends}",
        caption=_caption(layers, len(drawn)),
    )
    how = (
        "Further right is further back. A dot marks the [[horizon]], where less than "
        "1/1000 is left; an open dot with > means: not reached. A straight falling "
        "line loses the same share at every step."
    )
    limits = (
        "It is the network's own derivative, whatever the loss: what the loss sends "
        "back is in the next section."
    )
    formula = Formula(w.FORMULA, w.SPOKEN)
    method = Details(
        "The formula", [formula, References(("pascanu2013",))], at_end=True
    )
    blocks: list[Block] = [
        Finding(finding),
        figure,
        HowToRead(how),
        Limits(limits),
        method,
    ]
    return Chapter("reach", QUESTION, blocks)


def _left(layer: LayerResult) -> str:
    return inline.plain(numbers.left(layer.reach.ln_left))


def _marks(layers: Sequence[LayerResult], longest: int) -> list[tuple[float, str]]:
    """Return a mark at the longest sequence, where it is longer than what is drawn."""
    if longest == max(one.steps for one in layers):
        return []
    return [(float(longest), f"longest sequence: {longest:,}")]


def _series(one: Shown) -> Series:
    record, reach = one.layer.records["spectral_norm"], one.layer.reach
    lags, ln = record.sel(block="joint").curve()
    dot = None
    if math.isfinite(reach.horizon):
        words = shown.horizon(reach, one.layer.steps)
        dot = Crossing(reach.horizon, -3.0, words)
    open_end = reach.horizon == math.inf and math.isfinite(reach.ln_left)
    return shown.series(
        one.label,
        one.key,
        lags,
        ln,
        crossing=dot,
        end=shown.horizon(reach, one.layer.steps) if open_end else "",
        open_end=open_end,
    )


def _finding(layers: Sequence[LayerResult]) -> str:
    known = [one for one in layers if not math.isnan(one.reach.ln_left)]
    if not known:
        return "Not all numbers are finite, so that no product could be measured."
    least = min(known, key=lambda one: (one.reach.horizon, one.reach.ln_left))
    most = max(known, key=lambda one: one.reach.ln_left)
    sentences = [_of(least)]
    if most is not least and most.reach.verdict != least.reach.verdict:
        sentences.append(_of(most))
    elif len(known) > 1 and math.isfinite(least.reach.horizon):
        far = max(known, key=lambda one: one.reach.horizon)
        reached = shown.horizon(far.reach, far.steps)
        sentences.append(
            f"Of all layers {shown.name(far)} reaches furthest: {reached} steps."
        )
    return " ".join(sentences)


def _of(layer: LayerResult) -> str:
    name, reach = shown.name(layer), layer.reach
    left = numbers.left(reach.ln_left)
    if math.isfinite(reach.horizon):
        return (
            f"Less than 1/1000 of a gradient is left in {name} after "
            f"{shown.horizon(reach, layer.steps)} steps; sequences have up to "
            f"{layer.longest:,}."
        )
    if reach.verdict == "exploding":
        times = numbers.times(reach.ln_left)
        return (
            f"In {name} a gradient is {times} times as large after {layer.steps:,} "
            "steps."
        )
    return f"After {layer.steps:,} steps {name} has {left} of a gradient left."


def _caption(layers: Sequence[LayerResult], drawn: int) -> str:
    counts = sorted({one.sequences for one in layers})
    of = " or ".join(map(str, counts))
    texts = [
        "Size of ds_{T}/ds_{T−lag} (whole state, spectral norm) against [[lag]], "
        f"[[geometric mean]] over {of} sequences of the batch.",
        shown.some(drawn, len(layers)),
    ]
    return " ".join(t for t in texts if t)
