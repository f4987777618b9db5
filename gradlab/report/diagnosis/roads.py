"""Does the gradient go straight along the state, or through the gates?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradlab.diagnosis import Diagnosed, LayerResult
from gradlab.report import inline, numbers
from gradlab.report.blocks import Chapter, Figure, Finding, HowToRead
from gradlab.report.diagnosis import remedies, shown
from gradlab.report.figures.curves import Curves
from gradlab.report.figures.panels import Panel, Panels


QUESTION = "Does it go straight along the state, or through the gates?"
MOST = 4
APART = math.log(10.0)
"""From this ratio of their sizes on one road carries, the other does not."""
PARTS = (("conveyor", "conveyor", "conveyor"), ("detours", "detours", "detours"))


def chapter(diagnosis: Diagnosed) -> Chapter | None:
    """Return the whole, the conveyor and the detours against lag; None of no gates."""
    layers = [
        one
        for one in shown.measured(diagnosis.layers)
        if one.records["spectral_norm"].has(block="conveyor")
        and math.isfinite(one.reach.ln_left)
    ]
    if not layers:
        return None
    drawn = _chosen(layers)
    finding = _finding(layers)
    names = shown.labels(drawn)
    panels = [Panel(name, _curves(one)) for one, name in zip(drawn, names, strict=True)]
    some = (
        f"{len(drawn)} of {len(layers)} layers, from the one that keeps least to the "
        "one that keeps most."
        if len(drawn) < len(layers)
        else ""
    )
    figure = Figure(
        name="roads",
        data=Panels(panels, columns=2),
        alt=f"{inline.plain(finding)} Panels of layers: the whole derivative, the "
        "conveyor and the detours against lag.",
        caption="The carried state by itself (c of an LSTM, h of a GRU): the whole "
        "derivative, the [[conveyor]] (products of the gate that keeps the state) and "
        f"the [[detours]] (all else), spectral norms. {some}".strip(),
    )
    how = (
        "The road that the whole follows carries what is left now. That says nothing "
        "of what would carry more: a remedy can lift the other road above it. "
        f"{remedies.measured_best(diagnosis)} The whole is not the sum of the two "
        "sizes: they can cancel."
    )
    return Chapter("roads", QUESTION, [Finding(finding), figure, HowToRead(how)])


def _chosen(layers: Sequence[LayerResult]) -> list[LayerResult]:
    if len(layers) <= MOST:
        return list(layers)
    ranked = sorted(layers, key=lambda one: one.reach.ln_left)
    kept = {id(ranked[round(k * (len(ranked) - 1) / (MOST - 1))]) for k in range(MOST)}
    return [one for one in layers if id(one) in kept]


def _carried(layer: LayerResult) -> str:
    return "cc" if layer.records["spectral_norm"].has(block="cc") else "hh"


def _curves(layer: LayerResult) -> Curves:
    record = layer.records["spectral_norm"]
    parts = ((_carried(layer), "whole", "total"), *PARTS)
    curves = [
        shown.series(label, key, *record.sel(block=block).curve())
        for block, label, key in parts
        if record.has(block=block)
    ]
    return Curves(
        curves,
        "lag: steps back from the end",
        "what is left",
        x_end=float(layer.longest),
    )


def _finding(layers: Sequence[LayerResult]) -> str:
    layer = min(layers, key=lambda one: one.reach.ln_left)
    sizes = [
        layer.value("spectral_norm", block=block, lag=layer.steps)
        for block in (_carried(layer), "conveyor", "detours")
    ]
    whole, straight, around = map(numbers.left, sizes)
    return (
        f"In {shown.name(layer)}, after {layer.steps:,} steps: {whole} is left of the "
        f"whole, {straight} of the conveyor, {around} of the detours. "
        f"{_carrier(*sizes[1:])}"
    )


def _carrier(conveyor: float, detours: float) -> str:
    """Return which road carries what is left, from the logarithms of their sizes."""
    if not abs(conveyor - detours) > APART:
        return "Both roads carry about as much."
    road = "conveyor" if conveyor > detours else "detours"
    verb = "carries" if road == "conveyor" else "carry"
    return f"Now the {road} {verb} it."
