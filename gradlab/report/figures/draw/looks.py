"""A look as matplotlib's keywords; reference lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gradlab.report.figures.style import Look, Style


if TYPE_CHECKING:
    from matplotlib.axes import Axes


def line(look: Look, style: Style) -> dict[str, Any]:
    """Keywords for a line of this look, with its markers."""
    return {
        "color": look.colour,
        "linewidth": look.width * style.line,
        "linestyle": (0, look.dash) if look.dash else "-",
        **marker(look, style),
    }


def marker(look: Look, style: Style, size: float = 4.2) -> dict[str, Any]:
    """Keywords for markers of this look."""
    return {
        "marker": look.marker,
        "markersize": size * style.line,
        "markerfacecolor": style.paper if look.hollow else look.colour,
        "markeredgecolor": look.colour,
        "markeredgewidth": 0.9 * style.line,
    }


def references(marked: Sequence[tuple[float, str]], axes: Axes, style: Style) -> None:
    """Vertical dashed lines, named above the axes."""
    low, high = axes.get_xlim()
    for x, words in (m for m in marked if low <= m[0] <= high):
        line = axes.axvline(x, color=style.ink, linestyle=(0, (3, 2)), zorder=1)
        line.set_linewidth(0.9 * style.line)
        share = (x - low) / (high - low)
        axes.annotate(
            words,
            (x, 1),
            (0, 1),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            size=style.small,
            ha="left" if share < 0.3 else "right" if share > 0.7 else "center",
        )
