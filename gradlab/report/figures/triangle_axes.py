"""One panel of `Triangles`: raster, contours, hatched half, words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gradlab.report.figures.cells import colormap
from gradlab.report.figures.frame import furnish, inches
from gradlab.report.figures.lettering import wrap
from gradlab.report.figures.scale import CLIP, LN10
from gradlab.report.figures.ticks import lag_ticks


if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gradlab.report.figures.style import Style
    from gradlab.report.figures.triangles import Triangle

ON_MAP, PLATE = "#14171d", "#fefefe"
"""Ink and plates on top of the colours, the same in light and dark."""
IMPOSSIBLE = "the future cannot change the past"


def paint(
    panel: Triangle,
    contours: Sequence[tuple[float, str]],
    axes: Axes,
    style: Style,
    *,
    first: bool,
    labelled: bool,
) -> None:
    """Draw one panel; the first one carries the words that explain all."""
    from gradlab.report.figures.triangles import square

    furnish(axes, style, grid="")
    later, earlier, grid = square(panel)
    end = float(later[-1]) if later.size else 1.0
    if later.size:
        _raster(later, earlier, grid, axes, style)
        _contours(
            later, earlier, grid, contours, axes, style, at=0.86 if first else 0.62
        )
    _impossible(axes, end, style)
    axes.set_xlim(0, end)
    axes.set_ylim(0, end)
    places = lag_ticks(0, end, 3)
    axes.set_xticks(places, [f"{p:g}" for p in places])
    axes.set_yticks(
        places, [f"{p:g}" for p in places] if labelled else [""] * len(places)
    )
    axes.set_xlabel("earlier step t", fontsize=style.small, color=style.ink, labelpad=2)
    if labelled:
        axes.set_ylabel(
            "later step T", fontsize=style.small, color=style.ink, labelpad=2
        )
    if first:
        _explain(axes, end, style)


def _stride(places: np.ndarray) -> float:
    return float(np.diff(places).min()) if places.size > 1 else 1.0


def _raster(
    later: np.ndarray,
    earlier: np.ndarray,
    grid: np.ndarray,
    axes: Axes,
    style: Style,
) -> None:
    colours = colormap(style)
    exponent = np.clip(
        np.nan_to_num(grid / LN10, posinf=CLIP, neginf=-CLIP), -CLIP, CLIP
    )
    image = colours(0.5 + exponent / (2 * CLIP))
    image[np.isnan(grid)] = (1, 1, 1, 0)
    repeat = max(1, 256 // max(grid.shape))
    image = np.repeat(np.repeat(image, repeat, 0), repeat, 1)
    half_x, half_y = _stride(earlier) / 2, _stride(later) / 2
    axes.imshow(
        (image * 255).astype(np.uint8),
        origin="lower",
        aspect="auto",
        interpolation="none",
        extent=(
            earlier[0] - half_x,
            earlier[-1] + half_x,
            later[0] - half_y,
            later[-1] + half_y,
        ),
    )


def _contours(
    later: np.ndarray,
    earlier: np.ndarray,
    grid: np.ndarray,
    contours: Sequence[tuple[float, str]],
    axes: Axes,
    style: Style,
    *,
    at: float,
) -> None:
    if min(grid.shape) < 3:
        return
    finite = np.clip(
        np.nan_to_num(grid, nan=np.nan, posinf=1e3, neginf=-1e3), -1e3, 1e3
    )
    masked = np.ma.masked_invalid(finite)
    for level, name in contours:
        if not masked.min() < level < masked.max():
            continue
        lines = axes.contour(
            earlier,
            later,
            masked,
            levels=[level],
            colors=[ON_MAP],
            linewidths=0.9 * style.line,
            linestyles="solid",
        )
        _contour_name(lines, name, axes, style, at)


def _contour_name(
    lines: object, name: str, axes: Axes, style: Style, at: float
) -> None:
    """The contour's name beside its highest reach, on a small plate."""
    segments = [s for s in lines.allsegs[0] if len(s) > 1]  # type: ignore[attr-defined]
    if not segments:
        return
    longest = max(segments, key=len)
    x, y = longest[int(at * (len(longest) - 1))]
    axes.text(
        x,
        y,
        name,
        fontsize=style.small * 0.92,
        color=ON_MAP,
        ha="center",
        va="center_baseline",
        zorder=6,
        bbox={"facecolor": PLATE, "edgecolor": "none", "pad": 0.8, "alpha": 0.85},
    )


def _impossible(axes: Axes, end: float, style: Style) -> None:
    from matplotlib.patches import Polygon

    axes.add_patch(
        Polygon(
            [(0, 0), (end, 0), (end, end)],
            closed=True,
            facecolor=style.paper,
            edgecolor="#c3c8d0",
            hatch="////",
            linewidth=0,
            zorder=2.5,
        )
    )
    axes.plot([0, end], [0, end], color=style.muted, linewidth=0.7, zorder=2.6)


def _explain(axes: Axes, end: float, style: Style) -> None:
    width = inches(axes)[2]
    from matplotlib.patheffects import withStroke

    lines = wrap(IMPOSSIBLE, style.small, 0.52 * width)
    axes.text(
        0.97 * end,
        0.05 * end,
        "\n".join(lines),
        ha="right",
        va="bottom",
        fontsize=style.small,
        color=style.ink,
        zorder=5,
        linespacing=1.15,
        bbox={"facecolor": style.paper, "edgecolor": "none", "pad": 1.2},
    )
    axes.annotate(
        "",
        (0.10 * end, 0.66 * end),
        (0.38 * end, 0.38 * end),
        zorder=6,
        arrowprops={
            "arrowstyle": "-|>,head_width=0.16,head_length=0.3",
            "color": ON_MAP,
            "linewidth": 0.9 * style.line,
            "shrinkA": 0,
            "shrinkB": 0,
            "path_effects": [withStroke(linewidth=2.4, foreground=PLATE)],
        },
    )
    axes.text(
        0.12 * end,
        0.73 * end,
        "distance",
        fontsize=style.small,
        color=ON_MAP,
        ha="left",
        va="center_baseline",
        zorder=6,
        bbox={"facecolor": PLATE, "edgecolor": "none", "pad": 0.8, "alpha": 0.85},
    )
