"""Strips: how a whole divides, one bar per row (gate values low, middle, high)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from gradlab.report.figures.base import AxesData, Margins, Spot, TableData, Track


if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gradlab.report.figures.style import Style

ROW_HEIGHT = 0.25
_FILLS = ("#5c6270", "#e6e8ec", "#2f7d95")
_GREYS = ("#4a4a4a", "#e6e6e6", "#9a9a9a")
_HATCHES = ("", "", "///")


def _fills(style: Style) -> tuple[str, str, str]:
    return _GREYS if style.grey else _FILLS


@dataclass(frozen=True)
class Strips(AxesData):
    """Shares of each row's parts, adding up to 1.

    parts: names of the parts, from closed to open ("below 0.1", "between",
    "above 0.9"). shares: rows x parts; NaN where not measured.
    """

    kind: ClassVar[str] = "strips"
    least: ClassVar[float] = 2.2
    rows: Sequence[str]
    parts: Sequence[str]
    shares: Sequence[Sequence[float]]
    x_label: str
    row_name: str = "network"

    def margins(self, width: float, style: Style, *, alone: bool) -> Margins:
        """Row names left, axis below, names of parts above."""
        from gradlab.report.figures.lettering import widest

        left = min(0.14 + widest(list(self.rows), style.small), 0.5 * width)
        lines = len(self._key_rows(width, style))
        right = 0.02 + max(0.12, widest(["100 %"], style.small) / 2)
        return Margins(
            left, 0.46 * style.font / 8.2, right, 0.08 + lines * 1.45 * style.small / 72
        )

    def _key_rows(self, width: float, style: Style) -> list[list[int]]:
        from gradlab.report.figures.lettering import text_width

        rows: list[list[int]] = [[]]
        used = 0.0
        for index, part in enumerate(self.parts):
            wide = text_width(part, style.small) + 0.34
            if rows[-1] and used + wide > width - 0.1:
                rows.append([])
                used = 0.0
            rows[-1].append(index)
            used += wide
        return rows

    def body(self, width: float, style: Style) -> float:
        """Rows of one height."""
        return max(1, len(self.rows)) * ROW_HEIGHT * style.small / 7.2

    def paint(self, axes: Axes, style: Style, *, alone: bool = True) -> None:
        """Stacked bars, which do add up to the whole."""
        from gradlab.report.figures.frame import furnish

        furnish(axes, style, grid="")
        for row, shares in enumerate(self.shares):
            start = 0.0
            for part, share in enumerate(shares):
                if not math.isfinite(float(share)):
                    continue
                axes.barh(
                    row + 0.5,
                    float(share),
                    0.72,
                    left=start,
                    linewidth=0.5,
                    color=_fills(style)[part % 3],
                    hatch=_HATCHES[part % 3],
                    edgecolor=style.paper,
                )
                start += float(share)
        axes.set_xlim(0, 1)
        axes.set_ylim(max(1, len(self.rows)), 0)
        axes.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
        axes.set_yticks([r + 0.5 for r in range(len(self.rows))], list(self.rows))
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(self.x_label, fontsize=style.small, color=style.ink, labelpad=3)
        self._key(axes, style)

    def _key(self, axes: Axes, style: Style) -> None:
        from matplotlib.patches import Rectangle

        from gradlab.report.figures.frame import figure_of, inches
        from gradlab.report.figures.lettering import text_width

        left, bottom, width, height = inches(axes)
        total = left + width + 0.02 + max(0.12, text_width("100 %", style.small) / 2)
        rows = self._key_rows(total, style)
        y = bottom + height + len(rows) * 1.45 * style.small / 72
        margin = self.margins(total, style, alone=False).left
        for row in rows:
            x = left - margin + 0.05
            for part in row:
                figure_of(axes).add_artist(
                    Rectangle(
                        (x, y - 0.045),
                        0.13,
                        0.09,
                        linewidth=0.5,
                        facecolor=_fills(style)[part % 3],
                        hatch=_HATCHES[part % 3],
                        edgecolor="#8a90a0" if part % 3 == 1 else style.paper,
                        transform=figure_of(axes).dpi_scale_trans,
                    )
                )
                figure_of(axes).text(
                    x + 0.17,
                    y,
                    self.parts[part],
                    fontsize=style.small,
                    color=style.ink,
                    va="center_baseline",
                    transform=figure_of(axes).dpi_scale_trans,
                )
                x += text_width(self.parts[part], style.small) + 0.34
            y -= 1.45 * style.small / 72

    def tracks(self) -> list[Track]:
        """One track a row, a spot in the middle of each part."""
        tracks = []
        for row, name in enumerate(self.rows):
            start, spots = 0.0, []
            for part, share in zip(self.parts, self.shares[row], strict=True):
                if math.isfinite(float(share)):
                    text = f"{name}; {part}: {100 * float(share):.3g} %"
                    spots.append(Spot(start + float(share) / 2, row + 0.5, text))
                    start += float(share)
            tracks.append(Track(name, tuple(spots)))
        return tracks

    def table(self) -> TableData:
        """One row per network and part."""
        rows = [
            [name, part, float(share)]
            for name, shares in zip(self.rows, self.shares, strict=True)
            for part, share in zip(self.parts, shares, strict=True)
        ]
        return [self.row_name, "part", "share"], rows

    def grid(self) -> TableData:
        """Rows down, parts across."""
        rows = [
            [
                name,
                *(
                    f"{100 * float(s):.3g} %" if math.isfinite(float(s)) else ""
                    for s in shares
                ),
            ]
            for name, shares in zip(self.rows, self.shares, strict=True)
        ]
        return [self.row_name, *self.parts], rows
