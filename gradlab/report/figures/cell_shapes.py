"""Shapes that drawings of cells are made of: roads, valves, boxes, dashed arrows.

Lengths are in units of ``Pen.unit`` inches, so that a drawing grows with its letters;
(0, 0) is the lower left corner of its axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gradlab.report.figures.base import Spot


if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gradlab.report.figures.style import Style

LETTERS = 7.6
"""Size of the letters, in points, at which a unit is an inch."""
ROAD = 0.17
VALVE = 0.115
GAP = 0.05

Place = tuple[float, float]


def letters(style: Style) -> float:
    """Size in points: between axis labels and titles, since these words are read."""
    return 1.08 * style.small


def unit(style: Style) -> float:
    """Inches of a unit: drawings grow with their letters."""
    return letters(style) / LETTERS


@dataclass
class Pen:
    """Draws into axes whose data coordinates are units, from the back to the front.

    back: arrows point against the direction of the computation.
    spots: what can be pointed at, in the order drawn.
    """

    axes: Axes
    style: Style
    back: bool = False
    spots: list[Spot] = field(default_factory=list)

    @property
    def points(self) -> float:
        """Points of a unit, for the widths of lines."""
        return 72 * unit(self.style)

    def road(self, places: Sequence[Place], state: str) -> None:
        """A broad way through these places with a head at its end (or its start)."""
        places = list(reversed(places)) if self.back else list(places)
        (ax, ay), (bx, by) = places[-2:]
        far = abs(bx - ax) + abs(by - ay)
        dx, dy = (bx - ax) / far, (by - ay) / far
        head = 0.16
        stop = (bx - dx * head, by - dy * head)
        tip = [
            (stop[0] - dy * ROAD * 0.95, stop[1] + dx * ROAD * 0.95),
            (bx, by),
            (stop[0] + dy * ROAD * 0.95, stop[1] - dx * ROAD * 0.95),
        ]
        self._band([*places[:-1], stop], state)
        self.shape(tip, self.style.road(state), self.style.muted, 0.0)

    def lane(self, places: Sequence[Place], state: str) -> None:
        """A broad way without a head."""
        self._band(list(places), state)

    def _band(self, places: Sequence[Place], state: str) -> None:
        x, y = zip(*places, strict=True)
        self.axes.plot(
            x,
            y,
            color=self.style.road(state),
            linewidth=ROAD * self.points,
            solid_capstyle="butt",
            solid_joinstyle="round",
            zorder=1,
        )

    def shape(
        self, corners: Sequence[Place], fill: str, edge: str, width: float, z: float = 1
    ) -> None:
        """A closed shape."""
        from matplotlib.patches import Polygon

        self.axes.add_patch(
            Polygon(
                list(corners),
                closed=True,
                facecolor=fill,
                edgecolor=edge,
                linewidth=width * unit(self.style),
                joinstyle="round",
                zorder=z,
            )
        )

    def chevron(self, x: float, y: float) -> None:
        """The direction of a road that goes from the left to the right."""
        way = -1 if self.back else 1
        self.axes.plot(
            [x - 0.035 * way, x + 0.035 * way, x - 0.035 * way],
            [y + 0.05, y, y - 0.05],
            color=self.style.muted,
            linewidth=1.0 * unit(self.style),
            solid_capstyle="round",
            zorder=2,
        )

    def valve(self, place: Place, gate: str, sides: str, text: str) -> None:
        """A gate: triangles whose tips meet; `sides` names them ("we", "sn", "wes")."""
        x, y = place
        colour = self.style.gate(gate).colour
        for side in sides:
            dx, dy = {"w": (-1, 0), "e": (1, 0), "s": (0, -1), "n": (0, 1)}[side]
            base = (x + dx * VALVE * 1.15, y + dy * VALVE * 1.15)
            corners = [
                (x, y),
                (base[0] - dy * VALVE, base[1] + dx * VALVE),
                (base[0] + dy * VALVE, base[1] - dx * VALVE),
            ]
            self.shape(corners, colour, self.style.paper, 0.9, z=4)
        self.spot(place, text)

    def tell(self, places: Sequence[Place]) -> None:
        """A dashed arrow through these places: what h tells a gate."""
        from matplotlib.patches import FancyArrowPatch
        from matplotlib.path import Path

        places = list(reversed(places)) if self.back else list(places)
        look = self.style.look("detours")
        self.axes.add_patch(
            FancyArrowPatch(
                path=Path(places),
                arrowstyle="-",
                color=look.colour,
                linewidth=1.1 * unit(self.style),
                linestyle=(0, (3.2, 2.0)),
                capstyle="butt",
                joinstyle="round",
                zorder=3,
            )
        )
        (ax, ay), (bx, by) = places[-2:]
        far = abs(bx - ax) + abs(by - ay)
        dx, dy = (bx - ax) / far, (by - ay) / far
        root = (bx - 0.085 * dx, by - 0.085 * dy)
        corners = [
            (bx, by),
            (root[0] - dy * 0.045, root[1] + dx * 0.045),
            (root[0] + dy * 0.045, root[1] - dx * 0.045),
        ]
        self.shape(corners, look.colour, look.colour, 0.4, z=3)

    def enter(self, places: Sequence[Place]) -> None:
        """A thin arrow: the input, which no gradient through time walks along."""
        (ax, ay), (bx, by) = places[-2:]
        self.axes.annotate(
            "",
            (bx, by),
            (ax, ay),
            arrowprops={
                "arrowstyle": "-|>,head_width=0.16,head_length=0.3",
                "color": self.style.muted,
                "linewidth": 0.9 * unit(self.style),
                "shrinkA": 0,
                "shrinkB": 0,
                "mutation_scale": 10 * unit(self.style),
            },
            zorder=3,
        )

    def join(self, x: float, y: float) -> None:
        """A circle with a plus, where two ways add up."""
        self._circle(x, y)
        for dx, dy in ((0.055, 0.0), (0.0, 0.055)):
            self.axes.plot(
                [x - dx, x + dx],
                [y - dy, y + dy],
                color=self.style.ink,
                linewidth=1.0 * unit(self.style),
                zorder=5,
            )

    def token(self, x: float, y: float, words: str) -> None:
        """A circle with a word: what walks along a road."""
        self._circle(x, y)
        self.write(x, y, words, ha="center", fontweight=600)

    def _circle(self, x: float, y: float) -> None:
        from matplotlib.patches import Circle

        self.axes.add_patch(
            Circle(
                (x, y),
                0.105,
                facecolor=self.style.paper,
                edgecolor=self.style.ink,
                linewidth=0.9 * unit(self.style),
                zorder=4,
            )
        )

    def box(self, x: float, y: float, words: str, text: str) -> float:
        """A rounded box with words; returns half its width."""
        from matplotlib.patches import FancyBboxPatch

        half = self.width(words) / 2 + 0.07
        self.axes.add_patch(
            FancyBboxPatch(
                (x - half + 0.05, y - 0.07),
                2 * half - 0.1,
                0.14,
                boxstyle="round,pad=0.05,rounding_size=0.06",
                facecolor=self.style.paper,
                edgecolor=self.style.ink,
                linewidth=0.9 * unit(self.style),
                zorder=4,
            )
        )
        self.write(x, y, words, ha="center")
        self.spot((x, y), text)
        return half

    def write(self, x: float, y: float, words: str, **options: Any) -> None:
        """Small letters at a place, left of it by default, in the ink's colour."""
        settings: dict[str, Any] = {
            "fontsize": letters(self.style),
            "color": self.style.ink,
            "ha": "left",
            "va": "center",
            "linespacing": 1.15,
            "zorder": 6,
        }
        self.axes.text(x, y, words, **(settings | options))

    def label(self, x: float, y: float, words: str, gate: str, **options: Any) -> None:
        """A gate's name in its colour."""
        look = self.style.gate(gate)
        colour = self.style.ink if self.style.grey else look.colour
        self.write(x, y, words, color=colour, fontweight=600, **options)

    def width(self, words: str) -> float:
        """Width of small letters in units."""
        from gradlab.report.figures.lettering import text_width

        return text_width(words, letters(self.style)) / unit(self.style)

    def spot(self, place: Place, text: str) -> None:
        """Something to point at."""
        if text:
            self.spots.append(Spot(*place, text))
