"""From figure data to a drawing: SVG for page and PDF, files for a paper."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from gradlab.report.figures.base import FigureData, Track
from gradlab.report.figures.lettered import lettered
from gradlab.report.figures.lettering import lettering
from gradlab.report.figures.style import STYLES, Style, dark_colours


if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAGE_WIDTH = 7.0
"""Inches at which figures are drawn for the report."""
PICTURE_WIDTH = 3.9
"""Inches of the picture beside the headline."""
RASTER_DPI = 200
"""Resolution of what is not drawn as vectors: maps of many cells, colour bars."""


@dataclass(frozen=True)
class Drawn:
    """A drawing as SVG text; width, height in points; tracks in SVG coordinates."""

    svg: str
    width: float
    height: float
    tracks: list[dict[str, Any]]


def canvas(
    data: FigureData, style: Style, width: float
) -> tuple[Figure, list[tuple[Axes, list[Track]]]]:
    """Draw into a fresh figure `width` inches wide; return it with its tracks."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, width), dpi=72)
    FigureCanvasAgg(figure)
    figure.patch.set_alpha(0.0)
    data = lettered(data)
    return figure, import_module(data.drawn_by).draw(data, figure, style)


def draw(
    data: FigureData,
    prefix: str,
    style: Style | None = None,
    width: float = PAGE_WIDTH,
) -> Drawn:
    """Draw for the report; ids in the SVG begin with `prefix`."""
    style = style or STYLES["page"]
    with lettering(style):
        figure, placed = canvas(data, style, width)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", dpi=RASTER_DPI, metadata=_NO_METADATA)
        wide, height = (72 * inch for inch in figure.get_size_inches())
        tracks = [
            _track(axes, track, height) for axes, group in placed for track in group
        ]
    return Drawn(tidy(buffer.getvalue(), prefix), wide, height, tracks)


_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


def _track(axes: Axes, track: Track, height: float) -> dict[str, Any]:
    """A track in SVG coordinates, one decimal; what lies outside is at the edge."""
    import numpy as np

    frame = axes.get_window_extent()
    spots: list[list[Any]] = []
    for spot in track.spots:
        point = np.clip((spot.x, spot.y), -1e6, 1e6)
        x, y = np.clip(axes.transData.transform(point), frame.min, frame.max)
        spots.append([round(float(x), 1), round(height - float(y), 1), spot.text])
    return {"label": track.label, "spots": spots}


def tidy(svg: str, prefix: str) -> str:
    """One line of SVG that can stand in a page: no prolog, own ids, no metadata."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="(?!glyph)[^"]*">', "<g>", svg)
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = re.sub(r'href="#', f'href="#{prefix}-', svg)
    svg = svg.replace("url(#", f"url(#{prefix}-")
    svg = re.sub(r">\s+<", "><", svg)
    return re.sub(r"\s*\n\s*", " ", svg).strip()


def themed(svg: str) -> str:
    """The drawing with colours as CSS variables, so that a dark page can recolour it.

    Each variable keeps its light colour as fallback: alone, the file looks the same.
    """
    dark = dark_colours()
    return re.sub(
        r"#[0-9a-f]{6}\b",
        lambda m: f"var(--g{m[0][1:]},{m[0]})" if m[0] in dark else m[0],
        svg,
    )
