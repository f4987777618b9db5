"""The signed colour scale: what a cell's colour is, and the bar that explains it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gradlab.report.figures.frame import place
from gradlab.report.figures.scale import CLIP, LN10, power, tick_word


if TYPE_CHECKING:
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

    from gradlab.report.figures.style import Style

BAR_HEIGHT = 0.6
"""Inches a figure keeps below for the colour bar with its words."""


def colormap(style: Style) -> Colormap:
    """PuOr reversed: vanishing purple, exploding orange; in grey, size only."""
    import matplotlib
    from matplotlib.colors import LinearSegmentedColormap

    if not style.grey:
        return matplotlib.colormaps["PuOr_r"]
    return LinearSegmentedColormap.from_list(
        "size", [(0, "#5c5c5c"), (0.5, "#fdfdfd"), (1, "#5c5c5c")]
    )


def position(ln: float) -> float:
    """Where a value stands on the bar: 0 at 10^-10, 0.5 at 1, 1 at 10^10."""
    exponent = min(max(ln / LN10, -CLIP), CLIP)
    return 0.5 + exponent / (2 * CLIP)


def fill(ln: float, style: Style) -> tuple[str, str]:
    """Colour of a cell and of the words in it (at least 4.5 to 1).

    Neither is a colour that the dark page recolours.
    """
    from matplotlib.colors import to_hex

    if not math.isfinite(ln):
        return style.paper, style.ink
    colour = to_hex(colormap(style)(position(ln)))
    return colour, "#fefefe" if luminance(colour) < 0.179 else "#000000"


def luminance(colour: str) -> float:
    """Relative luminance of a hex colour (WCAG 2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def bar(figure: Figure, style: Style, left: float, width: float) -> None:
    """The colour bar along the figure's lower edge, with arrows at both ends."""
    import numpy as np
    from matplotlib.patches import Polygon

    scale = style.small / 7.2
    total = figure.get_size_inches()[0]
    side = 1.2 * scale
    wide = min(total - 2 * side, 3.4 * scale)
    left = min(max(left + (width - wide) / 2, side), total - side - wide)
    bottom, high = 0.37 * scale, 0.095 * scale
    axes = place(figure, left, bottom, wide, high)
    colours = colormap(style)
    axes.imshow(
        np.kron(np.linspace(0, 1, 128), np.ones((1, 2))).reshape(1, -1),
        cmap=colours,
        aspect="auto",
        extent=(-CLIP, CLIP, 0, 1),
        interpolation="none",
    )
    for spine in axes.spines.values():
        spine.set_visible(False)
    places = [-10, -3, 0, 3, 10] if wide > 2.3 * scale else [-10, 0, 10]
    words = [power(e) if abs(e) == CLIP else tick_word(e) for e in places]
    axes.set_xticks(places, words)
    axes.set_yticks([])
    axes.tick_params(
        labelsize=style.small, length=2, width=0.5, colors=style.ink, pad=1.5
    )
    tip = 0.13 * scale
    for sign, end in ((-1, left), (1, left + wide)):
        points = [
            (end, bottom),
            (end, bottom + high),
            (end + sign * tip, bottom + high / 2),
        ]
        figure.add_artist(
            Polygon(
                points,
                closed=True,
                transform=figure.dpi_scale_trans,
                facecolor=colours(0.0 if sign < 0 else 1.0),
                edgecolor="none",
            )
        )
    for x, words_here, held in (
        (left - tip - 0.07, "less, vanishing", "right"),
        (left + wide + tip + 0.07, "more, exploding", "left"),
    ):
        figure.text(
            x,
            bottom + high / 2,
            words_here,
            ha=held,
            va="center_baseline",
            fontsize=style.small,
            color=style.muted,
            transform=figure.dpi_scale_trans,
        )
    figure.text(
        left + wide / 2,
        0.03 * scale,
        "what is left of the gradient",
        ha="center",
        va="bottom",
        fontsize=style.small,
        color=style.muted,
        transform=figure.dpi_scale_trans,
    )
