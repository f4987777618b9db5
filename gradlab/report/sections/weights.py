"""Can better weights save the plain RNN? Initializers by activations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gradlab.report import inline, numbers
from gradlab.report.blocks import Block, Figure, Finding, Missing
from gradlab.report.figures.dots import Dots, Marks
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.figures.maps import Maps
from gradlab.report.sections import _maps as maps
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, Size, Slice, labels, rank, said, slices
from gradlab.report.story.rank import counts
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

Pair = tuple[Any, Any]
EXACT = ("orthogonal", "linear")


class Weights(own.OwnSection):
    """Maps of initial weights by activation, and each by length."""

    name = "weights"
    order = 4
    question = "Can better weights save the plain RNN?"
    needs = ("spectral_norm",)

    def title(self, story: Story) -> str:
        """Names the network where it is not the plain RNN."""
        w, network = self.words(story), _network(story)
        if network is None or network[1][0].cell == "rnn":
            return w.QUESTION
        name = labels.cell_name(network[1][0].cell)
        return say(w.QUESTION_OTHER, name=f"the {name}")

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """Three maps; fewer where an axis has one value."""
        w = self.words(story)
        found = _network(story)
        if found is None:
            return Missing(w.MISSING)
        part, rows = found
        table = {(r.params["init"], r.params["activation"]): r for r in rows}
        inits = _ordered([k[0] for k in table], "init")
        activations = _ordered([k[1] for k in table], "activation")
        length = max(r.length for r in rows)
        finding = _finding(table, inits, activations, length, w, story)
        data: Maps | Heatmap | Dots
        if len(inits) > 1 and len(activations) > 1:
            data = _maps(table, inits, activations, length, w, story)
        else:
            data = _single(table, inits, activations, length, w, story)
        points = own.points_of(rows)
        figure = Figure(
            name="weights",
            data=data,
            alt=_alt(data, finding, w),
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
    """The network with most combinations of weights and activation (RNN first)."""
    best: tuple[tuple, Slice, list[Row]] | None = None
    for name in dict.fromkeys(story.varying("init") + story.varying("activation")):
        part = story.cut(name, own=("length",), hold=_held(story, name))
        for rows in _by_network(part).values():
            combos = len({(r.params["init"], r.params["activation"]) for r in rows})
            if combos < 2:
                continue
            merit = (combos >= 4, rows[0].cell == "rnn", combos)
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


def _maps(
    table: Mapping[Pair, Row],
    inits: Sequence[Any],
    activations: Sequence[Any],
    length: int,
    w: ModuleType,
    story: Story,
) -> Maps | Heatmap:
    names = story.words("names")
    full = _map(
        [[_size(table, (i, a), length) for a in activations] for i in inits],
        [labels.init_name(i, names) for i in inits],
        [str(a) for a in activations],
        (w.ROW_INIT, w.COLUMN_ACTIVATION),
        story,
        exact=_place(inits, activations),
        w=w,
    )
    lengths = sorted({n for r in table.values() for n in r.lengths})
    if len(lengths) < 2:
        return full
    columns = [f"{n:,}" for n in lengths]
    activation, init = activations[0], inits[0]
    by_init = _map(
        [[_size(table, (i, activation), n) for n in lengths] for i in inits],
        [labels.init_name(i, names) for i in inits],
        columns,
        (w.ROW_INIT, w.COLUMN_LENGTH),
        story,
    )
    by_activation = _map(
        [[_size(table, (init, a), n) for n in lengths] for a in activations],
        [str(a) for a in activations],
        columns,
        (w.ROW_ACTIVATION, w.COLUMN_LENGTH),
        story,
    )
    titles = [
        say(w.MAP_FULL, length=f"{length:,}"),
        say(w.MAP_INIT, activation=activation),
        say(w.MAP_ACTIVATION, init=labels.init_name(init, names)),
    ]
    return Maps(titles, [full, by_init, by_activation])


def _single(
    table: Mapping[Pair, Row],
    inits: Sequence[Any],
    activations: Sequence[Any],
    length: int,
    w: ModuleType,
    story: Story,
) -> Heatmap | Dots:
    """One axis varies: its values by length, or dots where there is one length."""
    keys = [(i, a) for i in inits for a in activations if (i, a) in table]
    by_init, words = len(inits) > 1, story.words("names")
    names = [labels.init_name(k[0], words) if by_init else str(k[1]) for k in keys]
    lengths = sorted({n for r in table.values() for n in r.lengths})
    row_name = w.ROW_INIT if by_init else w.ROW_ACTIVATION
    if len(lengths) > 1:
        sizes = [[_size(table, k, n) for n in lengths] for k in keys]
        columns = [f"{n:,}" for n in lengths]
        return _map(sizes, names, columns, (row_name, w.COLUMN_LENGTH), story)
    spreads = [table[k].size().spread for k in keys]
    banded = any(s.seeds > 1 for s in spreads)
    row = next(iter(table.values()))
    marks = Marks(
        label=labels.cell_name(row.cell),
        key=row.key,
        values=[s.mean for s in spreads],
        low=[s.lowest for s in spreads] if banded else None,
        high=[s.highest for s in spreads] if banded else None,
    )
    return Dots(names, [marks], w.X_DOTS, scale="left", row_name=row_name)


def _size(table: Mapping[Pair, Row], pair: Pair, length: int) -> Size | None:
    row = table.get(pair)
    return row.size(length) if row and length in row.by_length else None


def _map(
    sizes: Sequence[Sequence[Size | None]],
    rows: Sequence[str],
    columns: Sequence[str],
    names: tuple[str, str],
    story: Story,
    exact: tuple[int, int] | None = None,
    w: ModuleType | None = None,
) -> Heatmap:
    details = maps.details(sizes, story)
    for place, step in maps.dead_steps(sizes).items():
        own_words = story.words("weights")
        details[place] = say(own_words.OFF, step=step)
    size = sizes[exact[0]][exact[1]] if exact else None
    if exact and size and w and math.isfinite(size.ln) and abs(size.ln) < 1e-3:
        details[exact] = w.EXACT
    return Heatmap(
        rows=list(rows),
        columns=list(columns),
        values=maps.values(sizes),
        verdicts=maps.verdicts(sizes),
        row_name=names[0],
        column_name=names[1],
        marks=maps.marks(sizes, story),
        details=details,
    )


def _place(inits: Sequence[Any], activations: Sequence[Any]) -> tuple[int, int] | None:
    if EXACT[0] in inits and EXACT[1] in activations:
        return inits.index(EXACT[0]), activations.index(EXACT[1])
    return None


def _finding(
    table: Mapping[Pair, Row],
    inits: Sequence[Any],
    activations: Sequence[Any],
    length: int,
    w: ModuleType,
    story: Story,
) -> str:
    rows = list(table.values())
    top = story.words("top")
    names = story.words("names")
    if len(inits) == 1 or len(activations) == 1:
        best, worst = rank.best(rows), rank.worst(rows)
        return say(
            w.ONE_AXIS,
            length=f"{length:,}",
            best=said.name(best, names),
            best_left=numbers.left(best.size().ln),
            worst=said.name(worst, names),
            worst_left=numbers.left(worst.size().ln),
            counts=counts(rows, top, names),
        )
    stable = {k: r for k, r in table.items() if r.size().word == "stable"}
    others = [r for r in rows if r.size().word != "stable"]
    rest = _rest(others, top, names, w)
    shared = {"count": len(rows), "length": f"{length:,}"}
    if not stable:
        return say(w.NONE, rest=rest, **shared)
    linear = [
        row.init_name
        for k, row in stable.items()
        if k[1] == "linear" and not any(i == k[0] and a != "linear" for i, a in stable)
    ]
    if not others:
        return say(w.ALL, linear=_linear(linear, len(stable), w), **shared)
    return say(
        w.SOME,
        stable=len(stable),
        hold=w.HOLD_ONE if len(stable) == 1 else w.HOLD_MANY,
        list=_pairs(stable, w),
        linear=_linear(linear, len(stable), w),
        rest=rest,
        **shared,
    )


def _rest(
    others: Sequence[Row], top: ModuleType, names: ModuleType, w: ModuleType
) -> str:
    """What becomes of the combinations that do not hold."""
    if not others:
        return ""
    words = {r.size().word for r in others}
    if len(words) == 1:
        return say(w.REST_ALL, word=names.VERDICTS[words.pop()])
    return say(w.REST, count=len(others), counts=counts(others, top, names))


def _pairs(stable: Mapping[Pair, Row], w: ModuleType) -> str:
    shown = [
        say(w.PAIR_LINE, init=row.init_name, activation=pair[1])
        for pair, row in list(stable.items())[:5]
    ]
    if len(stable) > 5:
        shown.append("…")
    return ", ".join(shown)


def _linear(inits: Sequence[str], stable: int, w: ModuleType) -> str:
    """Weights with which nothing but the linear network holds its gradient."""
    if not inits:
        return ""
    if len(inits) < stable:
        return say(w.SOME_LINEAR, inits=numbers.listed(list(inits)))
    return w.ALL_LINEAR_ONE if len(inits) == 1 else w.ALL_LINEAR


def _alt(data: Maps | Heatmap | Dots, finding: str, w: ModuleType) -> str:
    if isinstance(data, Dots):
        return inline.plain(finding)
    first = data.maps[0] if isinstance(data, Maps) else data
    return maps.alt(w.ALT, w.ALT_EXTREME, finding, first)


def _caption(
    table: Mapping[Pair, Row],
    part: Slice,
    points: Sequence[Any],
    w: ModuleType,
    story: Story,
    several: bool,
) -> str:
    row = next(iter(table.values()))
    name = labels.cell_name(row.cell)
    bias = row.bias_name
    text = say(w.CAPTION, name=f"the {name}" + (f" with {bias}" if bias else ""))
    text += w.CAPTION_MAPS if several else ""
    exact = table.get(EXACT)
    if exact is not None and math.isfinite(exact.size().ln):
        spread = exact.size().spread
        off = max(abs(spread.lowest), abs(spread.highest))
        if 0 < off < 1e-2:
            text += say(w.CAPTION_EXACT, error=numbers.significant(off, 1))
        elif off == 0:
            text += w.CAPTION_EXACT_PASS
    return own.caption(story, part, points, text, bands=False)
