"""How much room is there between vanishing and exploding? The line-up by gain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gradlab.report.blocks import Block, Figure, Finding, Missing
from gradlab.report.figures.dots import Dots
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.sections import _maps as maps
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, Slice, labels, rank, slices
from gradlab.report.words import capital, say


if TYPE_CHECKING:
    from gradlab.report.story import Story

MOST = 24
THOUSAND = math.log(1000)
"""Up to so much less or more a gradient has room, in powers of e."""


@dataclass(frozen=True)
class Line:
    """One network over the gains. `cells`: column key -> row of that gain."""

    label: str
    rows: dict[Any, Row]

    @property
    def first(self) -> Row:
        """Any of its rows, for what does not depend on the gain."""
        return next(iter(self.rows.values()))

    def run(self, gains: Sequence[float]) -> tuple[int, int] | None:
        """First and last index of the widest run of gains with room."""
        best: tuple[int, int] | None = None
        start = None
        for k, gain in enumerate([*gains, None]):
            row = self.rows.get(gain) if gain is not None else None
            if row is not None and abs(row.size().ln) <= THOUSAND:
                start = k if start is None else start
                continue
            if start is not None:
                if best is None or k - 1 - start > best[1] - best[0]:
                    best = (start, k - 1)
                start = None
        return best


class Gain(own.OwnSection):
    """Line-up by gain; the figure people will remember."""

    name = "gain"
    order = 4
    question = "How much room is there between vanishing and exploding?"
    needs = ("spectral_norm",)

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """A map of rows by gains; dots where there is one row."""
        w = self.words(story)
        grids = story.varying("gain")
        if not grids:
            return Missing(w.MISSING)
        part = story.cut(grids[0], own=("length",), hold=_hold(story, grids[0]))
        lines = _lines(part)
        gains = sorted({c for line in lines for c in line.rows if not _named(c)})
        if not lines or len(gains) < 2:
            return Missing(w.MISSING)
        finding, alone = self.claims(story), len(lines) == 1
        shown, drawn = _sample(lines), own.evenly(gains)
        length = f"{max(r.length for x in lines for r in x.rows.values()):,}"
        data: Heatmap | Dots
        if alone:
            data = _dots(lines[0], drawn, say(w.X_DOTS, length=length), w)
            text = capital(data.x_label) + "."
        else:
            data = _map(shown, gains, drawn, w, story)
            text = say(w.CAPTION, length=length)
            text += w.CAPTION_INIT if len(data.columns) > len(drawn) else ""
        rows = [row for line in shown for row in line.rows.values()]
        points = own.points_of(rows, -1)
        figure = Figure(
            name="gain",
            data=data,
            alt=maps.alt(w.ALT, w.ALT_EXTREME, finding, data),
            caption=own.caption(
                story,
                _without(part),
                points,
                text,
                own.left_out(story, part, len(shown), len(lines)),
                own.some_columns(story, len(drawn), len(gains)),
                bands=alone,
            ),
            draft=own.draft(story, w.DRAFT, part, points),
        )
        return [
            Finding(finding),
            figure,
            *own.tail(
                w,
                story,
                [row for line in lines for row in line.rows.values()],
                ("pascanu2013", "chen2018"),
                formula=(w.FORMULA, w.SPOKEN),
                how=w.HOW_DOTS if alone else w.HOW,
            ),
        ]


def _map(
    shown: Sequence[Line],
    gains: Sequence[float],
    drawn: Sequence[float],
    w: ModuleType,
    story: Story,
) -> Heatmap:
    inits = dict.fromkeys(c for line in shown for c in line.rows if _named(c))
    columns = [*drawn, *inits]
    found = [[line.rows.get(c) for c in columns] for line in shown]
    sizes = [[row.size() if row else None for row in line] for line in found]
    runs = [line.run(gains) for line in shown]
    return Heatmap(
        rows=[line.label for line in shown],
        columns=[_column(c, story.words("names")) for c in columns],
        values=maps.values(sizes),
        verdicts=maps.verdicts(sizes),
        column_name=w.COLUMN,
        groups=own.family_groups([line.first for line in shown]),
        outlines=[_seen(run, gains, drawn) for run in runs],
        notes=[_note(run, gains, w) for run in runs],
        marks=maps.marks(sizes, story),
        details=maps.details(sizes, story),
    )


def _dots(line: Line, gains: Sequence[float], x_label: str, w: ModuleType) -> Dots:
    sizes = [line.rows[gain].size() for gain in gains]
    return Dots(
        rows=[f"{gain:g}" for gain in gains],
        marks=[maps.dots(line.label, _reference(line).key, sizes)],
        x_label=x_label,
        scale="left",
        row_name=w.ROW_DOTS,
    )


def part_init(points: Sequence[Any]) -> Any:
    """The initializer whose gain is varied."""
    by_init: dict[Any, set] = {}
    for p in points:
        by_init.setdefault(p.params["init"], set()).add(p.params["gain"])
    return max(by_init, key=lambda k: len(by_init[k])) if by_init else None


def _without(part: Slice) -> Slice:
    extra = tuple(a for a in part.extra if a not in ("gain", "init"))
    return Slice(part.grid, part.rows, part.held, part.fixed, extra)


def _hold(story: Story, grid: str) -> dict[str, Any]:
    """Other axes at their reference, and weights too where they have several gains."""
    points = story.grids[grid]
    ref = slices.reference(points)
    axes = [a for a in slices.varied(points) if a not in ("gain", "init", "hidden")]
    by_init: dict[Any, set] = {}
    for p in points:
        by_init.setdefault(p.params["init"], set()).add(p.params["gain"])
    many = [i for i, g in by_init.items() if len(g) > 1]
    if len(many) > 1:
        axes.append("init")
    return {a: ref[a] for a in axes}


def _lines(part: Slice) -> list[Line]:
    """Rows of the slice gathered by network; columns are gains or initializers."""
    scaled = part_init([p for r in part.rows for p in r.points()])
    gathered: dict[tuple, dict[Any, Row]] = {}
    for row in part.rows:
        if not row.size().word:
            continue
        rest = tuple(row.params.get(a) for a in part.extra if a not in ("gain", "init"))
        init = row.params["init"]
        column = float(row.params["gain"]) if init == scaled else init
        gathered.setdefault((row.cell, row.biases, *rest), {})[column] = row
    return [Line(_label(rows, part), rows) for rows in gathered.values()]


def _label(rows: dict[Any, Row], part: Slice) -> str:
    row = next(iter(rows.values()))
    extra = tuple(a for a in part.extra if a not in ("gain", "init"))
    return labels.row_label(row.params, extra, row.names)


def _named(column: Any) -> bool:
    return isinstance(column, str)


def _column(column: Any, names: ModuleType) -> str:
    return labels.init_name(column, names) if _named(column) else f"{column:g}"


def _reference(line: Line) -> Row:
    return line.rows.get(1.0, line.first)


def _sample(lines: Sequence[Line]) -> list[Line]:
    if len(lines) <= MOST:
        return list(lines)
    kept = {id(r) for r in rank.sample(tuple(_reference(x) for x in lines), MOST)}
    return [line for line in lines if id(_reference(line)) in kept]


def _seen(
    run: tuple[int, int] | None, gains: Sequence[float], drawn: Sequence[float]
) -> tuple[int, int] | None:
    """A run of gains by its first and last column, where some gains are not drawn."""
    if run is None:
        return None
    low, high = gains[run[0]], gains[run[1]]
    inside = [k for k, gain in enumerate(drawn) if low <= gain <= high]
    return (inside[0], inside[-1]) if inside else None


def _note(run: tuple[int, int] | None, gains: Sequence[float], w: ModuleType) -> str:
    if run is None:
        return w.NOTE_NONE
    low, high = gains[run[0]], gains[run[1]]
    template = w.NOTE_AT if low == high else w.NOTE_RANGE
    return say(template, low=f"{low:g}", high=f"{high:g}")
