"""The story of one store: its main rows, reference values and top of the page."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Any

from gradlab import statistics
from gradlab.report import numbers
from gradlab.report.story import labels, slices
from gradlab.report.story.rows import Row, value_of
from gradlab.report.story.slices import Slice
from gradlab.report.words import words


CURVE_LIMIT = 9
TABLE_LIMIT = 24
NOTHING = Slice("", (), {}, {}, ())
"""The slice of a store in which nothing was computed."""


@dataclass(frozen=True)
class TerminalRow:
    """A line of the terminal's last screen; texts are inline, spark is log10."""

    label: str
    kept: str
    horizon: str
    left: str
    spark: tuple[float, ...]
    verdict: str


@dataclass
class Story:
    """Read by the top, the sections and the terminal."""

    results: Any
    language: str = "en"
    style_keys: dict[tuple, str] = field(default_factory=dict)
    _cuts: dict = field(default_factory=dict)

    @classmethod
    def of(cls, results: Any, language: str = "en") -> Story:
        """The story of these results."""
        return cls(results, language)

    # what there is

    @cached_property
    def computed(self) -> list[Any]:
        """Points that were computed, trained or not."""
        return [p for p in self.results.points if p.measured]

    @cached_property
    def done(self) -> list[Any]:
        """Points that were computed of networks as they are drawn or loaded.

        What is measured along training has an axis of its own: whoever looks at
        networks before training looks at these points alone.
        """
        return [p for p in self.computed if not is_trained(p)]

    @cached_property
    def trained(self) -> list[Any]:
        """Points that were computed of networks while they were trained."""
        return [p for p in self.computed if is_trained(p)]

    @cached_property
    def training_alone(self) -> bool:
        """Whether nothing but training was requested."""
        points = self.results.points
        return bool(points) and all(map(is_trained, points))

    @cached_property
    def weights(self) -> str:
        """Name of the file whose weights the networks have; empty where drawn."""
        files = {str(p.params.get("weights") or "") for p in self.computed}
        return ", ".join(sorted(labels.file_name(file) for file in files if file))

    @cached_property
    def failed(self) -> list[Any]:
        """Points that were tried and could not be computed."""
        return [p for p in self.results.points if p.status == "failed"]

    @property
    def meta(self) -> Mapping[str, Any]:
        """What the store says about the sweep as a whole."""
        return self.results.meta or {}

    @cached_property
    def thresholds(self) -> tuple[float, ...]:
        """The verdict's four lines."""
        return tuple(self.meta.get("thresholds") or statistics.THRESHOLDS)

    def grid(self, name: str) -> list[Any]:
        """The computed points of one grid, but those that were trained."""
        points = self.results.grids.get(name, [])
        return [p for p in points if p.measured and not is_trained(p)]

    @cached_property
    def grids(self) -> dict[str, list[Any]]:
        """All grids with such points; one grid where none are named."""
        found = {name: self.grid(name) for name in self.results.grids}
        found = {name: points for name, points in found.items() if points}
        return found or ({"all": self.done} if self.done else {})

    def words(self, name: str) -> ModuleType:
        """The templates of one section in the report's language."""
        return words(self.language, name)

    # slices

    def cut(self, grid: str, **options: Any) -> Slice:
        """Rows of one grid (see `slices.cut`), with shared style keys."""
        return self._cut(grid, self.grids[grid], **options)

    def _cut(self, name: str, points: list[Any], **options: Any) -> Slice:
        hold = options.pop("hold", None) or {}
        key = (name, repr(sorted(options.items())), repr(sorted(hold.items())))
        if key not in self._cuts:
            given = name, points, self.thresholds, self.words("names")
            options |= {"hold": hold, "keys": self.style_keys}
            self._cuts[key] = slices.cut(*given, **options)
        return self._cuts[key]

    def grids_of(self, rows: Sequence[Row]) -> list[str]:
        """The grids that rows were cut from, in the order of the sweep."""
        wanted = {id(row) for row in rows}
        found = {
            part.grid
            for part in self._cuts.values()
            if any(id(row) in wanted for row in part.rows)
        }
        return [name for name in self.grids if name in found]

    def holding(self, measure: str, **at: Any) -> list[str]:
        """Grids in which some point holds this measure, most networks first."""
        found = [
            (name, points)
            for name, points in self.grids.items()
            if any(not math.isnan(value_of(p, measure, **at)) for p in points)
            or (not at and any(p.record(measure) is not None for p in points))
        ]
        found.sort(key=lambda item: -_networks(item[1]))
        return [name for name, _ in found]

    def varying(self, axis: str) -> list[str]:
        """Grids in which an axis has more than one value, most networks first."""
        found = [
            (name, points)
            for name, points in self.grids.items()
            if len(slices.values(points, axis)) > 1
        ]
        found.sort(key=lambda item: -_networks(item[1]))
        return [name for name, _ in found]

    @cached_property
    def main_grid(self) -> str | None:
        """The grid the top and the first sections stand on."""
        names = self.holding("spectral_norm") or list(self.grids)
        last = [n for n in names if "last" in slices.values(self.grids[n], "loss")]
        return next(iter(last or names), None)

    @cached_property
    def networks(self) -> Slice:
        """Every network of the sweep whose whole gradient was measured."""
        measured = [
            p
            for p in self.done
            if any(
                r is not None and r.has(block="joint")
                for r in (p.record("spectral_norm"), p.record("growth_rate"))
            )
        ]
        return self._cut("", measured, own=("length",))

    @cached_property
    def learners(self) -> Slice:
        """Every network that was trained, on whatever task, which sets its inputs."""
        set_by_task = ("length", "features", "sequences")
        return self._cut("all trained", self.trained, own=set_by_task)

    @property
    def training_grids(self) -> list[str]:
        """The grids in which networks are trained, in the order of the sweep."""
        grids = self.results.grids.items()
        return [name for name, points in grids if any(map(is_trained, points))]

    def having(self, measure: str) -> Slice:
        """Every network of the sweep with this measure, whatever else it has."""
        found = [p for p in self.done if p.record(measure) is not None]
        return self._cut(f"all with {measure}", found, own=("length",))

    @cached_property
    def main(self) -> Slice:
        """The line-up: rows of the main grid at all its lengths, for tables."""
        if self.main_grid is None:
            return NOTHING
        return self.cut(self.main_grid, own=("length",), hold=self._loss())

    @cached_property
    def curves(self) -> Slice:
        """The line-up for curves: further axes held where there are too many rows."""
        if self.main_grid is None:
            return NOTHING
        return self.cut(
            self.main_grid, own=("length",), hold=self._loss(), limit=CURVE_LIMIT
        )

    def _loss(self) -> dict[str, Any]:
        return {"loss": slices.reference(self.done).get("loss", "last")}

    @cached_property
    def lead(self) -> Slice:
        """The rows of the top's table: all of them up to 24, else axes held."""
        if self.main_grid is None:
            return NOTHING
        return self.cut(
            self.main_grid, own=("length",), hold=self._loss(), limit=TABLE_LIMIT
        )

    # numbers shared by many sentences

    def seeds_text(self, points: Sequence[Any]) -> str:
        """``5 seeds``, ``3 to 5 seeds``: how many a row has."""
        w = self.words("top")
        counts: dict[tuple, set] = {}
        for p in points:
            key = tuple(
                sorted((k, repr(v)) for k, v in p.params.items() if k != "seed")
            )
            counts.setdefault(key, set()).add(p.params.get("seed"))
        sizes = sorted({len(v) for v in counts.values()})
        return seeds_range(sizes, w)

    def reference_values(self, fixed: Mapping[str, Any], besides: str = "") -> str:
        """The axes held, in words: ``weights PyTorch default, gain 1, ...``."""
        words = self.words("top"), self.words("names")
        return reference_text(fixed, *words, besides, self._open_axes)

    @cached_property
    def _open_axes(self) -> frozenset[str]:
        """The axes that some cell of this sweep decides by itself."""
        axes = ("init", "activation")
        return frozenset(
            a for a in axes if any(p.params.get(a) is None for p in self.done)
        )

    # the terminal

    def shown_rows(self) -> tuple[Row, ...]:
        """Rows for a short table: the line-up, without those between two others."""
        return shorten(self.lead.rows)

    @property
    def more_rows(self) -> int:
        """How many rows the report has beyond the terminal's."""
        return len(self.lead.rows) - len(self.shown_rows())

    def terminal_rows(self) -> list[TerminalRow]:
        """The rows of the terminal's last screen."""
        return [terminal_row(row) for row in self.shown_rows()]


def is_trained(point: Any) -> bool:
    """Whether a point's network is trained on a task."""
    return point.params.get("task") is not None


def seeds_range(sizes: Sequence[int], w: ModuleType) -> str:
    """How many seeds, as words."""
    from gradlab.report.words import say

    if not sizes:
        return say(w.SEEDS, count=0)
    if sizes[0] != sizes[-1]:
        return say(w.SEEDS_RANGE, low=sizes[0], high=sizes[-1])
    return w.SEED if sizes[0] == 1 else say(w.SEEDS, count=sizes[0])


def reference_text(
    fixed: Mapping[str, Any],
    w: ModuleType,
    names: ModuleType,
    besides: str = "",
    open_axes: Collection[str] = (),
) -> str:
    """The constants of a slice in words; `besides` names axes to leave out.

    open_axes: those that hold only where the cell does not decide them.
    """
    from gradlab.report.words import say

    parts = []
    skip = besides.split()
    for axis, template in (
        ("init", w.REF_WEIGHTS),
        ("gain", w.REF_GAIN),
        ("activation", w.REF_ACTIVATION),
        ("hidden", w.REF_HIDDEN),
    ):
        if axis in fixed and axis not in skip:
            value = fixed[axis]
            text = labels.init_name(value, names) if axis == "init" else _plain(value)
            held = say(template, **{axis: text})
            parts.append(say(w.REF_OPEN, held=held) if axis in open_axes else held)
    if "input" in fixed and "input" not in skip:
        text = say(w.REF_INPUT, input=labels.input_name(fixed["input"], names))
        if fixed.get("features"):
            text += say(w.REF_FEATURES, features=fixed["features"])
        parts.append(text)
    if fixed.get("initial_state") == "zero":
        parts.append(w.REF_STATE_ZERO)
    elif fixed.get("initial_state"):
        parts.append(w.REF_STATE_RANDOM)
    if "dtype" in fixed and "dtype" not in skip:
        parts.append(say(w.REF_DTYPE, dtype=fixed["dtype"]))
    if fixed.get("sequences"):
        parts.append(say(w.REF_SEQUENCES, sequences=fixed["sequences"]))
    return ", ".join(parts)


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _networks(points: Sequence[Any]) -> int:
    return len({tuple(p.params.get(a) for a in slices.ROW_AXES) for p in points})


def shorten(rows: tuple[Row, ...], limit: int = 7) -> tuple[Row, ...]:
    """At most seven rows: without the GRU's middle biases, then a sample."""
    from gradlab.report.story.rank import sample

    if len(rows) <= limit:
        return rows
    kept = tuple(
        r for r in rows if not (r.family == "gru" and isinstance(r.bias, int | float))
    )
    return kept if len(kept) <= limit else sample(kept, limit - limit % 3)


def terminal_row(row: Row) -> TerminalRow:
    """One row with the curve of what is left, at every lag that is stored."""
    size, length = row.size(), row.length
    rate = row.rate()
    curve = row.curve("spectral_norm", block="joint")
    spark: tuple[float, ...] = ()
    if curve is not None:
        spark = tuple(float(v) / numbers.LN10 for v in _even(curve.x, curve.mean))
    return TerminalRow(
        label=row.label,
        kept=numbers.kept_tenths(rate.mean),
        horizon=numbers.steps(row.horizon(), length),
        left=numbers.left(size.ln),
        spark=spark,
        verdict=size.word,
    )


def _even(x, y, count: int = 20):
    """The curve at evenly spaced lags, straight between the stored ones."""
    import numpy as np

    at = np.linspace(x[0], x[-1], count)
    finite = np.where(np.isfinite(y), y, -1e4)
    return np.interp(at, x, finite)
