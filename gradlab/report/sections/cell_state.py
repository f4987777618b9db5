"""What does the cell state change? Blocks; conveyor, detours and total; passes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.report import inline, numbers
from gradlab.report.blocks import (
    Block,
    Command,
    Figure,
    Finding,
    Formula,
    HowToRead,
    Limits,
    Missing,
    References,
)
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.sections import _own as own
from gradlab.report.sections import _passes as passes
from gradlab.report.story import Row, labels, rank
from gradlab.report.story.rows import curve_of, spread_of
from gradlab.report.top.table import SHOWN
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

BLOCKS = ("hh", "hc", "ch", "cc")
PARALLEL, EQUAL = 0.1, 0.0005
SEVERAL = 2.0
DECADE, TWICE = math.log(10.0), math.log(2.0)
GONE = math.log(1e-3)
LOW = 0.85  # two rows of panels, which should leave room for others on their page


class CellState(own.OwnSection):
    """The LSTM's four blocks, and the cell state's derivative split in two."""

    name = "cell_state"
    order = 6
    question = "What does the cell state change?"
    needs = ("spectral_norm",)

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """Two figures; the second alone for cells of one state. Passes, if measured."""
        w = self.words(story)
        found = _found(story, "cc")
        own_block = "cc" if found else "hh"
        found = found or _found(story, "hh")
        if not found:
            return Missing(w.MISSING)
        rows = _chosen(found)
        left = ""
        if len(found) > SHOWN:
            left = own.left_out(story, story.curves, len(rows), len(found))
        whole = [r for r in rows if all(_curve(r, b) is not None for b in BLOCKS)]
        blocks: list[Block] = []
        split = _split_finding(rows, own_block, w)
        formula = Formula(w.FORMULA, w.SPOKEN)
        if own_block == "hh":
            formula = Formula(w.FORMULA_KEEP, w.SPOKEN_KEEP)
        if whole:
            finding = _same_finding(whole, w)
            blocks += [
                Finding(f"{finding} {split}"),
                self._four(finding, whole, left, w, story),
                HowToRead(w.HOW),
            ]
        else:
            blocks.append(Finding(split))
        blocks += [
            self._split(split, rows, own_block, left, w, story),
            HowToRead(w.HOW_SPLIT),
            *passes.told(story, w),
            formula,
            Command(own.command(story, [*rows, *passes.rows(story)]), w.COMMAND_NOTE),
            Limits(w.LIMITS),
            References(("hochreiter1997", "gers2000", "tallec2018", "kanuparthi2019")),
        ]
        return blocks

    def _four(
        self,
        finding: str,
        rows: Sequence[Row],
        left: str,
        w: ModuleType,
        story: Story,
    ) -> Figure:
        titles = (w.H_TO_H, w.C_TO_H, w.H_TO_C, w.C_TO_C)
        panels = [
            Panel(
                title,
                Curves(
                    [_series(r, block, r.short, r.key) for r in rows],
                    x_label=w.X if block.startswith("c") else "",
                    y_label=w.Y if block.startswith("h") else "",
                    tall=LOW,
                ),
            )
            for block, title in zip(BLOCKS, titles, strict=True)
        ]
        points = own.points_of(rows, -1)
        return Figure(
            name="blocks",
            data=Panels(panels, columns=2),
            alt=say(w.BLOCKS_ALT, finding=inline.plain(finding)),
            caption=own.caption(story, story.curves, points, w.BLOCKS_CAPTION, left),
            takeaway=finding,
            draft=own.draft(story, w.BLOCKS_DRAFT, story.curves, points),
        )

    def _split(
        self,
        finding: str,
        rows: Sequence[Row],
        own_block: str,
        left: str,
        w: ModuleType,
        story: Story,
    ) -> Figure:
        parts = (
            (own_block, w.TOTAL, "total"),
            ("conveyor", w.CONVEYOR, "conveyor"),
            ("detours", w.DETOURS, "detours"),
        )
        panels = [
            Panel(
                say(w.PANEL, bias=_titles(rows)[id(r)], what=_what(r, own_block, w)),
                Curves(
                    [
                        _series(r, block, label, key)
                        for block, label, key in parts
                        if _curve(r, block) is not None
                    ],
                    x_label=w.X,
                    y_label=w.Y,
                ),
            )
            for r in rows
        ]
        points = own.points_of(rows, -1)
        text = say(w.SPLIT_CAPTION, state="c" if own_block == "cc" else "h")
        return Figure(
            name="conveyor",
            data=Panels(panels, columns=len(panels)),
            alt=say(w.SPLIT_ALT, finding=inline.plain(finding)),
            caption=own.caption(story, story.curves, points, text, left),
            takeaway=finding,
            draft=own.draft(story, w.SPLIT_DRAFT, story.curves, points),
        )


def _found(story: Story, block: str) -> list[Row]:
    """Rows with this block and a conveyor."""
    return [
        r
        for r in story.curves.rows
        if _curve(r, block) is not None and _curve(r, "conveyor") is not None
    ]


def _chosen(found: list[Row]) -> list[Row]:
    """Up to three of them: the last biases."""
    if len(found) <= 3:
        return found
    opened = [r for r in found if r.bias != "keep" and r.cell == found[0].cell]
    return opened if len(opened) == 3 else list(rank.sample(tuple(found), 3))


def _curve(row: Row, block: str):
    return row.curve("spectral_norm", block=block)


def _series(row: Row, block: str, label: str, key: str) -> Series:
    """A block's curve, from the first lag at which anything has entered it."""
    curve = row.drawn("spectral_norm", block=block)
    banded = curve.seeds > 1
    entered = np.flatnonzero(curve.mean > -np.inf)
    start = int(entered[0]) if entered.size else 0
    return Series(
        label=label,
        key=key,
        x=[float(v) for v in curve.x[start:]],
        y=own.log10(curve.mean[start:]),
        low=own.log10(curve.low[start:]) if banded else None,
        high=own.log10(curve.high[start:]) if banded else None,
    )


def _late_rate(x: np.ndarray, ln: np.ndarray) -> float:
    """Rate over the later half of the lags, where the start no longer counts."""
    half = int(np.searchsorted(x, x[-1] / 2))
    with np.errstate(invalid="ignore"):
        return float((ln[-1] - ln[half]) / max(x[-1] - x[half], 1.0))


def _rates(row: Row) -> dict[str, float]:
    """The later half's rate of each block, nats per step."""
    curves = {b: row.drawn("spectral_norm", block=b) for b in BLOCKS}
    return {b: _late_rate(c.x, c.mean) for b, c in curves.items()}


def _agree(row: Row, rates: Mapping[str, float]) -> bool:
    """Within a tenth of the rate, or within the seeds' scatter about c to c."""
    values = list(rates.values())
    apart = max(values) - min(values)
    if apart <= max(EQUAL, PARALLEL * abs(float(np.mean(values)))):
        return True
    by_seed = [_seed_rates(row, block) for block in BLOCKS]
    if len(by_seed[-1]) < 3 or len({len(r) for r in by_seed}) > 1:
        return False
    gaps = [spread_of(r - by_seed[-1]) for r in by_seed[:-1]]
    return all(g.low <= 0.0 <= g.high for g in gaps)


def _seed_rates(row: Row, block: str) -> np.ndarray:
    found = [curve_of(p, "spectral_norm", block=block) for p in row.points()]
    return np.array([_late_rate(x, ln) for x, ln in filter(None, found)])


def _same_finding(rows: Sequence[Row], w: ModuleType) -> str:
    """Which rows' blocks share one rate, which do not, which end before."""
    rates = {id(r): _rates(r) for r in rows}
    ended = [r for r in rows if not all(map(math.isfinite, rates[id(r)].values()))]
    going = [r for r in rows if r not in ended]
    same = [r for r in going if _agree(r, rates[id(r)])]
    apart = [r for r in going if r not in same]
    texts = []
    if same:
        items = [
            say(w.SAME_ITEM, name=r.label, kept=numbers.kept(rates[id(r)]["cc"]))
            for r in same
        ]
        texts.append(say(w.SAME, list=", ".join(items)))
    if apart:
        texts.append(_differ(apart, [rates[id(r)] for r in apart], w))
    if ended:
        texts.append(say(w.ENDED, name=numbers.listed([r.label for r in ended])))
    return " ".join(texts)


def _differ(
    rows: Sequence[Row], rates: Sequence[Mapping[str, float]], w: ModuleType
) -> str:
    """The slowest and the fastest block, and how many directions are left."""
    roads = dict(zip(BLOCKS, (w.H_TO_H, w.C_TO_H, w.H_TO_C, w.C_TO_C), strict=True))
    ends = [(rate, roads[b]) for found in rates for b, rate in found.items()]
    low, high = min(ends), max(ends)
    ranks = [r.spread("stable_rank", block="joint", lag=r.length).mean for r in rows]
    several = all(math.isfinite(v) and v >= SEVERAL for v in ranks)
    return say(
        w.DIFFER,
        name=numbers.listed([r.label for r in rows]),
        low=numbers.kept(low[0]),
        low_road=low[1],
        high=numbers.kept(high[0]),
        high_road=high[1],
        why=say(w.WHY, rank=numbers.significant(min(ranks))) if several else "",
    )


def _ends(row: Row, own_block: str) -> tuple[float, float, float]:
    """Ln of total, conveyor and detours at the largest lag."""
    total, conveyor, detours = (
        float(c.mean[-1]) if (c := _curve(row, b)) is not None else math.nan
        for b in (own_block, "conveyor", "detours")
    )
    return total, conveyor, detours


def _what(row: Row, own_block: str, w: ModuleType) -> str:
    total, conveyor, detours = _ends(row, own_block)
    if not (math.isfinite(total) and math.isfinite(conveyor)):
        return w.NO_VERDICT
    if total < GONE:
        return w.BOTH_DIE if conveyor < GONE else w.CANCEL
    if total > conveyor + TWICE:
        detours = max(total, detours) if math.isfinite(detours) else total
    if total > -GONE and detours > conveyor + DECADE:
        return w.BOTH_GROW
    if detours > conveyor + DECADE:
        return w.DETOURS_CARRY
    if conveyor > detours + TWICE:
        return w.CONVEYOR_CARRIES
    return w.BOTH_CARRY


def _titles(rows: Sequence[Row]) -> dict[int, str]:
    """Each row by what tells it apart: its bias, and its cell where there are several.

    By its place in memory.
    """
    if len({r.cell for r in rows}) > 1:
        return {id(r): r.label for r in rows}
    return {
        id(r): labels.with_extras(r.bias_name or labels.cell_name(r.cell), r.extras)
        for r in rows
    }


def _split_finding(rows: Sequence[Row], own_block: str, w: ModuleType) -> str:
    """The row in which the conveyor falls shortest of the whole, then the last row."""

    def gap(row: Row) -> float:
        total, conveyor, _ = _ends(row, own_block)
        known = math.isfinite(total) and math.isfinite(conveyor)
        return total - conveyor if known and total > GONE else -math.inf

    first = max(rows, key=gap)
    others = [r for r in rows if r is not first]
    names = _titles(rows)
    text = say(w.SPLIT, bias=names[id(first)], **_split_values(first, own_block, w))
    if others:
        row = others[-1]
        values = _split_values(row, own_block, w)
        text += say(w.SPLIT_MORE, bias=names[id(row)], **values)
    return text


def _split_values(row: Row, own_block: str, w: ModuleType) -> dict[str, str]:
    total, conveyor, _ = _ends(row, own_block)
    return {
        "lag": f"{row.length:,}",
        "conveyor": numbers.left(conveyor),
        "total": numbers.left(total),
        "what": _what(row, own_block, w),
    }
