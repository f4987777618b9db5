"""Figures of a row: a law's line with its band, and the measured points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from gradlab.report.blocks import Figure
from gradlab.report.figures.base import AxesData
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.figures.dots import Dots, Marks
from gradlab.report.figures.panels import Panel, Panels
from gradlab.reproductions.comparison import Comparison
from gradlab.reproductions.row import Reproduced


DECADES = 2.0
"""Numbers above 0 that span more powers of ten are drawn by their logarithm."""


def figures(row: Reproduced) -> list[Figure]:
    """Return the figure of a row, with a panel for each entry."""
    panels = []
    for asked in row.expectation.compare:
        own = [one for one in row.comparisons if one.label == asked.label]
        numeric = all(isinstance(one.place, int | float) for one in own)
        data: AxesData
        if asked.along and numeric and len(own) > 1:
            data = _curves(own, asked.unit)
        else:
            data = _dots(own, asked.unit)
        panels.append(Panel(asked.label, data))
    if not panels:
        return []
    several = Panels(panels, 2, share_y=False)
    return [
        Figure(
            f"row-{row.name}",
            panels[0].data if len(panels) == 1 else several,
            alt=_alt(row),
            caption="Line: what is expected, its tolerance shaded. Points: measured, "
            "with the lowest and the highest seed.",
            takeaway=row.expectation.corrected or row.expectation.claim,
        )
    ]


def _alt(row: Reproduced) -> str:
    held = sum(one.held for one in row.comparisons)
    return (
        f"Measured and expected numbers of {row.name}: {held} of "
        f"{len(row.comparisons)} within tolerance."
    )


def _curves(own: Sequence[Comparison], unit: str) -> Curves:
    places = [float(one.place) for one in own]
    band = [_band(one) for one in own]
    measured = [[one.measured, one.lowest, one.highest] for one in own]
    values = [v for one in own for v in (one.measured, one.expected)]
    sizes = min(values) > 0 and math.log10(max(values) / min(values)) > DECADES
    scaled = _log10 if sizes else float
    expected = Series(
        "expected",
        "expected",
        places,
        [scaled(one.expected) for one in own],
        low=[scaled(low) for low, _ in band],
        high=[scaled(high) for _, high in band],
    )
    found = Series(
        "measured",
        "measured",
        places,
        [scaled(m[0]) for m in measured],
        low=[scaled(m[1]) for m in measured],
        high=[scaled(m[2]) for m in measured],
    )
    along = own[0].along.replace("_", " ")
    return Curves(
        [expected, found],
        along,
        unit,
        scale="left" if sizes else "linear",
        x_name=along,
        sizes=sizes,
    )


def _log10(value: float) -> float:
    return math.log10(value) if value > 0 else -math.inf


def _band(one: Comparison) -> tuple[float, float]:
    low = one.expected - one.allowed
    high = one.expected + one.allowed
    return {
        "equal": (low, high),
        "at_most": (one.expected, high),
        "at_least": (low, one.expected),
    }[one.relation]


def _dots(own: Sequence[Comparison], unit: str) -> Dots:
    rows = [str(one.place) if one.place is not None else "" for one in own]
    bands: list[Any] = [_band(one) for one in own]
    return Dots(
        rows,
        [
            Marks(
                "expected",
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
        unit or " ",
        scale="linear",
        row_name=own[0].along or "place",
    )
