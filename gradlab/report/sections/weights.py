"""Can better weights save the plain RNN? Initializers by activations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gradlab.report import numbers
from gradlab.report.blocks import Block, Figure, Finding, Missing
from gradlab.report.figures.dots import Dots
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.figures.maps import Maps
from gradlab.report.sections import _maps as maps
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, Size, Slice, labels, slices
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

Pair = tuple[Any, Any]
Table = Mapping[Pair, Row]
Axis = tuple[Sequence[Pair], Sequence[str], str]
"""What varies: pairs of weights and activation, their names and that of the axis."""
EXACT = ("orthogonal", "linear")


class Weights(own.OwnSection):
    """Maps of initial weights by activation, and each by length."""

    name = "weights"
    order = 5
    question = "Can better weights save the plain RNN?"
    needs = ("spectral_norm",)

    def title(self, story: Story) -> str:
        """Names the network where it is not the plain RNN."""
        w, network = self.words(story), _network(story)
        if network is None or network[1][0].cell == "rnn":
            return w.QUESTION
        name = labels.cell_name(network[1][0].cell, story.words("names"))
        return say(w.QUESTION_OTHER, name=name)

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """Three maps; fewer where an axis has one value."""
        w = self.words(story)
        found = _network(story)
        if found is None:
            return Missing(w.MISSING)
        part, rows = found
        table = {(r.params["init"], r.params["activation"]): r for r in rows}
        finding, data = self.claims(story), _data(table, w, story)
        first = data.maps[0] if isinstance(data, Maps) else data
        points = own.points_of(rows)
        figure = Figure(
            name="weights",
            data=data,
            alt=maps.alt(w.ALT, w.ALT_EXTREME, finding, first),
            caption=_caption(table, part, points, w, story, isinstance(data, Maps)),
            draft=own.draft(story, w.DRAFT, part, points),
        )
        keys = ("glorot2010", "le2015", "saxe2014")
        return [
            Finding(finding),
            figure,
            *own.tail(w, story, rows, keys, formula=(w.FORMULA, w.SPOKEN)),
        ]


def _network(story: Story) -> tuple[Slice, list[Row]] | None:
    """The network with most combinations of weights and activation, ungated first."""
    best: tuple[tuple, Slice, list[Row]] | None = None
    for name in dict.fromkeys(story.varying("init") + story.varying("activation")):
        part = story.cut(name, own=("length",), hold=_held(story, name))
        for rows in _by_network(part).values():
            combos = len({(r.params["init"], r.params["activation"]) for r in rows})
            if combos < 2:
                continue
            merit = (combos >= 4, rows[0].bias is None, combos)
            if best is None or merit > best[0]:
                best = (merit, part, rows)
    return (best[1], best[2]) if best else None


def _held(story: Story, name: str) -> dict[str, Any]:
    """Every varied axis but these two stays at its reference value.

    Not so where it would leave one combination: gains that come with one init only.
    """
    points = story.grids[name]
    ref = slices.reference(points)
    axes = [
        a for a in slices.varied(points) if a not in ("init", "activation", "length")
    ]
    return {a: ref[a] for a in axes}


def _by_network(part: Slice) -> Mapping[tuple, list[Row]]:
    found: dict[tuple, list[Row]] = {}
    for row in part.rows:
        if row.size().word:
            found.setdefault((row.cell, row.biases), []).append(row)
    return found


def _ordered(values: Sequence[Any], axis: str) -> list[Any]:
    seen = list(dict.fromkeys(values))
    reference = labels.CUSTOMARY[axis]
    rest = [v for v in seen if v not in (reference, "linear")]
    if axis == "init":
        rest.sort(key=lambda v: labels.INITS.index(v) if v in labels.INITS else 99)
    return [
        *([reference] if reference in seen else []),
        *rest,
        *(["linear"] if "linear" in seen else []),
    ]


def _data(table: Table, w: ModuleType, story: Story) -> Maps | Heatmap | Dots:
    """Weights by activation, and each by length; what varies of these."""
    inits = _ordered([k[0] for k in table], "init")
    activations = _ordered([k[1] for k in table], "activation")
    lengths = sorted({n for r in table.values() for n in r.lengths})
    names = [labels.init_name(i, story.words("names")) for i in inits]
    by_init = [(i, activations[0]) for i in inits], names, w.ROW_INIT
    by_activation = [(inits[0], a) for a in activations], activations, w.ROW_ACTIVATION
    if len(inits) == 1 or len(activations) == 1:
        one = by_activation if len(inits) == 1 else by_init
        if len(lengths) == 1:
            return _dots(table, one, w)
        return _by_length(table, one, lengths, w, story)
    sizes = [[_size(table, (i, a), lengths[-1]) for a in activations] for i in inits]
    full = _map(sizes, names, activations, (w.ROW_INIT, w.COLUMN_ACTIVATION), story)
    if len(lengths) == 1:
        return full
    titles = [
        say(w.MAP_FULL, length=f"{lengths[-1]:,}"),
        say(w.MAP_INIT, activation=activations[0]),
        say(w.MAP_ACTIVATION, init=names[0]),
    ]
    each = [_by_length(table, x, lengths, w, story) for x in (by_init, by_activation)]
    return Maps(titles, [full, *each])


def _by_length(
    table: Table, one: Axis, lengths: Sequence[int], w: ModuleType, story: Story
) -> Heatmap:
    pairs, names, row_name = one
    sizes = [[_size(table, pair, n) for n in lengths] for pair in pairs]
    columns = [f"{n:,}" for n in lengths]
    return _map(sizes, names, columns, (row_name, w.COLUMN_LENGTH), story)


def _dots(table: Table, one: Axis, w: ModuleType) -> Dots:
    pairs, names, row_name = one
    row = table[pairs[0]]
    sizes = [table[pair].size() for pair in pairs]
    marks = maps.dots(labels.cell_name(row.cell, row.names), row.key, sizes)
    return Dots(names, [marks], w.X_DOTS, scale="left", row_name=row_name)


def _size(table: Table, pair: Pair, length: int) -> Size | None:
    row = table.get(pair)
    return row.size(length) if row and length in row.by_length else None


def _map(
    sizes: maps.Sizes,
    rows: Sequence[str],
    columns: Sequence[str],
    names: tuple[str, str],
    story: Story,
) -> Heatmap:
    off = story.words("weights").OFF
    dead = {k: say(off, step=step) for k, step in maps.dead_steps(sizes).items()}
    return Heatmap(
        rows=list(rows),
        columns=list(columns),
        values=maps.values(sizes),
        verdicts=maps.verdicts(sizes),
        row_name=names[0],
        column_name=names[1],
        marks=maps.marks(sizes, story),
        details=maps.details(sizes, story) | dead,
    )


def _caption(
    table: Table,
    part: Slice,
    points: Sequence[Any],
    w: ModuleType,
    story: Story,
    several: bool,
) -> str:
    row = next(iter(table.values()))
    text = say(
        w.CAPTION,
        name=f"{labels.cell_name(row.cell, row.names)} {row.bias_name}".strip(),
    )
    text += w.CAPTION_MAPS if several else ""
    exact = table.get(EXACT)
    if exact is not None and math.isfinite(exact.size().ln):
        spread = exact.size().spread
        off = max(abs(spread.lowest), abs(spread.highest))
        if off < 1e-2:
            text += say(w.CAPTION_EXACT, error=numbers.significant(off, 1))
    return own.caption(story, part, points, text, bands=False)
