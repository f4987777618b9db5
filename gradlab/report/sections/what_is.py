"""What is an LSTM? A drawing, its equations, and what a gradient through time is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gradlab.axes import own_input_bias
from gradlab.report import inline, numbers
from gradlab.report.blocks import (
    Block,
    Figure,
    Finding,
    Formula,
    Missing,
    Points,
    Prose,
    References,
)
from gradlab.report.figures.cell_diagram import CellDiagram, Shares, Way
from gradlab.report.sections import _own as own
from gradlab.report.story import Row
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

ROADS = ("cc", "hc", "ch", "hh")
"""Blocks of the step Jacobian: where a gradient arrives last (of "hc": from h to c)."""
LSTM_GATES = ("forget_gate", "input_gate", "output_gate")


class WhatIs(own.OwnSection):
    """The lesson: it needs nothing from the store, and takes one number a road."""

    name = "what_is"
    order = 0.5
    question = "What is an LSTM?"
    computed = False

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """Drawings, equations and terms; shares where the blocks were measured."""
        w = self.words(story)
        return [
            Finding(w.FINDING),
            self._cells(w),
            Points(w.PARTS_IN_WORDS),
            Formula(w.LSTM, w.LSTM_SPOKEN),
            Prose(w.OTHERS),
            Formula(w.OTHERS_FORMULA, w.OTHERS_SPOKEN),
            Points(w.GRADIENT, ordered=True),
            Formula(w.CHAIN, w.CHAIN_SPOKEN),
            self._back(w, story),
            Points(w.TERMS),
            References(("hochreiter1997", "gers2000", "cho2014", "tallec2018")),
        ]

    def _cells(self, w: ModuleType) -> Figure:
        cells = ("lstm", "rnn", "gru")
        return Figure(
            name="cells",
            data=CellDiagram(cells, w.TITLES, w.PARTS, ways(w.PARTS)),
            alt=w.ALT,
            caption=w.CAPTION,
            draft=w.DRAFT,
        )

    def _back(self, w: ModuleType, story: Story) -> Figure:
        rows = drawn_rows(story)
        found = [Shares(row.label, row.key, road_norms(row)) for row in rows]
        roads = [w.ROADS[block] for block in ROADS]
        networks = []
        for s in found:
            items = [
                say(w.BACK_ALT_ITEM, value=numbers.left(ln), road=road)
                for road, ln in zip(roads, s.ln, strict=True)
            ]
            text = ", ".join(items)
            networks.append(say(w.BACK_ALT_NETWORK, name=s.label, list=text))
        alt = say(w.BACK_ALT_SHARES, list="; ".join(networks)) if found else ""
        return Figure(
            name="gradient_step",
            data=CellDiagram(
                ("lstm",),
                {"lstm": w.TITLE_BACK},
                w.PARTS,
                [way for way in ways(w.PARTS) if way.cell == "LSTM"],
                back=True,
                roads=roads if found else (),
                shares=found,
            ),
            alt=inline.plain(say(w.BACK_ALT, shares=alt)),
            caption=self._back_caption(rows, w, story),
            takeaway=w.TAKEAWAY_BACK,
            draft=self._back_draft(rows, w, story),
        )

    def _back_caption(self, rows: Sequence[Row], w: ModuleType, story: Story) -> str:
        if not rows:
            return w.BACK_CAPTION
        points = own.points_of(rows, -1)
        texts = (w.BACK_CAPTION, w.BACK_SHARES)
        return own.caption(story, story.curves, points, *texts, bands=False)

    def _back_draft(self, rows: Sequence[Row], w: ModuleType, story: Story) -> str:
        if not rows:
            return w.BACK_DRAFT
        return say(
            w.BACK_DRAFT_SHARES,
            networks=own.networks(story),
            lengths=", ".join(f"{n:,}" for n in sorted({r.length for r in rows})),
            seeds=story.seeds_text(own.points_of(rows, -1)),
            values=own.all_held(story, story.curves),
        )


def drawn_rows(story: Story) -> list[Row]:
    """LSTMs whose shares of one step are drawn: two at most.

    They are plain ones with tanh, as the drawing shows: the first of the line-up
    (PyTorch's default, or the smallest bias) and the last (chrono, or the largest),
    with the input bias that goes with it where one has that.
    """
    found = [
        row
        for row in story.curves.rows
        if _drawn_as_it_is(row) and all(map(math.isfinite, road_norms(row)))
    ]
    found = [row for row in found if own_input_bias(row.params) is None] or found
    return found if len(found) < 2 else [found[0], found[-1]]


def road_norms(row: Row) -> list[float]:
    """Ln of the spectral norm of each block at lag 1, geometric mean over seeds."""
    return [row.spread("spectral_norm", block=b, lag=1).mean for b in ROADS]


def _drawn_as_it_is(row: Row) -> bool:
    return row.cell == "lstm" and row.params.get("activation") == "tanh"


def ways(parts: dict[str, str]) -> list[Way]:
    """The wiring of the three cells, as the table under the drawing lists it."""
    p = parts
    forget, write, show = (p[gate] for gate in LSTM_GATES)
    keep, reset = p["update_gate"], p["reset_gate"]
    c0, c1, h0, h1, x = (p[k] for k in ("c_before", "c_now", "h_before", "h_now", "x"))
    rows = [
        ("LSTM", c0, forget, c1),
        ("LSTM", p["candidate"], write, c1),
        ("LSTM", c1, f"{p['tanh']}, {show}", h1),
        *(("LSTM", f"{h0}, {x}", "", p[to]) for to in ("candidate", *LSTM_GATES)),
        ("RNN", f"{h0}, {x}", p["tanh_wh"], h1),
        ("GRU", h0, keep, h1),
        ("GRU", p["candidate"], keep, h1),
        ("GRU", h0, reset, p["candidate"]),
        ("GRU", x, "", p["candidate"]),
        *(("GRU", f"{h0}, {x}", "", to) for to in (keep, reset)),
    ]
    return [Way(*row) for row in rows]
