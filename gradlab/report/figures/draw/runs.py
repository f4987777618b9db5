"""Runs as dots on a scale of powers of ten, by seaborn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradlab.report.figures.draw import ticks
from gradlab.report.figures.draw.room import column
from gradlab.report.figures.lettering import text_width, wrap
from gradlab.report.figures.runs import OUTCOMES, Runs
from gradlab.report.figures.style import Style
from gradlab.report.words import spoken


if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEYS = {"succeeded": "succeeded", "fell_back": "fell_back", "never": "never"}
STEPS = (1, 2, 5, 10, 20, 50, 100)
"""Powers of ten between two ticks."""
ROW = 2.6
"""Height of a row, in heights of its letters."""


def height(data: Runs, width: float, style: Style) -> float:
    """Rows of one height, with room for their groups."""
    groups = max(1, len(data.groups()))
    return max(1, len(data.rows)) * max(ROW, 1.0 + 0.8 * groups) * style.small / 72


def paint(data: Runs, axes: Axes, style: Style, *, alone: bool) -> None:
    """A dot a run, by outcome; the bound; a stripe behind every second row."""
    import seaborn

    words = spoken("drawing").OUTCOMES
    low, high = data.limits
    pad = 0.03 * (high - low)
    axes.set_xlim(low - pad, high + pad)
    axes.set_ylim(len(data.rows) - 0.5, -0.5)
    for row in range(0, len(data.rows), 2):
        axes.axhspan(row - 0.5, row + 0.5, color=style.shade, zorder=0, linewidth=0)
    for outcome in OUTCOMES:
        dots = [d for d in data.dots if d.outcome == outcome]
        if not dots:
            continue
        look = style.look(KEYS[outcome])
        seaborn.scatterplot(
            x=[data.place(d) for d in dots],
            y=[data.height(d) for d in dots],
            marker=look.marker,
            color=style.paper if look.hollow else look.colour,
            edgecolor=look.colour,
            linewidth=0.9 * style.line if look.hollow else 0.3,
            s=(20 if outcome == "never" else 17) * style.line**2,
            label=words[outcome],
            legend=False,
            zorder=4 if outcome == "never" else 3,
            ax=axes,
        )
    _bound(data, axes, style)
    names = max((text_width(name, style.small) for name in data.rows), default=0.0)
    axes.set_yticks(range(len(data.rows)), list(data.rows))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    width = column(axes) - names - 0.2
    ticks.left(
        axes.xaxis, low, high, max(4, int(width / 0.6)), (1, 2, 5, 10, 20, 50, 100)
    )
    _zero(data, axes)
    room = min(max(width, 1.5), 0.8 * column(axes))
    axes.set_xlabel("\n".join(wrap(data.x_label, style.small, room)))
    axes.set_ylabel("")


def _bound(data: Runs, axes: Axes, style: Style) -> None:
    """The line that parts the runs, its counts at both sides of its upper end."""
    if data.bound is None:
        return
    line = axes.axvline(data.bound, color=style.ink, linestyle=(0, (3, 2)), zorder=2)
    line.set_linewidth(0.9 * style.line)
    for words, ha, offset in zip(data.sides, ("right", "left"), (-4, 4), strict=False):
        axes.annotate(
            words,
            (data.bound, 1),
            (offset, 3),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            size=style.small,
            ha=ha,
        )


def _zero(data: Runs, axes: Axes) -> None:
    """Name the lower end where dots of exactly zero stand."""
    low = data.limits[0]
    if any(dot.ln == float("-inf") for dot in data.dots):
        labels = [t.get_text() for t in axes.get_xticklabels()]
        places = list(axes.get_xticks())
        kept = [(p, w) for p, w in zip(places, labels, strict=True) if p > low + 2]
        axes.set_xticks([low, *(p for p, _ in kept)], ["0", *(w for _, w in kept)])


def frame(group: Sequence[tuple[Runs, Axes]], style: Style) -> None:
    """Nothing to set: panels in one row have the same networks and scale."""
