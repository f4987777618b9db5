"""A figure of one or several pairs of axes: titles, one legend, one colour bar.

Matplotlib's constrained layout places everything; a kind of figure only says how high
its axes are. Its module (`AxesData.painted_by`) has

``paint(data, axes, style, *, alone)``: draws. What carries a label stands in the
    legend. Returns the artist whose colours a bar must explain, or None.
``height(data, width, style)``: inches, for axes `width` inches wide.
``frame(group, style)``, if limits can be shared: sets those of all (data, axes).
``finish(data, axes, style)``, if something needs the final places: adds it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from gradlab.report.figures.base import AxesData, SmallMultiples, Track
from gradlab.report.figures.draw.colours import bar, explain
from gradlab.report.figures.draw.room import inches, page
from gradlab.report.figures.lettering import wrap
from gradlab.report.figures.style import Style


if TYPE_CHECKING:
    from matplotlib.axes import Axes

BAR = 0.09
"""Height of a colour bar in inches."""
BESIDE = 5.0
"""Inches from which on a figure has room for a legend at its right."""
ABOVE = ("x_marks", "lines", "blocks", "sides")
"""Attributes of data that have words at the upper edge of the axes."""
Mosaic = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Slot:
    """A part of the figure, the module that paints it, and its axes."""

    title: str
    data: Any
    painter: Any
    axes: Any

    def tracks(self) -> list[Track]:
        """The part's tracks under its title."""
        head = f"{self.title}: " if self.title else ""
        return [Track(head + t.label, t.spots) for t in self.data.tracks()]


def draw(
    data: AxesData | SmallMultiples, figure: Any, style: Style
) -> list[tuple[Axes, list[Track]]]:
    """Draw every part; set the figure's height."""
    width = float(figure.get_size_inches()[0])
    parts, mosaic = data.parts(), data.mosaic(width)
    painters = [import_module(part.painted_by) for _, part in parts]
    signed = any(hasattr(painter, "SIGNED") for painter in painters)
    quantity = next((q for _, p in parts if (q := getattr(p, "quantity", ""))), "")
    figure.set_size_inches(width, 2.0 + 2.0 * len(mosaic))
    rows = [*mosaic, ["bar"] * len(mosaic[0])] if signed else mosaic
    weights = getattr(data, "weights", ())
    ratios = weights if len(weights) == len(mosaic[0]) else None
    found = figure.subplot_mosaic(rows, empty_sentinel=-1, width_ratios=ratios)
    slots = [
        Slot(*parts[place], painter, found[place])
        for place, painter in enumerate(painters)
    ]
    scale, alone = None, len(slots) == 1
    for slot in slots:
        scale = slot.painter.paint(slot.data, slot.axes, style, alone=alone) or scale
    for group in _groups(slots, shared=getattr(data, "share_y", False)):
        _frame(group, style)
    _name_rows_once(slots)
    if signed:
        bar(found["bar"], scale, style, quantity)
    _legend(figure, slots)
    _fit(figure, slots, found.get("bar"), style)
    if signed:
        explain(found["bar"], style, quantity)
    for slot in slots:
        if hasattr(slot.painter, "finish"):
            slot.painter.finish(slot.data, slot.axes, style)
    return [(slot.axes, slot.tracks()) for slot in slots]


def _groups(slots: Sequence[Slot], *, shared: bool) -> list[list[Slot]]:
    """Slots whose limits are set together."""
    groups: dict[Any, list[Slot]] = {}
    for place, slot in enumerate(slots):
        if hasattr(slot.painter, "frame"):
            key = slot.data.scale if shared else place
            groups.setdefault(key, []).append(slot)
    return list(groups.values())


def _frame(group: Sequence[Slot], style: Style) -> None:
    """Set common limits; only the leftmost of a row keeps its words."""
    group[0].painter.frame([(slot.data, slot.axes) for slot in group], style)
    first: dict[int, int] = {}
    for slot in group:
        spec = slot.axes.get_subplotspec()
        row, column = spec.rowspan.start, spec.colspan.start
        if first.setdefault(row, column) < column:
            slot.axes.tick_params(labelleft=False)
            if slot.axes.get_ylabel() == group[0].axes.get_ylabel():
                slot.axes.set_ylabel("")


def _name_rows_once(slots: Sequence[Slot]) -> None:
    """Leave out names of rows that the axes at the left have too."""
    for left, slot in itertools.pairwise(slots):
        rows = getattr(slot.data, "rows", None)
        specs = [s.axes.get_subplotspec() for s in (left, slot)]
        neighbours = specs[0].rowspan.start == specs[1].rowspan.start
        if rows and neighbours and rows == getattr(left.data, "rows", None):
            slot.axes.tick_params(labelleft=False)


def _legend(figure: Any, slots: Sequence[Slot]) -> None:
    """One legend above all axes, or beside curves alone; none for a single name.

    A curve of its axes' title needs none.
    """
    named: dict[str, Any] = {}
    for slot in slots:
        for handle, label in zip(*slot.axes.get_legend_handles_labels(), strict=True):
            if label != slot.title:
                named.setdefault(label, handle)
    if len(named) < 2:
        return
    both = list(named.values()), list(named)
    alone, painter = len(slots) == 1, slots[0].painter
    options: dict[str, Any] = {"alignment": "left", "handlelength": 3.0}
    if alone and hasattr(painter, "title"):
        options["title"] = painter.title(slots[0].data) or None
    if alone and hasattr(painter, "BESIDE") and figure.get_size_inches()[0] >= BESIDE:
        figure.legend(*both, loc="outside right upper", **options)
        return
    for rows in range(1, len(named) + 1):
        options["ncols"] = math.ceil(len(named) / rows)
        legend = figure.legend(*both, loc="outside upper left", **options)
        if legend.get_window_extent().width < figure.bbox.width:
            return
        legend.remove()
    figure.legend(*both, loc="outside upper left", **options)


def _fit(figure: Any, slots: Sequence[Slot], bar: Any, style: Style) -> None:
    """Give axes the height they want and the figure what it takes; then let go."""
    figure.set_layout_engine("constrained", w_pad=0.03, h_pad=0.03, hspace=0.03)
    grid = slots[0].axes.get_gridspec()
    width = page(slots[0].axes)
    rows: dict[int, list[Slot]] = {}
    for slot in slots:
        rows.setdefault(slot.axes.get_subplotspec().rowspan.start, []).append(slot)
    for _ in range(2):
        for slot in slots:
            _title(slot, style)
            _y_label(slot, style)
        figure.get_layout_engine().execute(figure)
        wanted = [max(_height(slot, style) for slot in row) for row in rows.values()]
        have = sum(inches(row[0].axes)[1] for row in rows.values())
        if bar is not None:
            have += inches(bar)[1]
            wanted.append(BAR)
        grid.set_height_ratios(wanted)
        if len(slots) == 1 and hasattr(slots[0].painter, "widest"):
            _narrow(figure, slots[0], style)
        high = float(figure.get_size_inches()[1]) + sum(wanted) - have
        figure.set_size_inches(width, high)
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")


def _height(slot: Slot, style: Style) -> float:
    return float(slot.painter.height(slot.data, inches(slot.axes)[0], style))


def _title(slot: Slot, style: Style) -> None:
    """Break the title to the axes' width, above words at their upper edge."""
    lines = wrap(slot.title, 1.1 * style.font, max(inches(slot.axes)[0], 1.0))
    marked = any(getattr(slot.data, name, ()) for name in ABOVE)
    slot.axes.set_title("\n".join(lines), pad=6 + (1.3 * style.small if marked else 0))


def _y_label(slot: Slot, style: Style) -> None:
    """Break the words along y to the height that the axes will have."""
    if slot.axes.get_ylabel() and hasattr(slot.data, "y_label"):
        lines = wrap(slot.data.y_label, style.small, _height(slot, style))
        slot.axes.set_ylabel("\n".join(lines))


def _narrow(figure: Any, slot: Slot, style: Style) -> None:
    """Leave room at the right where axes would be wider than they should."""
    most = slot.painter.widest(slot.data, style)
    over = inches(slot.axes)[0] - most
    if over > 0:
        share = 1 - over / page(slot.axes)
        figure.get_layout_engine().set(rect=(0, 0, share, 1))
