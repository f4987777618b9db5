"""How layers are called and drawn, and how their numbers are said."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from gradlab.diagnosis import LayerResult, Reach
from gradlab.report import inline, numbers
from gradlab.report.figures.curves import Series
from gradlab.report.figures.style import TONES
from gradlab.report.numbers import LN10


MOST = 8
"""Layers that one figure draws."""
LONGEST = 26
"""Letters of a layer's name in a figure."""
NEAR, FAR = 17, 200
"""How many steps of a curve are drawn: the ones at either end, and of all others."""
KEEP = {"lstm": "forget_gate", "gru": "update_gate"}
"""The gate that keeps the state, by cell."""


@dataclass(frozen=True)
class Shown:
    """A layer with its name in figures (inline text) and its look."""

    layer: LayerResult
    label: str
    key: str


def shown(layers: Iterable[LayerResult]) -> list[Shown]:
    """The layers a figure draws: at most so many, of more those between extremes."""
    chosen = list(layers)
    if len(chosen) > MOST:
        ranked = sorted(chosen, key=lambda one: _order(one.reach.ln_left))
        places = {round(k * (len(chosen) - 1) / (MOST - 1)) for k in range(MOST)}
        kept = {id(ranked[place]) for place in places}
        chosen = [one for one in chosen if id(one) in kept]
    pairs = zip(chosen, labels(chosen), _keys(chosen), strict=True)
    return [Shown(layer, label, key) for layer, label, key in pairs]


def some(drawn: int, count: int) -> str:
    """Which layers a figure has, where it has not all; for its caption."""
    if drawn == count:
        return ""
    return (
        f"{drawn} of {count} layers are drawn, from the one that keeps least to the "
        "one that keeps most; the table on top has all."
    )


def _order(ln: float) -> float:
    return -math.inf if math.isnan(ln) else ln


def labels(layers: Sequence[LayerResult]) -> list[str]:
    """Short names, each another: without the module where there is one alone."""
    modules = {layer.module for layer in layers}
    names = [layer.name for layer in layers]
    if len(modules) == 1:
        (module,) = modules
        names = [name.removeprefix(f"{module} ") for name in names]
    short = [n if len(n) <= LONGEST else f"…{n[1 - LONGEST :]}" for n in names]
    if len(set(short)) < len(short):
        short = [f"{i}: {name}" for i, name in enumerate(short, start=1)]
    # matplotlib leaves a name that begins with _ out of a legend
    named = [f"module {name}" if name.startswith("_") else name for name in short]
    return [inline.literal(name) for name in named]


def is_reverse(layer: LayerResult) -> bool:
    """Return whether the layer reads from the end of a sequence."""
    return any(name.endswith("_reverse") for name in layer.weight_share.coords["block"])


def _keys(layers: Sequence[LayerResult]) -> list[str]:
    """Tones of each cell's hue, from the bottom up; a reverse one is dashed."""
    keys: dict[int, str] = {}
    for cell in {layer.cell for layer in layers}:
        own = [layer for layer in layers if layer.cell == cell]
        back = [is_reverse(layer) for layer in own]
        pairs = len(own) == 2 * sum(back) and len(own) <= TONES
        for i, layer in enumerate(own):
            place = (
                _place(i // 2, len(own) // 2, 3) * 2
                if pairs
                else _place(i, len(own), 8)
            )
            place += pairs and back[i]
            keys[id(layer)] = f"{cell}~{place / (TONES - 1):g}"
    return [keys[id(layer)] for layer in layers]


def _place(number: int, count: int, last: int) -> int:
    return round(number * last / (count - 1)) if count > 1 else last


def measured(layers: Iterable[LayerResult]) -> list[LayerResult]:
    """Layers of which Jacobian products were taken."""
    return [layer for layer in layers if layer.records]


def text(sentence: str) -> str:
    """A finding's sentence as inline text, with its powers of ten."""
    return re.sub(r"10\\\^(-?\d+(?:\.\d+)?)", r"10^{\1}", inline.literal(sentence))


def name(layer: LayerResult) -> str:
    """A layer's name as inline text."""
    return inline.literal(layer.name)


def unbroken(name: str) -> str:
    """A layer's name as inline text whose line does not break before its number."""
    return re.sub(r" (?=\d)", "\N{NO-BREAK SPACE}", inline.literal(name))


def horizon(reach: Reach, steps: int) -> str:
    """``18``, ``>180``; a dash of a single step."""
    if not reach.verdict or reach.verdict == "not_finite":
        return numbers.MISSING
    return numbers.steps(reach.horizon, steps)


def singular_values(reach: Reach, layer: LayerResult) -> str:
    """``13 of 32`` that are above 1/1000; a dash where they were not computed."""
    if math.isnan(reach.singular_values):
        return numbers.MISSING
    return f"{numbers.count(reach.singular_values)} of {layer.state_size}"


def steps(layer: LayerResult) -> str:
    """``180``, ``28 to 161``, with T where it is neither."""
    if layer.shortest == layer.longest == layer.steps:
        return f"{layer.longest:,}"
    span = f"{layer.longest:,}"
    if layer.shortest < layer.longest:
        span = f"{layer.shortest:,} to {span}"
    return f"{span}, T = {layer.steps:,}"


def series(
    label: str,
    key: str,
    x: Sequence[float] | np.ndarray,
    ln: np.ndarray,
    **options: object,
) -> Series:
    """A curve of natural logs in powers of ten, from the first that is no zero."""
    entered = np.flatnonzero(ln > -np.inf)
    start = int(entered[0]) if entered.size else 0
    keep = thinned(len(ln) - start) + start
    y = [float(v) / LN10 for v in ln[keep]]
    return Series(label, key, [float(x[i]) for i in keep], y, **options)  # type: ignore


def thinned(count: int) -> np.ndarray:
    """Places of a curve that are drawn: of a long one both ends, and some between."""
    ends = [*range(min(NEAR, count)), *range(max(0, count - NEAR), count)]
    evenly = np.linspace(0, count - 1, min(count, FAR)).round().astype(int)
    return np.unique([*ends, *evenly]) if count else np.zeros(0, int)
