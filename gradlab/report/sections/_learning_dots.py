"""Every run by its first gradient before training, and whether it succeeded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from gradlab.report import inline
from gradlab.report.blocks import Figure
from gradlab.report.evidence.learning import (
    LN10,
    Group,
    Run,
    above,
    below,
    best_bound,
    gradients,
    runs,
    tasks,
)
from gradlab.report.evidence.learning_values import Epsilon
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.figures.runs import Dot, Runs
from gradlab.report.sections import _learning as shared
from gradlab.report.top import learning_map
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

MOST = 3
"""Epsilons that stand beside each other."""


def figure(
    finding: str, story: Story, found: Sequence[Group], w: ModuleType
) -> Figure | None:
    """One panel for each epsilon, the largest first, with the same line in all."""
    every = [r for r in runs(found) if not math.isnan(r.ln_gradient)]
    if len(every) < 2:
        return None
    bound = best_bound(gradients(every))
    epsilons = sorted({r.epsilon or 0.0 for r in every}, reverse=True)[:MOST]
    limits, rows = _limits(every), learning_map.names(found, story.language)
    panels = []
    for epsilon in epsilons:
        own = [r for r in every if (r.epsilon or 0.0) == epsilon]
        shown = Epsilon(epsilon).say(story.language)
        title = say(w.PANEL, epsilon=shown) if len(epsilons) > 1 else ""
        panels.append(Panel(title, _panel(own, rows, limits, bound, story, w)))
    told = "; ".join(
        say(
            w.DOTS_ROW,
            name=f"{g.network.label} ({g.task})",
            count=g.count,
            total=g.total,
        )
        for g in found[: learning_map.ROWS]
    )
    texts = [
        w.DOTS_CAPTION,
        say(w.DOTS_TASKS, tasks=", ".join(tasks(found))) if tasks(found)[1:] else "",
        w.DOTS_BOUND if bound is not None else "",
        w.DOTS_BOUND_SAME if bound is not None and len(panels) > 1 else "",
        shared.some(len(rows), found, w, story.language),
    ]
    return Figure(
        name="learning-gradient",
        data=Panels(panels, columns=2, weights=_widths(panels)),
        alt=say(w.ALT, finding=inline.plain(finding), what=say(w.DOTS_ALT, rows=told)),
        caption=" ".join(text for text in texts if text),
        takeaway=finding,
        draft=w.DOTS_DRAFT,
    )


def _widths(panels: Sequence[Panel]) -> tuple[float, ...]:
    """Less room for a second panel of few runs."""
    counts = [len(p.data.dots) for p in panels if isinstance(p.data, Runs)]
    return (2.0, 1.0) if len(counts) == 2 and 2 * counts[1] < counts[0] else ()


def _limits(found: Sequence[Run]) -> tuple[float, float]:
    """Whole powers of ten around all gradients; a zero stands two below them."""
    finite = [r.ln_gradient / LN10 for r in found if math.isfinite(r.ln_gradient)]
    low, high = (min(finite), max(finite)) if finite else (-1.0, 0.0)
    zero = len(finite) < len(found)
    return math.floor(low) - (3.0 if zero else 0.0), math.ceil(high) + 0.0


def _panel(
    found: Sequence[Run],
    rows: Sequence[str],
    limits: tuple[float, float],
    bound: int | None,
    story: Story,
    w: ModuleType,
) -> Runs:
    names = {
        id(r): r.network.name(story.language, learning_map.SETTINGS) for r in found
    }
    found = [r for r in found if names[id(r)] in rows]
    order = sorted(found, key=lambda r: r.point.params["length"])
    dots = [
        Dot(rows.index(names[id(r)]), r.ln_gradient, _outcome(r), r.task) for r in order
    ]
    sides: tuple[str, ...] = ()
    if bound is not None:
        sides = (_side(below(found, bound), w), _side(above(found, bound), w))
    return Runs(
        rows,
        dots,
        w.X,
        limits,
        bound=None if bound is None else float(bound),
        sides=sides,
    )


def _outcome(run: Run) -> str:
    if not run.succeeded:
        return "never"
    return "fell_back" if run.fell_back else "succeeded"


def _side(found: Sequence[Run], w: ModuleType) -> str:
    if not found:
        return ""
    return say(w.SIDE, count=sum(r.succeeded for r in found), total=len(found))
