"""Networks of several layers, layer by layer: what each keeps, and the way down."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradlab.report import choice, numbers
from gradlab.report.blocks import Block, Cell, Column, Prose, Table
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, labels, rank
from gradlab.report.top.table import SHOWN
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

RATE = "layer_growth_rate"


def layer_by_layer(rows: Sequence[Row], story: Story) -> list[Block]:
    """Claims and a table of the networks with layers; nothing where none is."""
    found = tuple(r for r in rows if r.has(RATE, block="s1s1"))
    if not found:
        return []
    w = story.words("layers")
    shown = rank.sample(found, SHOWN)
    most = max(labels.layers(r.cell) for r in shown)
    layers = [say(w.WITHIN, number=n) for n in range(1, most + 1)]
    columns = [Column(name, "right") for name in (*layers, w.DOWN, w.WHOLE)]
    table = Table(
        columns=[Column(w.NETWORK), *columns],
        rows=[_row(row, most) for row in shown],
        caption=w.CAPTION,
        name="layer-by-layer",
        groups=own.family_groups(shown),
        notes=(w.NOTE,),
    )
    said = " ".join(s.text for s in choice.best(story, "layers"))
    return [Prose(said), table] if said else [table]


def _row(row: Row, most: int) -> list[Cell]:
    count = labels.layers(row.cell)
    blocks = [f"s{n}s{n}" for n in range(1, count + 1)]
    rates = [row.spread(RATE, block=block).mean for block in blocks]
    rates += [math.nan] * (most - count)
    rates += [row.spread(RATE, block=f"s{count}s1").mean, row.rate().mean]
    return [Cell(row.label), *map(_kept, rates)]


def _kept(rate: float) -> Cell:
    return Cell(numbers.kept(rate), rate if math.isfinite(rate) else -1e300)
