"""What sections with signed maps share: values, words, marks, alt texts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gradlab.report import inline, numbers
from gradlab.report.figures.dots import Dots, Marks
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.story import Size
from gradlab.report.words import say, spoken


if TYPE_CHECKING:
    from gradlab.report.story import Story

Sizes = Sequence[Sequence[Size | None]]


def values(sizes: Sizes) -> list[list[float]]:
    """Ln of what is left; NaN where not measured."""
    return [[s.ln if s is not None else math.nan for s in row] for row in sizes]


def verdicts(sizes: Sizes) -> list[list[str]]:
    """Verdict words; empty where not measured."""
    return [[s.word if s is not None else "" for s in row] for row in sizes]


def marks(sizes: Sizes, story: Story) -> Mapping[tuple[int, int], str]:
    """Words drawn instead of the number: the step at which numbers broke or died."""
    w = story.words("maps")
    found: dict[tuple[int, int], str] = {}
    for i, row in enumerate(sizes):
        for j, size in enumerate(row):
            if size is None or not math.isfinite(size.step):
                continue
            if size.word in ("not_finite", "dead"):
                found[i, j] = say(w.MARK, step=f"{size.step:.0f}")
    return found


def dead_steps(sizes: Sizes) -> dict[tuple[int, int], str]:
    """Cells that are exactly zero, with the step from which they are."""
    return {
        (i, j): f"{size.step:.0f}"
        for i, row in enumerate(sizes)
        for j, size in enumerate(row)
        if size is not None and size.word == "dead" and math.isfinite(size.step)
    }


def details(sizes: Sizes, story: Story) -> dict[tuple[int, int], str]:
    """Words added to a cell's reading: its interval, its seeds that differ."""
    w = story.words("maps")
    found: dict[tuple[int, int], str] = {}
    for i, row in enumerate(sizes):
        for j, size in enumerate(row):
            text = _detail(size, w) if size is not None else ""
            if text:
                found[i, j] = text
    return found


def _detail(size: Size, w) -> str:
    parts = []
    if size.word not in ("dead", "not_finite"):
        if size.dead:
            parts.append(say(w.DEAD_IN, count=size.dead, seeds=size.seeds))
        if size.broken:
            parts.append(say(w.BROKEN_IN, count=size.broken, seeds=size.seeds))
    spread = size.spread
    if spread.seeds > 1:
        low = inline.plain(numbers.left(spread.lowest))
        high = inline.plain(numbers.left(spread.highest))
        parts.append(say(w.SEEDS, count=spread.seeds, low=low, high=high))
    elif spread.seeds == 1:
        parts.append(w.ONE_SEED)
    return "; ".join(parts)


def dots(label: str, key: str, sizes: Sequence[Size]) -> Marks:
    """One network's sizes as marks, with bands where there are several seeds."""
    spreads = [size.spread for size in sizes]
    banded = any(spread.seeds > 1 for spread in spreads)
    return Marks(
        label=label,
        key=key,
        values=[spread.mean for spread in spreads],
        low=[spread.lowest for spread in spreads] if banded else None,
        high=[spread.highest for spread in spreads] if banded else None,
    )


def alt(template: str, extreme: str, finding: str, data: Heatmap | Dots) -> str:
    """The takeaway; of a map its size and its extreme values, in plain words."""
    if isinstance(data, Dots):
        return inline.plain(finding)
    cells = [
        (value, i, j)
        for i, row in enumerate(data.values)
        for j, value in enumerate(row)
        if math.isfinite(value)
    ]
    ends = [min(cells), max(cells)] if cells else []
    shown = "; ".join(
        say(
            extreme,
            name=data.rows[i],
            column=data.columns[j],
            left=inline.plain(numbers.left(value)),
        )
        for value, i, j in ends
    )
    return say(
        template,
        finding=inline.plain(finding),
        rows=len(data.rows),
        columns=len(data.columns),
        extremes=shown or spoken("maps").NO_EXTREME,
    )
