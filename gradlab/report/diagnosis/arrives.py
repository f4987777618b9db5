"""What arrives in the backward pass of the user's own loss?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gradlab.diagnosis import LAST_STEPS, Diagnosed, LayerResult
from gradlab.report import inline, numbers
from gradlab.report.blocks import Block, Chapter, Figure, Finding, HowToRead, Limits
from gradlab.report.diagnosis import shown
from gradlab.report.diagnosis.shown import Shown
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.figures.panels import Panel, Panels


QUESTION = "What does your loss send back?"


def chapter(diagnosis: Diagnosed) -> Chapter:
    """Return dL/dh_t, dL/dc_t and shares of the weight gradient, a curve a layer."""
    layers = shown.measured(diagnosis.layers)
    if not layers:
        missing = "No layer has more than one step: there is no way back."
        return Chapter("arrives", QUESTION, missing=missing)
    drawn, finding = shown.shown(layers), _finding(layers)
    panels = [*_states(drawn), *_shares(drawn)]
    if not panels:
        return Chapter("arrives", QUESTION, [Finding(finding)])
    figure = Figure(
        name="arrives",
        data=Panels(panels, columns=min(3, len(panels)), share_y=False),
        alt=f"{inline.plain(finding)} Panels: size of the loss's gradient by each "
        "state at every step; share of the weight gradient gathered from the end.",
        caption=_caption(layers, drawn),
    )
    how = (
        "Left: time runs to the right, and the gradient runs to the left from where "
        "the loss enters. Where the share is near 1 after a few steps, weights learn "
        "from those steps alone. A loss at every step refills the gradient there and "
        "hides what fades."
    )
    limits = "Another batch or another loss sends something else back."
    blocks: list[Block] = [Finding(finding), figure, HowToRead(how), Limits(limits)]
    return Chapter("arrives", QUESTION, blocks)


def _finding(layers: Sequence[LayerResult]) -> str:
    known = [one for one in layers if not math.isnan(one.last_share)]
    sentences = []
    if known:
        most = max(known, key=lambda one: one.last_share)
        share = numbers.percent(most.last_share)
        least = min(known, key=lambda one: one.last_share)
        sentences.append(
            f"Share of dL/dweight_hh from the last {LAST_STEPS} of {_steps(most)} "
            f"steps: {share} in {shown.name(most)}"
            + (
                f", {numbers.percent(least.last_share)} in {shown.name(least)}."
                if least is not most
                else "."
            )
        )
    sizes = {id(one): _lost(one) for one in layers}
    # a gradient within a factor of ten of its largest has not faded
    finite = [one for one in layers if -math.inf < sizes[id(one)] < math.log(0.1)]
    if finite:
        worst = min(finite, key=lambda one: sizes[id(one)])
        lost = numbers.left(sizes[id(worst)])
        sentences.append(
            f"In {shown.name(worst)} dL/dh_{{1}} has {lost} of the size of the largest "
            "dL/dh_{t}."
        )
    return (
        " ".join(sentences) or "Not all numbers are finite: no gradient can be shown."
    )


def _steps(layer: LayerResult) -> str:
    return f"{len(layer.recurrent_share):,}"


def _lost(layer: LayerResult) -> float:
    """Return ln |dL/dh_1| over the largest |dL/dh_t|."""
    curve = layer.loss_gradient.sel(block="h").values[1:]
    return float(curve[0] - curve.max()) if np.isfinite(curve.max()) else math.nan


def _states(drawn: Sequence[Shown]) -> list[Panel]:
    panels = []
    for state in ("h", "c"):
        curves = [_gradient(one, state) for one in drawn if _is_known(one.layer, state)]
        if curves:
            label = f"size of dL/d{state}_{{t}}"
            data = Curves(
                curves,
                "step t (0: initial state)",
                label,
                x_name="step",
                sizes=True,
                floor=-40.0,
            )
            panels.append(Panel(f"gradient by {state}", data))
    return panels


def _is_known(layer: LayerResult, state: str) -> bool:
    """Return whether the layer has a gradient by the state that can be drawn."""
    record = layer.loss_gradient
    return record.has(block=state) and bool(
        np.isfinite(record.sel(block=state).values).any()
    )


def _gradient(one: Shown, state: str) -> Series:
    record = one.layer.loss_gradient.sel(block=state)
    size = np.where(np.isneginf(record.values), np.nan, record.values)
    return shown.series(one.label, one.key, record.coords["step"], size)


def _shares(drawn: Sequence[Shown]) -> list[Panel]:
    curves = []
    for one in drawn:
        gathered = np.cumsum(one.layer.recurrent_share[::-1])
        if gathered.size and np.isfinite(gathered).all():
            keep = shown.thinned(gathered.size)
            y = [float(v) for v in gathered[keep]]
            curves.append(Series(one.label, one.key, [float(k + 1) for k in keep], y))
    if not curves:
        return []
    longest = max(s.x[-1] for s in curves)
    data = Curves(
        curves,
        "steps back from the end",
        "share gathered so far",
        scale="share",
        x_name="last steps",
        x_marks=[(float(LAST_STEPS), f"last {LAST_STEPS}")]
        if longest > LAST_STEPS
        else [],
    )
    return [Panel("share of dL/dweight_hh", data)]


def _caption(layers: Sequence[LayerResult], drawn: Sequence[Shown]) -> str:
    texts = [
        "|dL/dh_{t}|, |dL/dc_{t}| (h held fixed) of the whole batch, root mean square "
        "over the sequences that have step t, from your own `backward()`. Step 0 is "
        "the initial state, before the first step. Beside it the share of "
        "dL/dweight_hh gathered from the end. Shares are signed and can pass 1 on the "
        "way.",
    ]
    if any(one.shortest < one.longest for one in layers):
        texts.append(
            "Sequences differ in length: steps are counted from each start, and shares "
            "are of the sequences measured, aligned at their ends."
        )
    if any(np.isneginf(one.layer.loss_gradient.values).any() for one in drawn):
        texts.append("Where a curve has no point, the gradient is exactly 0.")
    texts.append(shown.some(len(drawn), len(layers)))
    return " ".join(t for t in texts if t)
