"""Keeping labels apart."""

from __future__ import annotations

from collections.abc import Sequence


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move positions as little as needed so that neighbours lie `gap` apart.

    Labels that touch form a block centred on their mean; blocks that touch merge.
    Order is kept; the result lies in [low, high] where it fits.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    blocks: list[tuple[float, list[int]]] = []
    for index in order:
        blocks.append((min(max(wanted[index], low), high), [index]))
        while len(blocks) > 1 and _touch(blocks[-2], blocks[-1], gap):
            second, first = blocks.pop(), blocks.pop()
            members = first[1] + second[1]
            centre = sum(min(max(wanted[i], low), high) for i in members)
            blocks.append(
                (_inside(centre / len(members), members, gap, low, high), members)
            )
    places = [0.0] * len(wanted)
    for centre, members in blocks:
        start = _inside(centre, members, gap, low, high) - gap * (len(members) - 1) / 2
        for place, index in enumerate(members):
            places[index] = start + gap * place
    return places


def _inside(
    centre: float, members: Sequence[int], gap: float, low: float, high: float
) -> float:
    half = gap * (len(members) - 1) / 2
    return max(min(centre, high - half), low + half)


def _touch(
    first: tuple[float, list[int]], second: tuple[float, list[int]], gap: float
) -> bool:
    reach = gap * (len(first[1]) + len(second[1])) / 2
    return second[0] - first[0] < reach - 1e-9


def stairs(starts: Sequence[float], widths: Sequence[float]) -> list[int]:
    """Rows for labels that begin at their arrow's foot and run to the right.

    A label lies deeper than every label whose arrow falls into its span, so no
    arrow crosses a word. Row 0 is next to the axis.
    """
    rows = [0] * len(starts)
    done: list[int] = []
    for index in sorted(range(len(starts)), key=lambda i: starts[i], reverse=True):
        end = starts[index] + widths[index]
        crossed = [rows[j] for j in done if starts[j] <= end]
        rows[index] = 1 + max(crossed) if crossed else 0
        done.append(index)
    return rows
