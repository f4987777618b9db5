"""Which points a section looks at: rows that differ, axes held at reference values.

Nothing is averaged over an axis. What varies and is not the section's own axis
becomes part of a row's name; where that makes too many rows, further axes are held
at their reference value, and the section prints which.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from gradlab.report.story import labels
from gradlab.report.story.rows import Row


ROW_AXES = ("cell", "forget_bias", "input_bias")
OTHER_AXES = (
    "init",
    "activation",
    "gain",
    "hidden",
    "input",
    "loss",
    "dtype",
    "features",
    "sequences",
    "burn_in",
    "initial_state",
    "device",
    "learning_rate",
    "epsilon",
    "optimizer",
    "batch",
    "clip",
    "updates",
    "success",
)
HOLD_ORDER = ("gain", "activation", "init", "loss", "dtype", "input", "hidden")


@dataclass(frozen=True)
class Slice:
    """Rows of one grid. `held`: varied axes kept at one value; `fixed`: constants."""

    grid: str
    rows: tuple[Row, ...]
    held: Mapping[str, Any]
    fixed: Mapping[str, Any]
    extra: tuple[str, ...]

    @property
    def lengths(self) -> tuple[int, ...]:
        """All lengths of all rows, ascending."""
        return tuple(sorted({n for row in self.rows for n in row.lengths}))

    @property
    def length(self) -> int:
        """The largest length."""
        return self.lengths[-1]

    def find(self, **params: Any) -> Row | None:
        """The first row with these parameters."""
        for row in self.rows:
            if all(row.params.get(k) == v for k, v in params.items()):
                return row
        return None

    def groups(self) -> tuple[int, ...]:
        """Indices of rows that start another family."""
        return tuple(
            i
            for i in range(1, len(self.rows))
            if self.rows[i].family != self.rows[i - 1].family
        )


def varied(points: Sequence[Any], axes: Sequence[str] = OTHER_AXES) -> list[str]:
    """Axes with more than one value among these points (None does not count)."""
    return [axis for axis in axes if len(values(points, axis)) > 1]


def values(points: Sequence[Any], axis: str) -> list[Any]:
    """Distinct values of an axis in order of appearance, without None."""
    seen: dict[Any, None] = {}
    for point in points:
        value = point.params.get(axis)
        if value is not None:
            seen.setdefault(value)
    return list(seen)


def reference(points: Sequence[Any]) -> dict[str, Any]:
    """Each axis's reference value: the customary one, else the most frequent one."""
    chosen: dict[str, Any] = {}
    for axis in OTHER_AXES:
        counts = Counter(
            p.params.get(axis) for p in points if p.params.get(axis) is not None
        )
        if not counts:
            continue
        preferred = labels.CUSTOMARY.get(axis)
        chosen[axis] = preferred if preferred in counts else counts.most_common(1)[0][0]
    return chosen


def cut(
    grid: str,
    points: Sequence[Any],
    thresholds: tuple[float, ...],
    names: ModuleType,
    *,
    own: Sequence[str] = (),
    hold: Mapping[str, Any] | None = None,
    limit: int | None = None,
    keys: dict[tuple, str] | None = None,
) -> Slice:
    """Rows of `points`: one per distinct (cell, bias, whatever else varies).

    names: the words for networks. own: axes the section draws itself. hold: axes kept
    at a value from the start.
    limit: hold further axes at their reference while there are more rows than this.
    keys: style keys given out so far (shared over a report).
    """
    ref = reference(points)
    held: dict[str, Any] = {}
    for axis, value in (hold or {}).items():
        if len(values(points, axis)) > 1:
            held[axis] = value
    kept = [p for p in points if _matches(p, held)]
    free = [a for a in HOLD_ORDER if a not in own]
    while limit and free and _count(kept, own) > limit:
        axis = free.pop(0)
        if len(values(kept, axis)) > 1:
            held[axis] = reference(kept)[axis]
            kept = [p for p in kept if _matches(p, held)]
    extra = tuple(a for a in varied(kept) if a not in own)
    make = _Maker(extra, thresholds, names, keys if keys is not None else {}, ref)
    rows = make.rows(kept)
    fixed = {
        a: values(kept, a)[0] for a in OTHER_AXES if len(values(kept, a)) == 1
    } | held
    return Slice(grid, rows, held, fixed, extra)


def _matches(point: Any, held: Mapping[str, Any]) -> bool:
    return all(point.params.get(k) in (v, None) for k, v in held.items())


def _identity(point: Any, extra: Sequence[str]) -> tuple:
    return tuple(point.params.get(a) for a in (*ROW_AXES, *extra))


def _count(points: Sequence[Any], own: Sequence[str]) -> int:
    extra = [a for a in varied(points) if a not in own]
    return len({_identity(p, extra) for p in points})


@dataclass(frozen=True)
class _Maker:
    """Makes rows of points. `keys`: style keys given out; `ref`: reference values."""

    extra: tuple[str, ...]
    thresholds: tuple[float, ...]
    names: ModuleType
    keys: dict[tuple, str]
    ref: Mapping[str, Any]

    def rows(self, points: Sequence[Any]) -> tuple[Row, ...]:
        """One row per distinct network, in canonical order."""
        grouped: dict[tuple, list[Any]] = {}
        for point in points:
            grouped.setdefault(_identity(point, self.extra), []).append(point)
        ordered = sorted(
            grouped.values(), key=lambda g: labels.sort_key(g[0].params, self.extra)
        )
        return tuple(self.row(group) for group in ordered)

    def row(self, group: Sequence[Any]) -> Row:
        """The row of one network's points."""
        params = group[0].params
        by_length: dict[int, list[Any]] = {}
        for point in group:
            by_length.setdefault(int(point.params["length"]), []).append(point)
        return Row(
            label=labels.row_label(params, self.extra, self.names),
            short=labels.row_short(params, self.extra, self.names),
            key=_key(params, self.extra, self.keys, self.ref),
            params=params,
            by_length={n: tuple(ps) for n, ps in sorted(by_length.items())},
            thresholds=self.thresholds,
            names=self.names,
            extra=self.extra,
        )


def _key(
    params: Mapping[str, Any],
    extra: tuple[str, ...],
    keys: dict[tuple, str],
    ref: Mapping[str, Any],
) -> str:
    """The line-up's own key at reference values, else `labels.ordered_key`, or other1.

    An ordered key is given once: where two rows would have it, the second is other2.
    """
    canonical = labels.style_key(params)
    off = tuple(a for a in extra if params.get(a) not in (ref.get(a), None))
    if canonical and not off:
        return canonical
    identity = tuple(params.get(a) for a in ROW_AXES) + tuple(
        (a, params.get(a)) for a in OTHER_AXES
    )
    if identity not in keys:
        ordered = labels.ordered_key(params, off)
        free = ordered and ordered not in keys.values()
        keys[identity] = ordered if free else f"other{len(keys) + 1}"
    return keys[identity]
