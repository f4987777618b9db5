"""What do the gates do? Means, saturation, time constants, the keep gate's values."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradlab.diagnosis import Diagnosed, LayerResult
from gradlab.report import inline, numbers
from gradlab.report.blocks import (
    Block,
    Cell,
    Chapter,
    Column,
    Figure,
    Finding,
    HowToRead,
    Table,
)
from gradlab.report.diagnosis import shown
from gradlab.report.diagnosis.shown import KEEP
from gradlab.report.figures.curves import Curves, Series


QUESTION = "What do the gates and the recurrent weights do?"


def chapter(diagnosis: Diagnosed) -> Chapter:
    """Return a table of gates and their keep gate's values; a table of weights."""
    layers = shown.measured(diagnosis.layers)
    gated = [one for one in layers if "gate_mean" in one.records]
    blocks: list[Block] = []
    known = [one for one in gated if math.isfinite(_kept(one))]
    if known:
        finding = _finding(known)
        blocks += [Finding(finding), _gate_table(gated), _histogram(known, finding)]
        blocks.append(HowToRead(_how()))
    elif gated:
        blocks.append(Finding("Gates have values that are not finite."))
    weights = [one for one in layers if "weight_spectral_norm" in one.records]
    if weights:
        blocks.append(_weight_table(weights))
    if not blocks:
        return Chapter("gates", QUESTION, missing="No layer has more than one step.")
    return Chapter("gates", QUESTION, blocks)


def _kept(layer: LayerResult) -> float:
    """Return the ln of the keep gate's geometric mean."""
    return layer.value("gate_log_mean", block="keep_gate")


def _finding(layers: Sequence[LayerResult]) -> str:
    least = min(layers, key=_kept)
    median = least.value("time_constant", index="median")
    slowest = least.value("time_constant", index="slowest")
    return (
        f"The {_gate(least)} of {shown.name(least)} has a geometric mean of "
        f"{_geometric_mean(_kept(least))}; by itself it gives a unit "
        f"of the state a time constant of {_constant(median)} (median), "
        f"{_constant(slowest)} (slowest)."
    )


def _gate(layer: LayerResult) -> str:
    return KEEP[layer.cell].replace("_", " ")


def _constant(value: float) -> str:
    if math.isnan(value):
        return numbers.MISSING
    if value == math.inf:
        return "without end"
    return f"{numbers.significant(value)} steps"


def _gate_table(layers: Sequence[LayerResult]) -> Table:
    rows: list[list[Cell]] = []
    groups: list[int] = []
    for layer in layers:
        groups.append(len(rows))
        for gate in layer.records["gate_mean"].coords["block"]:
            if gate != "keep_gate":
                rows.append(_gate_row(layer, gate))
    return Table(
        columns=[
            Column("layer"),
            Column("gate"),
            Column("mean", "right"),
            Column("below 0.1", "right", "of its values"),
            Column("above 0.9", "right", "of its values"),
            Column("geometric mean", "right", "of the gate that keeps the state"),
            Column("time constant", "right", "median · slowest unit"),
        ],
        rows=rows,
        caption="Gates over all steps, units and sequences measured. The gate that "
        "multiplies the state has its geometric mean: by itself, it would keep that "
        "share of the state a step.",
        name="gates",
        groups=tuple(groups[1:]),
    )


def _gate_row(layer: LayerResult, gate: str) -> list[Cell]:
    mean = layer.value("gate_mean", block=gate)
    shares = [
        math.nan
        if math.isnan(mean)
        else layer.value("gate_saturation", block=gate, index=index)
        for index in ("low", "high")
    ]
    kept, constants = math.nan, [math.nan, math.nan]
    if gate == KEEP.get(layer.cell):
        kept = _kept(layer)
        constants = [
            layer.value("time_constant", index=index) for index in ("median", "slowest")
        ]
    both = " · ".join(_constant(value) for value in constants)
    return [
        Cell(shown.name(layer)),
        Cell(gate.replace("_", " ")),
        Cell(numbers.MISSING if math.isnan(mean) else f"{mean:.2f}", mean),
        *(Cell(numbers.percent(share), share) for share in shares),
        Cell(_geometric_mean(kept), kept),
        Cell(numbers.MISSING if math.isnan(kept) else both, constants[0]),
    ]


def _geometric_mean(ln: float) -> str:
    if math.isnan(ln):
        return numbers.MISSING
    return numbers.significant(math.exp(ln), 3)


def _histogram(layers: Sequence[LayerResult], finding: str) -> Figure:
    drawn = shown.shown(layers)
    curves = []
    for one in drawn:
        record = one.layer.records["gate_histogram"].sel(block="keep_gate")
        edges = record.coords["index"]
        x = [edge + 0.5 / len(edges) for edge in edges]
        y = [100.0 * float(share) for share in record.values]
        curves.append(Series(one.label, one.key, x, y))
    data = Curves(
        curves,
        "value of the gate that keeps the state",
        "% of its values",
        scale="linear",
        x_name="gate value",
        tall=0.8,
    )
    texts = [
        "The gate that keeps the state (the LSTM's forget gate, the GRU's update "
        "gate): share of its values in twentieths of 0 to 1.",
        shown.some(len(drawn), len(layers)),
    ]
    return Figure(
        name="gates",
        data=data,
        alt=f"{inline.plain(finding)} Distribution of the values of the gate that "
        "keeps the state, a curve a layer.",
        caption=" ".join(t for t in texts if t),
    )


def _how() -> str:
    return (
        "At a value f the gate keeps f of the state a step: half of it lasts 1 step at "
        "0.5, 14 at 0.95, 69 at 0.99. To carry something over T steps, values must "
        "come near 1 − 1/T."
    )


def _weight_table(layers: Sequence[LayerResult]) -> Table:
    rows: list[list[Cell]] = []
    groups: list[int] = []
    for layer in layers:
        groups.append(len(rows))
        norms = layer.records["weight_spectral_norm"]
        for block in norms.coords.get("block", ("weight_hh",)):
            at = {"block": block} if "block" in norms.coords else {}
            norm = layer.value("weight_spectral_norm", **at)
            radius = layer.value("weight_spectral_radius", **at)
            rows.append(
                [
                    Cell(shown.name(layer)),
                    Cell(block.replace("_", " ")),
                    Cell(numbers.significant(norm, 3), norm),
                    Cell(numbers.significant(radius, 3), radius),
                ]
            )
    return Table(
        columns=[
            Column("layer"),
            Column("block of weight_hh"),
            Column("[[spectral norm]]", "right"),
            Column("spectral radius", "right"),
        ],
        rows=rows,
        caption="Recurrent weights. Neither number alone says whether a gradient "
        "vanishes: slopes and gates multiply it at every step.",
        name="weights",
        groups=tuple(groups[1:]),
    )
