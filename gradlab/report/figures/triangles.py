"""Time x time maps: how strongly step t reaches step T, for all pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gradlab.report.figures.base import (
    AxesData,
    SmallMultiples,
    Spot,
    TableData,
    Track,
    in_rows,
    thinned,
)
from gradlab.report.figures.scale import left_words, size
from gradlab.report.words import say, spoken


STOPS = 12
"""Readings along each side of a panel."""


@dataclass(frozen=True)
class Triangle(AxesData):
    """One network's map.

    steps: the later steps T (rows); lags: the lags (columns), as the record has them.
    values: steps x lags, ln of the spectral norm; NaN where the lag exceeds T.
    """

    painted_by: ClassVar[str] = "gradlab.report.figures.draw.triangle"
    title: str
    steps: Sequence[float]
    lags: Sequence[float]
    values: Sequence[Sequence[float]]

    def pairs(self) -> list[tuple[float, float, float]]:
        """(T, t, ln of what is left) for every measured pair, and 1 at lag 0."""
        found = [
            (float(step), float(step) - float(lag), float(value))
            for step, row in zip(self.steps, self.values, strict=True)
            for lag, value in zip(self.lags, row, strict=True)
            if step >= lag and not math.isnan(float(value))
        ]
        if 0 not in self.lags:
            found += [(step, step, 0.0) for step in sorted({f[0] for f in found})]
        return found

    def tracks(self) -> list[Track]:
        """One track a later step, from the last one down."""
        w = spoken("drawing")
        values = {(step, early): value for step, early, value in self.pairs()}
        steps = [float(self.steps[i]) for i in thinned(len(self.steps), STOPS)]
        tracks = []
        for step in reversed(steps):
            earlier = sorted(t for s, t in values if s == step)
            spots = tuple(
                Spot(
                    t,
                    step,
                    say(
                        w.PAIR,
                        name=self.title,
                        later=f"{step:g}",
                        earlier=f"{t:g}",
                        left=left_words(values[step, t]),
                    ),
                )
                for t in (earlier[i] for i in thinned(len(earlier), STOPS))
            )
            if spots:
                tracks.append(Track(say(w.FROM_STEP, later=f"{step:g}"), spots))
        return tracks

    def table(self) -> TableData:
        """One row per pair of steps."""
        return ["later_step", "earlier_step", "ln_left"], self.pairs()

    def grid(self) -> TableData:
        """Later steps down, lags across, thinned to eight."""
        lags = thinned(len(self.lags), 8)
        rows = []
        for i in thinned(len(self.steps), 8):
            words = []
            for j in lags:
                value = float(self.values[i][j])
                possible = self.lags[j] <= self.steps[i] and not math.isnan(value)
                finite = math.isfinite(value)
                said = size(value) if finite else left_words(value)
                words.append(said if possible else "")
            rows.append([f"{self.steps[i]:g}", *words])
        return [
            spoken("drawing").LATER_BY_LAG,
            *(f"{self.lags[j]:g}" for j in lags),
        ], rows

    def square(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Steps T, earlier steps t and a T x t array of ln, NaN where t > T.

        Pairs that were left out between measured ones are filled in along each row.
        """
        pairs = self.pairs()
        later = np.array(sorted({p[0] for p in pairs}))
        earlier = np.array(sorted({p[1] for p in pairs}))
        rows = {step: i for i, step in enumerate(later)}
        columns = {step: i for i, step in enumerate(earlier)}
        grid = np.full((len(later), len(earlier)), np.nan)
        for step, early, value in pairs:
            grid[rows[step], columns[early]] = value
        for row in grid:
            known = np.flatnonzero(~np.isnan(row))
            if known.size > 1:
                inner = np.arange(known[0], known[-1] + 1)
                row[inner] = np.interp(inner, known, row[known])
        return later, earlier, grid


@dataclass(frozen=True)
class Triangles(SmallMultiples):
    """Panels side by side: x the earlier step t, y the later step T."""

    part_name: ClassVar[str] = "network"
    panels: Sequence[Triangle]

    def parts(self) -> list[tuple[str, AxesData]]:
        """Titles and maps."""
        return [(panel.title, panel) for panel in self.panels]

    def mosaic(self, width: float) -> list[list[int]]:
        """Four beside each other, two where narrow."""
        columns = min(len(self.panels), 4 if width > 5 else 2)
        return in_rows(len(self.panels), max(1, columns))
