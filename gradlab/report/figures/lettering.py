"""Settings of seaborn and matplotlib for a style; the typeface and its widths."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gradlab.report.typefaces import FONTS, HANGUL


if TYPE_CHECKING:
    from gradlab.report.figures.style import Style

FAMILIES = ("Inter", HANGUL, "DejaVu Sans")


@lru_cache(maxsize=1)
def _register() -> None:
    from matplotlib import font_manager

    for path in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(str(path))


def settings(style: Style) -> Any:
    """Seaborn's ticks in the style's context, with our typeface and colours."""
    import seaborn

    usual = seaborn.plotting_context(style.context)
    sizes = seaborn.plotting_context(style.context, style.font / usual["font.size"])
    ticks = {"color": style.muted, "labelcolor": style.ink, "minor.size": 0.0}
    ticks |= {"major.size": 2.5, "major.pad": 2.5, "major.width": 0.6 * style.line}
    return {
        **seaborn.axes_style("ticks"),
        **sizes,
        "font.family": list(FAMILIES),
        "text.color": style.ink,
        "axes.labelcolor": style.ink,
        "axes.labelsize": style.small,
        "axes.edgecolor": style.muted,
        "axes.linewidth": 0.6 * style.line,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlelocation": "left",
        "axes.titlepad": 6.0,
        "axes.titleweight": 600,
        "axes.facecolor": "none",
        "grid.color": style.grid,
        "grid.linewidth": 0.7 * style.line,
        "legend.frameon": False,
        "legend.borderaxespad": 0.2,
        "legend.title_fontsize": style.small,
        "hatch.linewidth": 0.5,
        "text.hinting": "none",
        "text.parse_math": False,
        "svg.hashsalt": "gradlab",
        "svg.fonttype": "path",
        "pdf.fonttype": 42,
        "pdf.compression": 9,
        **{f"{axis}tick.{name}": ticks[name] for axis in "xy" for name in ticks},
    }


@contextmanager
def lettering(style: Style) -> Iterator[None]:
    """Settings for drawing: the style's sizes, our typeface, the same bytes always."""
    import logging

    import matplotlib

    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    _register()
    with matplotlib.rc_context(settings(style)):
        yield


@lru_cache(maxsize=4096)
def text_width(text: str, size: float) -> float:
    """Width in inches of one line of text."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    font = FontProperties(family=list(FAMILIES), size=size)
    width, _, _ = TextToPath().get_text_width_height_descent(text, font, False)
    return float(width) / 72.0


def wrap(text: str, size: float, width: float) -> list[str]:
    """Break at spaces so that each line is at most `width` inches wide."""
    lines: list[str] = []
    for word in filter(None, text.split(" ")):
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines
