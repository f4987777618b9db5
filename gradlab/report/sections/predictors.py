"""What predicts it? The rate against gates, and against numbers of W_hh."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gradlab.report import inline, numbers
from gradlab.report.blocks import (
    Block,
    Cell,
    Details,
    Figure,
    Finding,
    Missing,
    Table,
)
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.figures.scatter import Point, Scatter
from gradlab.report.sections import _exponents as exponents
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, Slice, labels, rank
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

KEEP_GATES = {"lstm": "forget_gate"}
FACTOR = math.log(10.0)
MOST = 24
SHOWN = 10
NAMED = 4
NEAR, LEAST, TOLD, WIDE = 0.01, 0.02, 2, 30


class Predictors(own.OwnSection):
    """Scatters of the measured rate; a table of closed and open gates."""

    name = "predictors"
    order = 10
    question = "What predicts it?"
    needs = ("growth_rate",)

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """One figure of one or two panels, and the gates' values as a table."""
        w = self.words(story)
        gated = _gated(story)
        part, plain = _plain(story)
        alone = exponents.compared(story)
        if not gated and not plain:
            return _alone(alone, w, story) if alone else Missing(w.MISSING)
        finding = _finding(gated, plain, w)
        told = [finding, exponents.alone_finding(alone, w)] if alone else [finding]
        count, gated = len(gated), rank.sample(gated, MOST)
        return [
            Finding(" ".join(told)),
            self._figure(finding, gated, count, plain, part or story.main, w, story),
            *exponents.alone_table(alone, w),
            *_gate_values(gated, w),
            *own.tail(
                w,
                story,
                [*gated, *plain, *alone],
                ("pascanu2013", "tallec2018"),
                formula=(w.FORMULA, w.SPOKEN),
            ),
        ]

    def _figure(
        self,
        finding: str,
        gated: Sequence[Row],
        count: int,
        plain: Sequence[Row],
        part: Slice,
        w: ModuleType,
        story: Story,
    ) -> Figure:
        panels, texts = [], []
        if gated:
            panels.append(Panel(w.PANEL_GATES, _gates(gated, w)))
            texts.append(w.CAPTION_GATES)
            texts.append(own.left_out(story, story.main, len(gated), count))
        if plain:
            shown = _shown(plain)
            panels.append(Panel(w.PANEL_WEIGHTS, _weights(shown, w)))
            texts.append(w.CAPTION_WEIGHTS)
            if any(_linear(r) for r in shown):
                texts.append(w.DIAMOND)
            if len(shown) < len(plain):
                numbers_of = {"shown": len(shown), "count": len(plain)}
                texts.append(say(w.SOME_WEIGHTS, **numbers_of))
        told = ", ".join(
            say(
                w.ALT_POINT,
                name=r.label,
                conveyor=inline.plain(numbers.kept(r.rate("conveyor").mean)),
                kept=inline.plain(numbers.kept(r.rate().mean)),
            )
            for r in gated
        )
        points = own.points_of([*gated, *plain], -1)
        base = story.main if gated else part
        return Figure(
            name="predictors",
            data=Panels(panels, columns=len(panels), share_y=False),
            alt=say(w.ALT, finding=inline.plain(finding), points=told or "see table"),
            caption=own.caption(story, base, points, *texts, bands=False),
            draft=own.draft(story, w.DRAFT, base, points),
        )


def _alone(rows: Sequence[Row], w: ModuleType, story: Story) -> list[Block]:
    """The section where exponents are all there is."""
    return [
        Finding(exponents.alone_finding(rows, w)),
        *exponents.alone_table(rows, w),
        *own.tail(
            w,
            story,
            rows,
            ("benettin1980",),
            formula=(w.FORMULA, w.SPOKEN),
            how=w.ALONE_HOW,
        ),
    ]


def _gated(story: Story) -> tuple[Row, ...]:
    """Rows with a conveyor that is not the whole road, with a finite rate."""
    return tuple(
        r
        for r in story.main.rows
        if math.isfinite(r.rate("conveyor").mean) and math.isfinite(r.rate().mean)
    )


def _plain(story: Story) -> tuple[Slice | None, list[Row]]:
    """Plain RNNs with numbers of W_hh: the grid with most of them."""
    best: tuple[int, Slice | None, list[Row]] = (0, None, [])
    for grid in story.holding("weight_spectral_norm", block="recurrent"):
        part = story.cut(grid, own=("length",))
        rows = [
            r
            for r in part.rows
            if r.family == "rnn"
            and math.isfinite(r.rate().mean)
            and r.has("weight_spectral_norm", block="recurrent")
        ]
        if len(rows) > best[0]:
            best = (len(rows), part, rows)
    return best[1], best[2]


def keep_gate(row: Row) -> str | None:
    """The block of the gate that keeps the past, under every convention."""
    gates = ("keep_gate", KEEP_GATES.get(row.family, ""))
    return next((g for g in gates if row.has("gate_log_mean", block=g)), None)


def typical_gate(row: Row) -> float:
    """E ln f of the keep gate, over units, steps, sequences and seeds."""
    gate = keep_gate(row)
    return row.spread("gate_log_mean", block=gate).mean if gate else math.nan


def _gates(rows: Sequence[Row], w: ModuleType) -> Scatter:
    points = []
    for row in rows:
        typical = typical_gate(row)
        points.append(
            Point(
                x=row.rate("conveyor").mean,
                y=row.rate().mean,
                label=row.short,
                key=row.key,
                joined=typical if math.isfinite(typical) else None,
            )
        )
    joined = any(p.joined is not None for p in points)
    return Scatter(
        _named_once(points, w, apart=False),
        x_label=w.X_GATES,
        y_label=w.Y,
        diagonal=w.DIAGONAL,
        main_label=w.MAIN_GATES,
        joined_label=w.JOINED_GATES if joined else "",
    )


def _named_once(points: Sequence[Point], w: ModuleType, apart: bool) -> list[Point]:
    """Points that lie on one another get one label with their names.

    apart: the axes do not share their scale.
    """
    xs, ys = [p.x for p in points], [p.y for p in points]
    both = [*xs, *ys]
    near_x = NEAR * max(_span(xs if apart else both), LEAST)
    near_y = NEAR * max(_span(ys if apart else both), LEAST)
    found: list[list[Point]] = []
    for point in points:
        for group in found:
            first = group[0]
            if abs(point.x - first.x) < near_x and abs(point.y - first.y) < near_y:
                group.append(point)
                break
        else:
            found.append([point])
    named = []
    for group in found:
        label = _joined([p.label for p in group[:TOLD]])
        if len(group) > TOLD:
            label += say(w.MORE, count=len(group) - TOLD)
        if len(group) > 1 and len(label) > WIDE:
            label = say(w.SO_MANY, count=len(group))
        named.append(replace(group[0], label=label))
        named += [replace(p, show_label=False) for p in group[1:]]
    return named


def _span(values: Sequence[float]) -> float:
    return max(values, default=0.0) - min(values, default=0.0)


def _joined(names: Sequence[str]) -> str:
    """``GRU/LSTM chrono``: names that share their end have it once."""
    words = [name.split(" ") for name in names]
    same = 0
    while (
        all(len(w) > same + 1 for w in words)
        and len({w[-1 - same] for w in words}) == 1
    ):
        same += 1
    if not same:
        return "/".join(names)
    heads = [" ".join(w[:-same]) for w in words]
    comma = "," if all(h.endswith(",") for h in heads) else ""
    first = "/".join(h.removesuffix(comma) for h in heads)
    return f"{first}{comma} {' '.join(words[0][-same:])}"


def _shown(rows: Sequence[Row]) -> list[Row]:
    """The usual activation and, as the law's reference, linear; at most ten."""
    if len(rows) <= SHOWN // 2:
        return list(rows)
    usual = next((r for r in rows if r.key == "rnn"), rows[0]).params.get("activation")
    chosen = [r for r in rows if r.params.get("activation") in (usual, "linear")]
    if not 1 < len(chosen) <= SHOWN:
        chosen = list(rank.sample(tuple(chosen or rows), SHOWN))
    return chosen


def _weights(rows: Sequence[Row], w: ModuleType) -> Scatter:
    points = []
    for row in rows:
        radius = row.spread("weight_spectral_radius", block="recurrent").mean
        points.append(
            Point(
                x=row.spread("weight_spectral_norm", block="recurrent").mean,
                y=row.rate().mean,
                label=_weights_label(row),
                key="other1" if _linear(row) else "rnn",
                joined=radius if math.isfinite(radius) else None,
            )
        )
    return Scatter(
        _named_once(points, w, apart=True),
        x_label=w.X_WEIGHTS,
        y_label=w.Y,
        x_scale="linear",
        lines=[(1.0, w.LINE)],
        main_label=w.MAIN_WEIGHTS,
        joined_label=w.JOINED_WEIGHTS,
    )


def _linear(row: Row) -> bool:
    return row.params.get("activation") == "linear"


def _weights_label(row: Row) -> str:
    """``he, relu``: what differs from the plain RNN, or RNN."""
    return row.extras or row.short


def _shares(row: Row) -> tuple[float, float, float] | None:
    gate = keep_gate(row)
    if gate is None:
        return None
    low = row.spread("gate_saturation", block=gate, index="low").mean
    high = row.spread("gate_saturation", block=gate, index="high").mean
    if not (math.isfinite(low) and math.isfinite(high)):
        return None
    return low, max(0.0, 1.0 - low - high), high


def _gate_values(rows: Sequence[Row], w: ModuleType) -> list[Block]:
    """How open the keep gates are: a table to unfold."""
    found = [(r, s) for r in rows if (s := _shares(r)) is not None]
    if not found:
        return []
    timed = any(r.has("time_constant", index="median") for r, _ in found)
    lines = [
        [
            Cell(r.label),
            _percent(math.exp(typical_gate(r))),
            *(_percent(share) for share in shares),
            *(_constants(r, w) if timed else ()),
        ]
        for r, shares in found
    ]
    columns, caption = list(w.GATE_COLUMNS), w.GATE_CAPTION
    if timed:
        columns += w.CONSTANT_COLUMNS
        caption = f"{caption} {w.CONSTANT_CAPTION}"
    return [Details(w.GATE_TABLE, [Table(columns, lines, caption, name="gates")])]


def _constants(row: Row, w: ModuleType) -> list[Cell]:
    """The time constants of the median and of the slowest unit, in steps."""
    cells = []
    for which in ("median", "slowest"):
        value = row.spread("time_constant", index=which).mean
        shown = numbers.MISSING
        if math.isfinite(value):
            shown = numbers.significant(value).removesuffix(".0")
        elif value > 0:
            shown = w.CONSTANT_LASTING
        cells.append(Cell(shown, value))
    return cells


def _percent(share: float) -> Cell:
    return Cell(numbers.percent(share), share)


def _finding(gated: Sequence[Row], plain: Sequence[Row], w: ModuleType) -> str:
    texts = [_gates_finding(gated, w)] if gated else []
    if plain:
        texts.append(_weights_finding(plain, w))
    return ". ".join(t for t in texts if t) + "."


def _gates_finding(rows: Sequence[Row], w: ModuleType) -> str:
    """Predicted: within a factor of ten of the measured size after all steps."""

    def gap(row: Row) -> float:
        return abs(row.rate().mean - row.rate("conveyor").mean) * row.length

    hits = [r for r in rows if gap(r) < FACTOR]
    misses = sorted((r for r in rows if gap(r) >= FACTOR), key=gap, reverse=True)
    length = f"{max(r.length for r in rows):,}"
    if not misses:
        return say(w.ALL_HIT, count=len(rows), length=length)
    told = _told(misses, w)
    if not hits:
        return say(w.ONLY_MISS, misses=told)
    names = [r.label for r in hits[:NAMED]]
    if len(hits) > len(names):
        names[-1] = say(w.OF_ALL, count=len(hits) - len(names) + 1)
    text = say(w.HITS, hits=numbers.listed(names), length=length)
    return text + say(w.AND_MISS, misses=told)


def _told(misses: Sequence[Row], w: ModuleType) -> str:
    """The missed row that holds best stands for the others."""
    row = min(misses, key=rank.merit)
    text = say(
        w.MISS,
        name=row.label,
        said=numbers.kept(row.rate("conveyor").mean),
        kept=numbers.kept(row.rate().mean),
    )
    return text + (say(w.MORE, count=len(misses) - 1) if len(misses) > 1 else "")


def _weights_finding(rows: Sequence[Row], w: ModuleType) -> str:
    ordered = sorted(rows, key=lambda r: (r.key != "rnn", r.label))
    values = [
        (
            r,
            r.spread("weight_spectral_norm", block="recurrent").mean,
            r.spread("weight_spectral_radius", block="recurrent").mean,
        )
        for r in ordered
    ]
    above = [(r, n, p) for r, n, p in values if n > 1.0005 and not _grows(r)]
    above.sort(key=lambda item: not _shrinks(item[0]))
    wrong = [
        (r, n, p)
        for r, n, p in values
        if (p > 1.0005 and _shrinks(r)) or (p < 0.9995 and _grows(r))
    ]
    if above and wrong:
        row, norm, _ = above[0]
        return say(
            w.WEIGHTS_BOTH,
            name=_named(row, w),
            norm=numbers.significant(norm, 3),
            word=_word(row, w),
        ) + _radius_clause(wrong[0], w)
    if above:
        row, norm, _ = above[0]
        shown = numbers.significant(norm, 3)
        return say(w.WEIGHTS_NORM, name=_named(row, w), norm=shown, word=_word(row, w))
    if wrong:
        return _radius_text(wrong[0], w)
    return w.WEIGHTS_AGREE


def _radius_clause(found: tuple[Row, float, float], w: ModuleType) -> str:
    row, _, radius = found
    template = w.RADIUS_CLAUSE_ABOVE if radius > 1 else w.RADIUS_CLAUSE_BELOW
    shown = numbers.significant(radius, 3)
    return say(template, name=_named(row, w), radius=shown, word=_word(row, w))


def _radius_text(found: tuple[Row, float, float], w: ModuleType) -> str:
    row, _, radius = found
    template = w.WEIGHTS_RADIUS if radius > 1 else w.WEIGHTS_LOW
    shown = numbers.significant(radius, 3)
    return say(template, name=_named(row, w), radius=shown, word=_word(row, w))


def _shrinks(row: Row) -> bool:
    return row.size().word in ("vanishing", "fading")


def _grows(row: Row) -> bool:
    return row.size().word in ("growing", "exploding")


def _word(row: Row, w: ModuleType) -> str:
    words = {
        "vanishing": w.VANISHES,
        "fading": w.FADES,
        "stable": w.HOLDS,
        "undetermined": w.UNDETERMINED,
    }
    return words.get(row.size().word, w.EXPLODES)


def _named(row: Row, w: ModuleType) -> str:
    """``the RNN with PyTorch default weights and tanh``."""
    gain = row.params.get("gain")
    template = w.NAMED if gain == labels.CUSTOMARY["gain"] else w.NAMED_GAIN
    activation = row.params.get("activation")
    return say(template, init=row.init_name, activation=activation, gain=f"{gain:g}")
