"""How much room axes have, in inches."""

from __future__ import annotations

from typing import Any


def page(axes: Any) -> float:
    """Width of the figure."""
    return float(axes.figure.get_size_inches()[0])


def column(axes: Any) -> float:
    """Width of the part of the figure that axes and their words share."""
    spec = axes.get_subplotspec()
    grid = spec.get_gridspec()
    ratios = grid.get_width_ratios()
    return page(axes) * sum(ratios[i] for i in spec.colspan) / sum(ratios)


def inches(axes: Any) -> tuple[float, float]:
    """Width and height of the axes as they stand."""
    box = axes.get_window_extent()
    return box.width / axes.figure.dpi, box.height / axes.figure.dpi
