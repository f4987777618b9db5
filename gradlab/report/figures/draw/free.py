"""Words at the first place where no line and no other word is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Bbox


if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation

Place = tuple[float, float, str, str]
"""Offset in points, horizontal and vertical alignment."""
NEAR = 11.0
"""Points; words further off get a thin line to what they name."""


def around() -> Iterator[Place]:
    """Places around a point: beside it, above and below, then further off."""
    for gap in (5.0, 12.0, 18.0, 25.0):
        slant = 0.7 * gap
        yield from ((gap, 0, "left", "center"), (-gap, 0, "right", "center"))
        yield from ((0, gap, "center", "bottom"), (0, -gap, "center", "top"))
        for x, ha in ((slant, "left"), (-slant, "right")):
            yield from ((x, slant, ha, "bottom"), (x, -slant, ha, "top"))


def write(
    axes: Axes,
    text: str,
    at: tuple[float, float],
    places: Iterable[Place],
    taken: list[Bbox],
    minor: Iterable[Bbox] = (),
    **options: Any,
) -> Annotation | None:
    """Write at the first free place around `at` and add it to those taken.

    minor: boxes to keep clear of, which a thin line to far words may yet cross.
    Needs the final layout. Where nothing is free the words are left to the legend,
    the pointer and the table.
    """
    for x, y, ha, va in places:
        far = math.hypot(x, y) > NEAR
        note = axes.annotate(
            text, at, (x, y), textcoords="offset points", ha=ha, va=va, **options
        )
        box = note.get_window_extent()
        start = axes.transData.transform(at)
        leader = Path([start, start + 0.85 * np.array([x, y])])
        own = Bbox([start - 3.5, start + 3.5])
        others = (b.padded(-1.5) for b in taken if not b.overlaps(own))
        crossed = far and any(leader.intersects_bbox(b, filled=False) for b in others)
        if not crossed and _free(axes, box, [*taken, *minor]):
            taken.append(box)
            if far:
                ends = axes.transData.inverted().transform(leader.vertices)
                axes.plot(*ends.T, color="#596070", linewidth=0.5, zorder=1)
            return note
        note.remove()
    return None


def _free(axes: Axes, box: Bbox, taken: list[Bbox]) -> bool:
    frame = axes.get_window_extent().padded(1.0)
    inside = frame.contains(*box.min) and frame.contains(*box.max)
    if not inside or any(box.overlaps(other) for other in taken):
        return False
    lines = (line for line in axes.lines if line.get_linestyle() != "None")
    paths = (ln.get_transform().transform_path(ln.get_path()) for ln in lines)
    return not any(path.intersects_bbox(box, filled=False) for path in paths)


def dots(axes: Axes, points: Iterable[tuple[float, float]], size: float) -> list[Bbox]:
    """Boxes that markers take, `size` points wide."""
    found = (axes.transData.transform(point) for point in points)
    return [Bbox.from_bounds(x - size / 2, y - size / 2, size, size) for x, y in found]
