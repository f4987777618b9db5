"""Figures of a row: what is expected with its tolerance, and what was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradlab.report.blocks import Figure
from gradlab.report.figures.base import AxesData, FigureData
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.figures.dots import Dots, Marks
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.inline import plain
from gradlab.report.reproductions.numbers import closest, expected, number
from gradlab.reproductions.comparison import Comparison
from gradlab.reproductions.row import Reproduced


DECADES = 2.0
"""Numbers above 0 that span more powers of ten are drawn by their logarithm."""

_EXPECTED = {"equal": "expected", "at_most": "at most", "at_least": "at least"}


def figures(row: Reproduced) -> list[Figure]:
    """Return a figure of what is compared along an axis, and one of single numbers."""
    own = {
        asked.label: [one for one in row.comparisons if one.label == asked.label]
        for asked in row.expectation.compare
    }
    lines = {label: part for label, part in own.items() if _is_line(part)}
    single = {label: part for label, part in own.items() if label not in lines}
    found = []
    if lines:
        panels = [Panel(label, _curves(part)) for label, part in lines.items()]
        found.append(_figure(row, "line", panels, lines))
    if single:
        panels = [Panel(label, _dots(part)) for label, part in single.items()]
        found.append(_figure(row, "numbers", panels, single))
    return found


def _is_line(own: Sequence[Comparison]) -> bool:
    return len(own) > 2 and all(isinstance(c.place, int | float) for c in own)


def _figure(
    row: Reproduced,
    name: str,
    panels: Sequence[Panel],
    own: dict[str, list[Comparison]],
) -> Figure:
    data: FigureData = Panels(panels, 2, share_y=False)
    if len(panels) == 1 and isinstance(panels[0].data, Curves):
        data = panels[0].data
    worst = [closest(part) for part in own.values()]
    readings = [
        f"{one.label}: {number(one.measured)}, expected {expected(one)}"
        for one in worst
    ]
    return Figure(
        f"{row.name}-{name}",
        data,
        alt=plain(f"{row.expectation.claim} {'; '.join(readings)}."),
        caption="Blue: what is expected, with its tolerance. Red: measured, with the "
        "lowest and the highest seed.",
        takeaway=row.expectation.corrected or row.expectation.claim,
    )


def _curves(own: Sequence[Comparison]) -> Curves:
    places = [float(one.place) for one in own]
    values = [v for one in own for v in (one.measured, one.expected)]
    sizes = min(values) > 0 and math.log10(max(values) / min(values)) > DECADES
    scaled = _log10 if sizes else float
    bands = [_band(one) for one in own]
    series = [
        Series(
            _EXPECTED[own[0].relation],
            "expected",
            places,
            [scaled(one.expected) for one in own],
            low=[scaled(low) for low, _ in bands],
            high=[scaled(high) for _, high in bands],
        ),
        Series(
            "measured",
            "measured",
            places,
            [scaled(one.measured) for one in own],
            low=[scaled(one.lowest) for one in own],
            high=[scaled(one.highest) for one in own],
        ),
    ]
    along = own[0].along.replace("_", " ")
    return Curves(
        series,
        along,
        own[0].unit,
        scale="left" if sizes else "linear",
        x_name=along,
        sizes=sizes,
    )


def _log10(value: float) -> float:
    return math.log10(value) if value > 0 else -math.inf


def _band(one: Comparison) -> tuple[float, float]:
    """Return the least and the largest number within tolerance."""
    low = -math.inf if one.relation == "at_most" else one.expected - one.allowed
    high = math.inf if one.relation == "at_least" else one.expected + one.allowed
    return low, high


def _dots(own: Sequence[Comparison]) -> AxesData:
    bands = [_band(one) for one in own]
    return Dots(
        ["" if one.place is None else str(one.place) for one in own],
        [
            Marks(
                _EXPECTED[own[0].relation],
                "expected",
                [one.expected for one in own],
                [low for low, _ in bands],
                [high for _, high in bands],
            ),
            Marks(
                "measured",
                "measured",
                [one.measured for one in own],
                [one.lowest for one in own],
                [one.highest for one in own],
            ),
        ],
        own[0].unit,
        scale="linear",
        row_name=own[0].along or "what",
    )
