"""Networks of several layers, layer by layer: what each keeps, and the way down."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from gradlab.report import numbers
from gradlab.report.blocks import Block, Cell, Column, Prose, Table
from gradlab.report.story import Row, labels, rank
from gradlab.report.top.table import SHOWN
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story


def layer_by_layer(rows: Sequence[Row], story: Story) -> list[Block]:
    """A sentence and a table of the networks with layers; nothing where none is."""
    found = [r for r in rows if r.has("layer_growth_rate", block="s1s1")]
    if not found:
        return []
    w = story.words("layers")
    length = max(r.length for r in found)
    at_end = [r for r in found if r.length == length]
    return [*_pace(at_end, length, w), _table(found, length, w)]


def _pace(rows: Sequence[Row], length: int, w: ModuleType) -> list[Block]:
    """How far the whole network's rate is from that of its best layer."""
    gaps = {r.label: abs(r.rate().mean - max(_within(r))) for r in rows}
    gaps = {name: gap for name, gap in gaps.items() if math.isfinite(gap)}
    if not gaps:
        return []
    name = max(gaps, key=lambda key: gaps[key])
    factor = f"{math.exp(gaps[name]):.3g}"
    return [Prose(say(w.GAP, length=f"{length:,}", factor=factor, name=name))]


def _table(rows: Sequence[Row], length: int, w: ModuleType) -> Table:
    most = max(labels.layers(r.cell) for r in rows)
    columns = [Column(w.NETWORK)]
    columns += [
        Column(say(w.WITHIN, number=number), "right") for number in range(1, most + 1)
    ]
    columns += [Column(name, "right") for name in (w.DOWN, w.DOWN_HORIZON, w.WHOLE)]
    shown = rank.sample(tuple(rows), SHOWN)
    return Table(
        columns=columns,
        rows=[_row(row, most) for row in shown],
        caption=w.CAPTION,
        name="layer-by-layer",
        groups=tuple(
            i for i in range(1, len(shown)) if shown[i].family != shown[i - 1].family
        ),
        notes=(say(w.NOTE, length=f"{length:,}"),),
    )


def _row(row: Row, most: int) -> list[Cell]:
    count = labels.layers(row.cell)
    within = [_kept(rate) for rate in _within(row)]
    within += [Cell(numbers.MISSING, -math.inf)] * (most - count)
    down = f"s{count}s1"
    horizons = row.values("layer_horizon", block=down)
    horizon = float(np.median(horizons)) if horizons.size else math.nan
    return [
        Cell(row.label),
        *within,
        _kept(row.spread("layer_growth_rate", block=down).mean),
        Cell(numbers.steps(horizon, row.length), min(horizon, 1e300)),
        _kept(row.rate().mean),
    ]


def _within(row: Row) -> list[float]:
    """The rates within each layer, from the first."""
    count = labels.layers(row.cell)
    blocks = (f"s{number}s{number}" for number in range(1, count + 1))
    return [row.spread("layer_growth_rate", block=block).mean for block in blocks]


def _kept(rate: float) -> Cell:
    return Cell(numbers.kept(rate), rate if math.isfinite(rate) else -1e300)
