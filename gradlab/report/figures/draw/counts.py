"""A map of counts by seaborn: dark where no run succeeds, bright where all do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gradlab.report.figures.counts import Counts, Tally
from gradlab.report.figures.draw import heatmap, room
from gradlab.report.figures.draw.colours import luminance
from gradlab.report.figures.lettering import wrap
from gradlab.report.figures.style import Style


if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

SMALLEST = 6.4
"""Points; cells too narrow even so show the count without its glyph."""
WIDEST = 8.0
"""Width of a cell at most, in heights of its letters."""
THIN = heatmap.THIN


def height(data: Counts, width: float, style: Style) -> float:
    """Rows as high as those of signed maps."""
    return max(1, len(data.rows)) * 2.1 * style.small / 72


def widest(data: Counts, style: Style) -> float:
    """Inches of the axes at most: few columns do not spread over the page."""
    return max(1, len(data.columns)) * WIDEST * style.small / 72


def colormap(style: Style) -> Colormap:
    """Cividis, whose lightness rises evenly; in grey from dark to light."""
    import seaborn

    if style.grey:
        return seaborn.blend_palette(["#3c3c3c", "#fdfdfd"], as_cmap=True)
    return seaborn.color_palette("cividis", as_cmap=True)


def paint(data: Counts, axes: Axes, style: Style, *, alone: bool) -> None:
    """Cells with their counts, gaps between families and between blocks of columns."""
    import numpy as np
    import seaborn

    shares = [[c.count / c.total if c else np.nan for c in row] for row in data.cells]
    seaborn.heatmap(
        np.nan_to_num(np.array(shares, float)),
        ax=axes,
        mask=np.isnan(shares),
        cmap=colormap(style),
        vmin=0,
        vmax=1,
        cbar=False,
        annot=[[_text(c) for c in row] for row in data.cells],
        fmt="",
        annot_kws={"size": style.small, "in_layout": False},
        linewidths=0.8,
        linecolor=style.paper,
        xticklabels=[],
        yticklabels=list(data.rows),
    )
    axes.tick_params(length=0, rotation=0)
    axes.spines[:].set_visible(False)
    for text, share in zip(axes.texts, _known(shares), strict=True):
        text.set_color(_ink(share, style))
    for row in data.groups:
        axes.axhline(row, color=style.paper, linewidth=4.5)
    _columns(data, axes, style)


def _columns(data: Counts, axes: Axes, style: Style) -> None:
    width = room.column(axes) * 0.8
    axes.set_xticks([i + 0.5 for i in range(len(data.columns))], list(data.columns))
    name = "\n".join(wrap(data.column_name, style.small, width))
    axes.set_xlabel(name, color=style.muted)
    start = 0
    for title, count in data.blocks:
        if start:
            axes.axvline(start, color=style.paper, linewidth=4.5)
        place = (start + count / 2, 1)
        axes.annotate(
            title,
            place,
            (0, 3),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            size=style.small,
            ha="center",
        )
        start += count


def _known(shares: Any) -> list[float]:
    return [share for row in shares for share in row if share == share]


def _ink(share: float, style: Style) -> str:
    from matplotlib.colors import to_hex

    colour = to_hex(colormap(style)(share))
    return "#fefefe" if luminance(colour) < 0.179 else "#000000"


def _text(tally: Tally | None) -> str:
    if tally is None:
        return ""
    later = f"{THIN}↘{tally.fell_back}" if tally.fell_back else ""
    return f"{tally.glyph}{THIN}{tally.count}/{tally.total}{later}"


def finish(data: Counts, axes: Axes, style: Style) -> None:
    """Letters as large as all cells allow; where too narrow without glyphs."""
    space = axes.get_window_extent().width / len(data.columns) - 1.5
    inside = [t for t in axes.texts if "/" in t.get_text()]
    for form in (0, 1):
        for text in inside:
            parts = text.get_text().split(THIN)
            text.set_text(THIN.join(parts[form:] if parts[0] in "○◐●" else parts))
        widest_text = max((t.get_window_extent().width for t in inside), default=1.0)
        size = style.small * min(1.0, space / widest_text)
        if size >= SMALLEST:
            break
    for text in inside:
        text.set_fontsize(size)
