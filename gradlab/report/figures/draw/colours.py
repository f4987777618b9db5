"""The signed colour scale: what a cell's colour is, and the bar that explains it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from gradlab.report.figures.draw.room import inches
from gradlab.report.figures.scale import CLIP, LN10, power, tick_word
from gradlab.report.figures.style import Style
from gradlab.report.words import say, spoken


if TYPE_CHECKING:
    from matplotlib.colors import Colormap


def colormap(style: Style) -> Colormap:
    """PuOr reversed: vanishing purple, exploding orange; in grey, size only."""
    import seaborn

    if style.grey:
        return seaborn.blend_palette(["#5c5c5c", "#fdfdfd", "#5c5c5c"], as_cmap=True)
    return seaborn.color_palette("PuOr_r", as_cmap=True)


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


def bar(axes: Any, colours: Any, style: Style, quantity: str = "") -> None:
    """The colour bar, with arrows at both ends, in axes of its own.

    quantity: what it is the size of, where not of what is left of a gradient.
    """
    found = axes.figure.colorbar(
        colours, cax=axes, orientation="horizontal", extend="both", extendfrac=0.025
    )
    found.outline.set_visible(False)
    found.solids.set_rasterized(True)
    explain(axes, style, quantity)


def explain(axes: Any, style: Style, quantity: str = "") -> None:
    """As many ticks and words as the bar has room for."""
    width = inches(axes)[0] * 72 / style.small
    places = [-CLIP, -3, 0, 3, CLIP] if width > 18 else [-CLIP, 0, CLIP]
    words = [power(e) if abs(e) == CLIP else tick_word(e) for e in places]
    axes.set_xticks(places, words)
    w = spoken("drawing")
    left = say(w.BAR_ENDS, bar=w.BAR) if width > 26 else w.BAR
    label = quantity or left
    axes.set_xlabel(label, size=style.small, color=style.muted, labelpad=2)
