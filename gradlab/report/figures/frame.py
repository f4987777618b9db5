"""Axes placed in inches, their furniture, and line samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

from gradlab.report.figures.style import Look, Style


if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def place(
    figure: Figure, left: float, bottom: float, width: float, height: float
) -> Axes:
    """Axes at a place given in inches from the figure's lower left corner."""
    total_width, total_height = figure.get_size_inches()
    return figure.add_axes(
        (
            left / total_width,
            bottom / total_height,
            width / total_width,
            height / total_height,
        )
    )


def furnish(
    axes: Axes, style: Style, *, grid: Literal["x", "y", "both", ""] = "y"
) -> None:
    """Thin spines, light gridlines in `grid` ("x", "y", "both", ""), muted ticks."""
    for name, spine in axes.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_color(style.muted)
        spine.set_linewidth(0.6 * style.line)
    axes.tick_params(
        colors=style.ink,
        labelsize=style.small,
        width=0.6 * style.line,
        length=2.5,
        pad=2.5,
    )
    axes.tick_params(which="minor", length=0)
    if grid:
        axes.grid(True, axis=grid, color=style.grid, linewidth=0.7 * style.line)
    axes.set_axisbelow(True)


def figure_of(axes: Axes) -> Figure:
    """The figure the axes stand in (never a subfigure here)."""
    return cast("Figure", axes.figure)


def inches(axes: Axes) -> tuple[float, float, float, float]:
    """Left, bottom, width, height of the axes in inches."""
    width, height = figure_of(axes).get_size_inches()
    box = axes.get_position()
    return box.x0 * width, box.y0 * height, box.width * width, box.height * height


def line_kwargs(look: Look, style: Style) -> dict[str, Any]:
    """Keywords for a line of this look."""
    dash = look.dash
    return {
        "color": look.colour,
        "linewidth": look.width * style.line,
        "linestyle": (0, dash) if dash else "-",
        "dash_capstyle": "butt",
        "solid_capstyle": "round",
    }


def marker_kwargs(look: Look, style: Style, size: float = 4.2) -> dict[str, Any]:
    """Keywords for a marker of this look."""
    return {
        "marker": look.marker,
        "markersize": size * style.line,
        "markerfacecolor": style.paper if look.hollow else look.colour,
        "markeredgecolor": look.colour,
        "markeredgewidth": 0.9 * style.line,
        "linestyle": "none",
    }


def sample(
    figure: Figure, x: float, y: float, look: Look, style: Style, *, line: bool = True
) -> float:
    """A short sample of a curve at (x, y) inches; returns where its label begins."""
    from matplotlib.lines import Line2D

    length = 0.24 * (style.font / 8.2)
    inch = figure.dpi_scale_trans
    if line:
        figure.add_artist(
            Line2D([x, x + length], [y, y], transform=inch, **line_kwargs(look, style))
        )
    figure.add_artist(
        Line2D(
            [x + length / 2],
            [y],
            transform=inch,
            **marker_kwargs(look, style, 3.6 if line else 5.2),
        )
    )
    return x + length + 0.05


def write(
    figure: Figure, x: float, y: float, text: str, style: Style, **options: Any
) -> None:
    """Text at (x, y) inches."""
    settings: dict[str, Any] = {
        "fontsize": style.small,
        "color": style.ink,
        "va": "center_baseline",
        "ha": "left",
        "transform": figure.dpi_scale_trans,
    }
    figure.text(x, y, text, **(settings | options))
