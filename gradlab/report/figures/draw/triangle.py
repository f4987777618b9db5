"""One time x time map: raster, contours, and the half that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.report.figures.draw import free, ticks
from gradlab.report.figures.draw.colours import colormap
from gradlab.report.figures.draw.room import inches
from gradlab.report.figures.lettering import wrap
from gradlab.report.figures.scale import CLIP, LN10
from gradlab.report.figures.style import Style
from gradlab.report.figures.triangles import Triangle
from gradlab.report.words import spoken


if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIGNED = True
CONTOURS = {-3.0: "1/1000", 3.0: "1000"}
ON_MAP = "#14171d"
"""Ink on top of the colours, the same in light and dark."""
BEYOND = 400.0
"""Exponent that stands for exactly zero (negative) and for not finite."""


def height(data: Triangle, width: float, style: Style) -> float:
    """A square."""
    return min(width, 3.0)


def paint(data: Triangle, axes: Any, style: Style, *, alone: bool) -> Any:
    """Colours, contours, the hatched half."""
    from matplotlib.patches import Polygon

    later, earlier, grid = data.square()
    end = float(later[-1]) if later.size else 1.0
    exponents = np.clip(grid / LN10, -BEYOND, BEYOND)
    span = {"cmap": colormap(style), "vmin": -CLIP, "vmax": CLIP}
    mesh = axes.pcolormesh(earlier, later, exponents, rasterized=True, **span)
    if min(grid.shape) >= 3:
        masked = np.ma.masked_invalid(exponents)
        levels = [e for e in CONTOURS if masked.min() < e < masked.max()]
        line = {"colors": ON_MAP, "linewidths": 0.9 * style.line, "linestyles": "solid"}
        drawn = axes.contour(earlier, later, masked, levels=levels, **line)
        longest = [max(segments, key=len) for segments in drawn.allsegs if segments]
        middles = [line[len(line) // 2] for line in longest]
        axes.clabel(drawn, fmt=CONTOURS, fontsize=style.small, manual=middles)
    half = [(0, 0), (end, 0), (end, end)]
    fill: dict[str, Any] = {
        "facecolor": style.paper,
        "edgecolor": "#c3c8d0",
        "hatch": "////",
    }
    axes.add_patch(Polygon(half, linewidth=0, zorder=2.5, **fill))
    axes.plot([0, end], [0, end], color=style.muted, linewidth=0.6, zorder=2.6)
    axes.set(xlim=(0, end), ylim=(0, end))
    ticks.lag(axes.xaxis, 0, end, 3)
    ticks.lag(axes.yaxis, 0, end, 3)
    axes.set_xlabel(spoken("drawing").EARLIER)
    first = axes.get_subplotspec().colspan.start == 0
    axes.set_ylabel(spoken("drawing").LATER if first else "")
    axes.tick_params(labelleft=first)
    return mesh


def finish(data: Triangle, axes: Axes, style: Style) -> None:
    """Say in the first map why half of it is empty, where that half has room."""
    if axes is not axes.figure.axes[0]:
        return
    side, corner = inches(axes)[0], (axes.get_xlim()[1], 0.0)
    taken = [text.get_window_extent() for text in axes.texts]
    look: dict[str, Any] = {"size": style.small, "linespacing": 1.15, "zorder": 5}
    look["bbox"] = {"facecolor": style.paper, "edgecolor": "none", "pad": 1.0}
    impossible = spoken("drawing").IMPOSSIBLE
    for share in (0.6, 0.5, 0.4):
        words = "\n".join(wrap(impossible, style.small, share * side))
        if free.write(axes, words, corner, [(-4, 4, "right", "bottom")], taken, **look):
            return
