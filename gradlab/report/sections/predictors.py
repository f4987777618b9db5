"""What predicts it? The rate against gates, and against numbers of W_hh."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gradlab.report import inline, numbers
from gradlab.report.blocks import Block, Cell, Details, Figure, Finding, Missing, Table
from gradlab.report.evidence.networks import Network
from gradlab.report.evidence.predictors import (
    NORM,
    RADIUS,
    gates_gap,
    recurrent,
    typical_gate,
)
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.figures.scatter import Point, Scatter
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, Slice, rank
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

MOST, SHOWN = 24, 10
MEASURES = "growth_rate", "spectral_norm", "hidden_only_exponent"


class Predictors(own.OwnSection):
    """Scatters of the measured rate; a table of closed and open gates."""

    name = "predictors"
    order = 10
    question = "What predicts it?"
    needs = ("growth_rate",)

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """One figure of one or two panels, and the gates' values as a table."""
        w, finding = self.words(story), self.claims(story)
        gated = [r for r in story.main.rows if math.isfinite(gates_gap(Network(r)))]
        part, plain = _plain(story)
        if not finding:
            return Missing(w.MISSING)
        blocks: list[Block] = [Finding(finding)]
        rows = [*rank.sample(tuple(gated), MOST), *plain]
        if rows:
            blocks.append(_figure(finding, gated, plain, part or story.main, w, story))
            blocks += _gate_values(rows, w)
        keys, told = ("pascanu2013", "tallec2018"), rows or _told(story)
        formula = w.FORMULA, w.SPOKEN
        return [*blocks, *own.tail(w, story, told, keys, formula=formula)]


def _told(story: Story) -> Sequence[Row]:
    """Some networks of which something was said where there is nothing to draw."""
    grids = (g for m in MEASURES for g in story.holding(m))
    return next((story.cut(grid, own=("length",)).rows for grid in grids), ())


def _figure(
    finding: str,
    gated: Sequence[Row],
    plain: Sequence[Row],
    part: Slice,
    w: ModuleType,
    story: Story,
) -> Figure:
    panels, texts = [], []
    drawn = rank.sample(tuple(gated), MOST)
    if drawn:
        panels.append(Panel(w.PANEL_GATES, _gates(drawn, w)))
        texts.append(w.CAPTION_GATES)
        texts.append(own.left_out(story, story.main, len(drawn), len(gated)))
    if plain:
        shown = _shown(plain)
        panels.append(Panel(w.PANEL_WEIGHTS, _weights(shown, w)))
        texts.append(w.CAPTION_WEIGHTS)
        if len(shown) < len(plain):
            texts.append(say(w.SOME_WEIGHTS, shown=len(shown), count=len(plain)))
    told = ", ".join(
        say(
            w.ALT_POINT,
            name=r.label,
            conveyor=inline.plain(numbers.kept(r.rate("conveyor").mean)),
            kept=inline.plain(numbers.kept(r.rate().mean)),
        )
        for r in drawn
    )
    points = own.points_of([*drawn, *plain], -1)
    base = story.main if drawn else part
    return Figure(
        name="predictors",
        data=Panels(panels, columns=len(panels), share_y=False),
        alt=say(w.ALT, finding=inline.plain(finding), points=told or w.ALT_TABLE),
        caption=own.caption(story, base, points, *texts, bands=False),
        draft=own.draft(story, w.DRAFT, base, points),
    )


def _plain(story: Story) -> tuple[Slice | None, list[Row]]:
    """Cells of one block of weights: the grid with most of them."""
    best: tuple[Slice | None, list[Row]] = None, []
    for grid in story.holding(NORM, block="recurrent"):
        part = story.cut(grid, own=("length",))
        rows = [
            r
            for r in part.rows
            if math.isfinite(r.rate().mean) and math.isfinite(recurrent(r, NORM))
        ]
        best = (part, rows) if len(rows) > len(best[1]) else best
    return best


def _gates(rows: Sequence[Row], w: ModuleType) -> Scatter:
    points = [
        Point(
            x=row.rate("conveyor").mean,
            y=row.rate().mean,
            label=row.short,
            key=row.key,
            joined=_finite(typical_gate(row)),
        )
        for row in rows
    ]
    return Scatter(
        points,
        x_label=w.X_GATES,
        y_label=w.Y,
        diagonal=w.DIAGONAL,
        main_label=w.MAIN_GATES,
        joined_label=w.JOINED_GATES if any(p.joined for p in points) else "",
    )


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
    points = [
        Point(
            x=recurrent(row, NORM),
            y=row.rate().mean,
            label=row.extras or row.short,
            key="other1" if row.params.get("activation") == "linear" else "rnn",
            joined=_finite(recurrent(row, RADIUS)),
        )
        for row in rows
    ]
    return Scatter(
        points,
        x_label=w.X_WEIGHTS,
        y_label=w.Y,
        x_scale="linear",
        lines=[(1.0, w.LINE)],
        main_label=w.MAIN_WEIGHTS,
        joined_label=w.JOINED_WEIGHTS,
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _gate_values(rows: Sequence[Row], w: ModuleType) -> list[Block]:
    """How open the keep gates are: a table to unfold."""
    found = [(r, shares) for r in rows if (shares := _shares(r))]
    if not found:
        return []
    timed = any(r.has("time_constant", index="median") for r, _ in found)
    lines = [
        [
            Cell(r.label),
            *(Cell(numbers.percent(share), share) for share in shares),
            *(_constants(r, w) if timed else ()),
        ]
        for r, shares in found
    ]
    columns, caption = list(w.GATE_COLUMNS), w.GATE_CAPTION
    if timed:
        columns += w.CONSTANT_COLUMNS
        caption = f"{caption} {w.CONSTANT_CAPTION}"
    return [Details(w.GATE_TABLE, [Table(columns, lines, caption, name="gates")])]


def _shares(row: Row) -> tuple[float, ...]:
    """The typical gate, and the shares of gates below, between and above."""
    low, high = (
        row.spread("gate_saturation", block="keep_gate", index=end).mean
        for end in ("low", "high")
    )
    if not math.isfinite(low + high):
        return ()
    return math.exp(typical_gate(row)), low, max(0.0, 1.0 - low - high), high


def _constants(row: Row, w: ModuleType) -> list[Cell]:
    """The time constants of the median and of the slowest unit, in steps."""
    ends = ("median", "slowest")
    values = [row.spread("time_constant", index=end).mean for end in ends]
    shown = [numbers.significant(value).removesuffix(".0") for value in values]
    named = zip(shown, values, strict=True)
    return [Cell(w.CONSTANT_LASTING if v == math.inf else s, v) for s, v in named]
