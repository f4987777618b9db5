"""How figures look: colours, dashes, markers, sizes, for page, paper, slide, grey.

Hue names the cell (RNN ink, GRU orange to brown, LSTM blue), tone and dash say how
far its keep gate is opened, the marker repeats both, so that no message hangs on
colour. Lines have a contrast of at least 3 to 1 on white, text 4.5 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache


INK = "#1f2430"
MUTED = "#596070"
GRID = "#dfe2e8"
SHADE = "#eff1f4"
PAPER = "#ffffff"

SOLID: tuple[float, ...] = ()
DASHED = (5.0, 1.8)
DASHDOT = (6.0, 1.6, 1.3, 1.6)
DOTTED = (1.2, 1.5)


@dataclass(frozen=True)
class Look:
    """How one curve or mark looks; `dash` in line widths, `hollow` for its marker.

    `width` 0 leaves the line out, an empty `marker` the markers.
    """

    colour: str
    dash: tuple[float, ...] = SOLID
    marker: str = "o"
    width: float = 1.5
    hollow: bool = False
    grey: str = INK


LOOKS: dict[str, Look] = {
    "rnn": Look(INK, SOLID, "o", 1.7, grey="#000000"),
    "gru_0": Look("#c77700", DOTTED, "s", hollow=True, grey="#7a7a7a"),
    "gru_1": Look("#b96200", DASHDOT, "s", hollow=True, grey="#6a6a6a"),
    "gru_3": Look("#a34a00", DASHED, "s", grey="#5a5a5a"),
    "gru_chrono": Look("#7d3200", SOLID, "s", grey="#4a4a4a"),
    "lstm_0": Look("#3d92c9", DOTTED, "^", hollow=True, grey="#858585"),
    "lstm_1": Look("#1f7fbb", DASHDOT, "^", hollow=True, grey="#757575"),
    "lstm_3": Look("#0067a3", DASHED, "^", grey="#656565"),
    "lstm_chrono": Look("#004a78", SOLID, "^", 1.9, grey="#303030"),
    "total": Look(INK, SOLID, "o", 1.9, grey="#000000"),
    "conveyor": Look("#007a5a", DASHED, "^", grey="#606060"),
    "detours": Look("#a8407f", DOTTED, "s", 1.7, grey="#808080"),
    "whole": Look(INK, SOLID, "", 1.9, grey="#000000"),
    "no_pass": Look("#007a5a", SOLID, "^", 0.0, grey="#606060"),
    "passes": Look("#a8407f", SOLID, "s", 0.0, grey="#808080"),
    "all_paths": Look(INK, SOLID, "o", grey="#000000"),
    "no_detours": Look("#007a5a", DASHED, "^", grey="#606060"),
    "no_cell_path": Look("#b3400d", DOTTED, "X", grey="#505050"),
    "forget_gate": Look("#0067a3", grey="#303030"),
    "input_gate": Look("#b96200", grey="#6a6a6a"),
    "output_gate": Look("#6a51b5", grey="#858585"),
    "succeeded": Look("#007a5a", SOLID, "o", grey="#303030"),
    "fell_back": Look("#007a5a", SOLID, "v", hollow=True, grey="#303030"),
    "never": Look("#b3400d", SOLID, "X", grey="#606060"),
    "expected": Look("#0067a3", SOLID, "", 1.7, grey="#606060"),
    "measured": Look("#b3400d", SOLID, "o", 0.0, grey="#000000"),
    "chance": Look(MUTED, DASHED, "", 1.0, grey="#505050"),
    "other1": Look("#007a5a", SOLID, "D", grey="#404040"),
    "other2": Look("#a8407f", DASHED, "v", grey="#606060"),
    "other3": Look("#6a51b5", DASHDOT, "P", grey="#707070"),
    "other4": Look("#8a7400", DOTTED, "X", grey="#505050"),
    "other5": Look("#b3400d", SOLID, "*", grey="#606060"),
    "other6": Look("#27818e", DASHED, "h", grey="#757575"),
}

GATES = {
    "forget_gate": "forget_gate",
    "update_gate": "forget_gate",
    "input_gate": "input_gate",
    "output_gate": "output_gate",
    "reset_gate": "output_gate",
}
"""Whose look a gate has: a GRU's update gate keeps as a forget gate does, its reset
gate shows as much of the state as an output gate does."""

ROADS = {"c": ("#d3ebe3", "#d6d6d6"), "h": ("#e3e6ec", "#ededed")}
"""Tint of each state's way through a cell, in colour and in grey."""


DARK: dict[str, str] = {
    INK: "#e6e8ee",
    MUTED: "#a6adbb",
    GRID: "#363c48",
    SHADE: "#20262f",
    PAPER: "#171b22",
    "#c77700": "#c98a2b",
    "#b96200": "#dd9436",
    "#a34a00": "#f0a04b",
    "#7d3200": "#ffc48a",
    "#3d92c9": "#4f94c4",
    "#1f7fbb": "#62a9dc",
    "#0067a3": "#7fc0ee",
    "#004a78": "#b5dcf8",
    "#007a5a": "#3fb893",
    "#a8407f": "#d983b7",
    "#b3400d": "#f07a45",
    "#6a51b5": "#a593e0",
    "#8a7400": "#c9b13c",
    "#27818e": "#55b3c0",
    "#c3c8d0": "#4b5260",
    "#9aa1ad": "#6a7180",
    "#d3ebe3": "#1d4a3d",
    "#e3e6ec": "#353c49",
}
"""What the page's dark scheme shows instead; colours of maps stay as they are."""

TONES = 9
RAMPS = {
    "rnn": (("#8a8f9b", "#4b505c", "#000204"), ("#7c8494", "#b4bac6", "#fbfcfe")),
    "gru": (("#bf8a00", "#a34a00", "#3f0d0d"), ("#b08a2a", "#f0a04b", "#ffe4dc")),
    "lstm": (("#2f9bb3", "#1763a8", "#1b0b45"), ("#3f97a8", "#7fb4ee", "#e6defd")),
}
"""Tones of a cell's rows along an ordered axis, on light and on dark."""


@lru_cache(maxsize=8)
def tones(cell: str, dark: bool = False) -> list[str]:
    """Colours from the least to the greatest value of an ordered axis."""
    import seaborn

    return list(seaborn.blend_palette(RAMPS[cell][dark], TONES).as_hex())


def dark_colours() -> dict[str, str]:
    """`DARK` with the tones of ordered axes."""
    ramps = (zip(tones(c), tones(c, dark=True), strict=True) for c in RAMPS)
    return DARK | {light: dark for ramp in ramps for light, dark in ramp}


@dataclass(frozen=True)
class Style:
    """Seaborn's context, the size in points its words are scaled to, and colours."""

    name: str = "page"
    context: str = "paper"
    font: float = 8.4
    line: float = 1.0
    grey: bool = False
    ink: str = INK
    muted: str = MUTED
    grid: str = GRID
    shade: str = SHADE
    paper: str = PAPER
    looks: dict[str, Look] = field(default_factory=lambda: LOOKS)

    @property
    def small(self) -> float:
        """Size of ticks and of words in the axes, as seaborn's contexts have it."""
        return self.font * 11 / 12

    def look(self, key: str) -> Look:
        """The look of a key; an unknown one gets a fixed one by its letters.

        ``lstm~0.5`` is an LSTM half way along an ordered axis: the later, the darker.
        """
        cell, ordered, share = key.partition("~")
        if ordered:
            place = round(float(share) * (TONES - 1))
            marker = self.looks.get(f"{cell}_0", self.looks["rnn"]).marker
            colour = tones("rnn" if self.grey else cell)[place]
            dash = (SOLID, DASHED)[place % 2]
            return Look(colour, dash, marker, hollow=place < TONES / 2)
        found = self.looks.get(key)
        if found is None:
            others = [k for k in self.looks if k.startswith("other")]
            digits = "".join(c for c in key if c.isdigit())
            place = int(digits) - 1 if digits else sum(map(ord, key))
            found = self.looks[others[place % len(others)]]
        return replace(found, colour=found.grey) if self.grey else found

    def gate(self, name: str) -> Look:
        """The look of a gate by its name in the cell ("forget_gate")."""
        return self.look(GATES[name])

    def road(self, state: str) -> str:
        """The tint of the way of a state ("c", "h") through a cell."""
        return ROADS[state][self.grey]


STYLES: dict[str, Style] = {
    "page": Style(),
    "paper": Style("paper", font=7.8),
    "slide": Style("slide", "talk", font=13.0, line=1.6),
    "grey": Style("grey", font=7.8, grey=True, muted="#505050"),
}
