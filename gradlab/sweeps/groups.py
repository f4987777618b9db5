"""Points that share shapes, computed together along a leading axis.

Small matrices are bound by call overhead: this is where a sweep's speed lives. A
point's bits do not depend on its company, so groups may be cut as is convenient.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gradlab.sweeps.cost import (
    GROUP_BYTES,
    GROUP_MEMBERS,
    GROUP_SECONDS,
    bytes_of,
    memory_of,
    seconds_of,
)
from gradlab.sweeps.points import Point
from gradlab.sweeps.requirements import Requirements


@dataclass(frozen=True)
class Group:
    """Points to be computed together, and what is wanted of each of them.

    Attributes:
        keys: of the points.
        points: alike in all but init, gain, forget bias and seed.
        needs: what is wanted of each.
        seconds: about how long it takes.
        memory: bytes it fills, about; of a processor's memory.
    """

    keys: tuple[str, ...]
    points: tuple[Point, ...]
    needs: Requirements
    seconds: float
    memory: int = 0

    def singly(self) -> list["Group"]:
        """Return one group for each of its points."""
        share = self.seconds / len(self.keys)
        return [
            Group((key,), (point,), self.needs, share, memory_of(point, self.needs))
            for key, point in zip(self.keys, self.points, strict=True)
        ]


def form(points: Mapping[str, Point], needs: Mapping[str, Requirements]) -> list[Group]:
    """Return groups of the points that need something, the longest first.

    So that workers end at about the same time, and the first estimate of the time
    left is not too low.
    """
    alike: dict[tuple, list[str]] = {}
    for key, need in needs.items():
        if need.by_measure:
            shape = (*_shape(points[key]), tuple(sorted(need.by_measure.items())))
            alike.setdefault(shape, []).append(key)
    groups = []
    for keys in alike.values():
        for part in _parts(keys, _largest(points[keys[0]], needs[keys[0]])):
            members = tuple(points[key] for key in part)
            need = needs[part[0]]
            seconds = sum(seconds_of(point, need) for point in members)
            memory = memory_of(members[0], need, len(members))
            groups.append(Group(tuple(part), members, need, seconds, memory))
    return sorted(groups, key=lambda group: -group.seconds)


def within(group: Group, memory: float) -> list[Group]:
    """Return a group as it is where it fits into memory, else its points singly."""
    return [group] if group.memory <= memory else group.singly()


def _shape(point: Point) -> tuple:
    return (
        point.cell,
        point.activation,
        point.hidden,
        point.length,
        point.input,
        point.loss,
        point.dtype,
        point.sequences,
        point.features,
        point.burn_in,
        point.initial_state,
        point.device,
    )


def _largest(point: Point, need: Requirements) -> int:
    """Return how many points of this kind one group may hold."""
    in_time = int(GROUP_SECONDS / seconds_of(point, need))
    return max(1, min(GROUP_MEMBERS, GROUP_BYTES // bytes_of(point), in_time))


def _parts(keys: list[str], largest: int) -> list[list[str]]:
    """Cut into as few parts as allowed, of about one size."""
    count = -(-len(keys) // largest)
    base, more = divmod(len(keys), count)
    parts, start = [], 0
    for number in range(count):
        stop = start + base + (number < more)
        parts.append(keys[start:stop])
        start = stop
    return parts
