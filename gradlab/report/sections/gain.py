"""How much room is there between vanishing and exploding? The line-up by gain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gradlab.report import inline, numbers
from gradlab.report.blocks import Block, Figure, Finding, Missing
from gradlab.report.figures.dots import Dots, Marks
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.sections import _maps as maps
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, Slice, labels, rank, said, slices
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

MOST = 24


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
        """First and last index of the widest run of stable gains."""
        best: tuple[int, int] | None = None
        start = None
        for k, gain in enumerate([*gains, None]):
            row = self.rows.get(gain) if gain is not None else None
            if row is not None and row.size().word == "stable":
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
    order = 5
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
        finding = _finding(lines, gains, w, story)
        figure = (self._dots if len(lines) == 1 else self._map)(
            finding, lines, gains, part, w, story
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
                how=w.HOW_DOTS if len(lines) == 1 else w.HOW,
            ),
        ]

    def _map(
        self,
        finding: str,
        lines: Sequence[Line],
        gains: Sequence[float],
        part: Slice,
        w: ModuleType,
        story: Story,
    ) -> Figure:
        shown = _sample(lines)
        inits = list(dict.fromkeys(c for line in shown for c in line.rows if _named(c)))
        drawn = own.evenly(gains)
        columns = [*drawn, *inits]
        sizes = [[_size(line, c) for c in columns] for line in shown]
        runs = [line.run(gains) for line in shown]
        data = Heatmap(
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
        points = own.points_of([r for line in shown for r in line.rows.values()], -1)
        text = say(w.CAPTION, length=f"{_length(lines):,}")
        if inits:
            text += w.CAPTION_INIT
        before = [
            text,
            own.left_out(story, part, len(shown), len(lines)),
            own.some_columns(story, len(drawn), len(gains)),
        ]
        return Figure(
            name="gain",
            data=data,
            alt=maps.alt(w.ALT, w.ALT_EXTREME, finding, data),
            caption=own.caption(story, _without(part), points, *before, bands=False),
            draft=own.draft(story, w.DRAFT, part, points),
        )

    def _dots(
        self,
        finding: str,
        lines: Sequence[Line],
        gains: Sequence[float],
        part: Slice,
        w: ModuleType,
        story: Story,
    ) -> Figure:
        line, every, gains = lines[0], len(gains), own.evenly(gains)
        rows = [line.rows[g] for g in gains]
        spreads = [r.size().spread for r in rows]
        banded = any(s.seeds > 1 for s in spreads)
        marks = Marks(
            label=line.label,
            key=_reference(line).key,
            values=[s.mean for s in spreads],
            low=[s.lowest for s in spreads] if banded else None,
            high=[s.highest for s in spreads] if banded else None,
        )
        data = Dots(
            rows=[f"{g:g}" for g in gains],
            marks=[marks],
            x_label=say(w.X_DOTS, length=f"{_length(lines):,}"),
            scale="left",
            row_name=w.ROW_DOTS,
        )
        points = own.points_of(rows, -1)
        text = say(w.CAPTION.split(". ")[0] + ".", length=f"{_length(lines):,}")
        return Figure(
            name="gain",
            data=data,
            alt=inline.plain(finding),
            caption=own.caption(
                story,
                _without(part),
                points,
                text,
                own.some_columns(story, len(gains), every),
            ),
            draft=own.draft(story, w.DRAFT, part, points),
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


def _size(line: Line, column: Any):
    row = line.rows.get(column)
    return row.size() if row else None


def _length(lines: Sequence[Line]) -> int:
    return max(r.length for line in lines for r in line.rows.values())


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


def _finding(
    lines: Sequence[Line], gains: Sequence[float], w: ModuleType, story: Story
) -> str:
    names = story.words("names")
    plain = next((x for x in lines if x.first.cell == "rnn"), lines[0])
    first = _course(plain, gains, w, names)
    others = [line for line in lines if line is not plain]
    if not others:
        return first + "."
    runs = {id(line): line.run(gains) for line in lines}
    width = {key: run[1] - run[0] + 1 if run else 0 for key, run in runs.items()}
    widest = max(width[id(line)] for line in others)
    text = first + _widest(others, runs, width, widest, gains, w)
    if plain.first.cell != "rnn":
        return text + _all_explode(lines, gains, w)
    if widest > width[id(plain)]:
        return text + w.WIDEN + _widened(lines, gains, w)
    return text + w.NOT_WIDER + _all_explode(lines, gains, w)


def _widened(lines: Sequence[Line], gains: Sequence[float], w: ModuleType) -> str:
    """What the largest gain does in spite of the gates."""
    loud = _explode_at(lines, gains)
    if loud is not None:
        return say(w.WIDEN_END, gain=f"{loud:g}")
    words = [_size(line, gains[-1]).word for line in lines if gains[-1] in line.rows]
    count = sum(word in ("exploding", "not_finite") for word in words)
    if not count or "stable" in words:
        return w.WIDEN_DOT
    return say(w.WIDEN_SOME, gain=f"{gains[-1]:g}", count=count, total=len(words))


def _all_explode(lines: Sequence[Line], gains: Sequence[float], w: ModuleType) -> str:
    loud = _explode_at(lines, gains)
    return say(w.ALL_EXPLODE_AT, gain=f"{loud:g}") if loud is not None else ""


def _widest(
    others: Sequence[Line],
    runs: dict[int, tuple[int, int] | None],
    width: dict[int, int],
    widest: int,
    gains: Sequence[float],
    w: ModuleType,
) -> str:
    top = [line for line in others if width[id(line)] == widest]
    run = runs[id(top[0])]
    if run is None:
        return w.NONE_STABLE
    same = [line for line in top if runs[id(line)] == run]
    template = w.WIDEST if widest > 1 else w.WIDEST_AT
    shown = [line.label for line in same]
    if len(shown) > 4:
        shown = [say(w.SO_MANY, count=len(shown))] * 2
    return say(
        template,
        names=numbers.listed(list(dict.fromkeys(shown))),
        t1=numbers.fraction(top[0].first.thresholds[1]),
        t2=numbers.fraction(top[0].first.thresholds[2]),
        stay=w.STAYS if len(shown) == 1 else w.STAY,
        low=f"{gains[run[0]]:g}",
        high=f"{gains[run[1]]:g}",
    )


def _explode_at(lines: Sequence[Line], gains: Sequence[float]) -> float | None:
    """The smallest gain from which all networks explode, or None."""
    found = None
    for gain in reversed(gains):
        words = [_size(line, gain).word for line in lines if gain in line.rows]
        if not words or not set(words) <= {"exploding", "not_finite"}:
            break
        found = gain
    return found


def _course(
    line: Line, gains: Sequence[float], w: ModuleType, names: ModuleType
) -> str:
    """What happens to one network from the smallest gain to the largest."""
    sizes = {g: _size(line, g) for g in gains if g in line.rows}
    words = {s.word for s in sizes.values()}
    name = said.name_capital(_reference(line), names)
    ends = {"Name": name, "low": f"{min(sizes):g}", "high": f"{max(sizes):g}"}
    if words == {"vanishing"}:
        return say(w.PLAIN_VANISHES, **ends)
    if words == {"dead"}:
        return say(w.PLAIN_DEAD, **ends)
    if words <= {"exploding", "not_finite"}:
        return say(w.PLAIN_EXPLODES, **ends)
    lost = [g for g, s in sizes.items() if s.word == "vanishing"]
    grown = [g for g, s in sizes.items() if s.word == "exploding"]
    if lost and grown and max(lost) < min(grown):
        low, high = max(lost), min(grown)
        return say(
            w.PLAIN_CROSSES,
            Name=name,
            low=f"{low:g}",
            high=f"{high:g}",
            low_left=numbers.left(sizes[low].ln),
            high_left=numbers.left(sizes[high].ln),
            length=f"{_length([line]):,}",
        )
    run = line.run(gains)
    if run is not None:
        low, high = gains[run[0]], gains[run[1]]
        template = w.PLAIN_AT if low == high else w.PLAIN_BAND
        return say(template, Name=name, low=f"{low:g}", high=f"{high:g}")
    finite = [s.ln for s in sizes.values() if math.isfinite(s.ln)]
    if not finite:
        return say(w.PLAIN_OTHER, Name=name, low_left="0", high_left="0")
    return say(
        w.PLAIN_OTHER,
        Name=name,
        low_left=numbers.left(min(finite)),
        high_left=numbers.left(max(finite)),
    )
