"""Runs that succeeded: counts by network and task, and a dot a run by its gradient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING

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
from gradlab.report.figures.counts import Counts
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.figures.runs import Dot, Runs
from gradlab.report.sections import _learning as shared
from gradlab.report.top import learning_map
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

MOST = 3
"""Values of epsilon with a panel of their own."""
WEIGHTS = {2: (1.4, 2.0), 3: (1.5, 1.7, 1.0)}
"""Widths of panels in one row: counts, dots, dots of another epsilon."""
COLUMNS, NARROWEST = 6, 2.1
"""Columns of the counts in such a row at most; inches of a panel at least."""


def figures(
    finding: str, story: Story, found: Sequence[Group], w: ModuleType
) -> list[Figure]:
    """Counts and dots in one figure where they fit in a row, else in two."""
    counts, dots = _counts(story, found, w), _dots(story, found, w)
    if counts and dots and _fit_in_a_row(counts, dots):
        both = replace(shared.joined([counts, dots]), alt=f"{counts.alt} {w.RUNS_ALT}")
        data = Panels(
            both.panels,
            columns=len(both.panels),
            weights=WEIGHTS[len(both.panels)],
            narrowest=NARROWEST,
        )
        return [shared.figure("learning", data, finding, both, w)]
    drawn = []
    if counts:
        columns = 1 if _columns(counts) > learning_map.COLUMNS else 2
        data = Panels(counts.panels, columns, share_y=False)
        drawn.append(shared.figure("learning", data, finding, counts, w))
    if dots:
        data = Panels(dots.panels, columns=2, weights=_widths(dots.panels))
        drawn.append(shared.figure("learning-gradient", data, finding, dots, w))
    return drawn


def _columns(part: shared.Part) -> int:
    maps = [p.data for p in part.panels if isinstance(p.data, Counts)]
    return max(len(data.columns) for data in maps)


def _fit_in_a_row(counts: shared.Part, dots: shared.Part) -> bool:
    return (
        len(counts.panels) == 1
        and len(dots.panels) + 1 in WEIGHTS
        and _columns(counts) <= COLUMNS
    )


def _counts(story: Story, found: Sequence[Group], w: ModuleType) -> shared.Part | None:
    """Maps of counts; None of one network on one task, which a sentence names."""
    if len(found) < 2:
        return None
    cells = "; ".join(
        say(
            w.COUNTS_CELL,
            name=g.network.label,
            task=g.task,
            count=g.count,
            total=g.total,
        )
        for g in found[: learning_map.ROWS]
    )
    how = learning_map.how_trained(story, found, w)
    rows = learning_map.names(found, story.language)
    texts = [
        say(w.COUNTS_CAPTION, updates=shared.updates(found), how=how),
        w.FELL_BACK if any(run.fell_back for run in runs(found)) else "",
        shared.some(len(rows), found, w, story.language),
    ]
    alt = say(w.COUNTS_ALT, cells=cells)
    return shared.Part(learning_map.counts(story, found, w), texts, alt, w.COUNTS_DRAFT)


def _dots(story: Story, found: Sequence[Group], w: ModuleType) -> shared.Part | None:
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
    counts = "; ".join(
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
    return shared.Part(panels, texts, say(w.DOTS_ALT, rows=counts), w.DOTS_DRAFT)


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
