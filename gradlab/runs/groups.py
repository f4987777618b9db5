"""Points of one shape, computed together along a leading axis.

Small matrices are bound by the overhead of calls: this is where a sweep's speed comes
from. A point's bits do not depend on the other members, so a group may be divided at
will.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from types import MappingProxyType

from gradlab.runs.checkpoints import Checkpoint
from gradlab.runs.sizes import memory_of, work_of
from gradlab.sweeps.points import Point
from gradlab.sweeps.requirements import Requirements


GROUP_BYTES = 2**29
"""Memory of one group, about: also bounds what a stop loses of each worker's work.

Measured on 1,000 small points and two workers: twice as much leaves one worker waiting
for the last groups (half as fast again), half or a quarter of it is no faster.
"""

GROUP_MEMBERS = 100
"""Points of one group: more do not compute faster, and progress should move."""

MEMBER_AXES = frozenset({"init", "gain", "forget_bias", "input_bias", "seed"})
"""Parameters in which members may differ; all others shape the tensors."""


@dataclass(frozen=True)
class Group:
    """Points to be computed together, and what is to be measured of each.

    Attributes:
        keys: of the points.
        points: equal in all but ``MEMBER_AXES``.
        requirements: what is to be measured of each.
        work: operations it takes, up to a factor.
        memory: bytes it fills at its peak, about, of the processor's memory.
        states: where the training of each point stood when it was stopped; empty where
            it begins.
        seconds: that each point has taken before that.
    """

    keys: tuple[str, ...]
    points: tuple[Point, ...]
    requirements: Requirements
    work: float
    memory: int
    states: tuple[bytes, ...] = ()
    seconds: float = 0.0

    @classmethod
    def of(
        cls, keys: list[str], points: Mapping[str, Point], required: Requirements
    ) -> "Group":
        """Return the group of the points with these keys."""
        members = tuple(points[key] for key in keys)
        first, count = members[0], len(members)
        on_cpu = first.device == "cpu"
        return cls(
            tuple(keys),
            members,
            required,
            work_of(first, required, count),
            memory_of(first, required, count) if on_cpu else 0,
        )

    def split(self) -> list["Group"]:
        """Return one group for each of its points."""
        points = dict(zip(self.keys, self.points, strict=True))
        states = {k: (s,) for k, s in zip(self.keys, self.states, strict=False)}
        return [
            replace(
                Group.of([key], points, self.requirements),
                states=states.get(key, ()),
                seconds=self.seconds,
            )
            for key in self.keys
        ]

    def resumed(self, states: Sequence[bytes], seconds: float) -> "Group":
        """Return the group to be gone on with.

        Args:
            states: where the training of each point stands.
            seconds: that each point has taken by then.
        """
        return replace(self, states=tuple(states), seconds=seconds)


def form(
    points: Mapping[str, Point],
    required: Mapping[str, Requirements],
    checkpoints: Mapping[str, Checkpoint] = MappingProxyType({}),
) -> list[Group]:
    """Return groups of the points that lack something, the longest first.

    So that workers end at about the same time.

    Args:
        points: by key.
        required: what each lacks.
        checkpoints: where trainings stood when they were stopped; those of a group
            stood after equally many updates.
    """
    alike: dict[tuple, list[str]] = {}
    for key, missing in required.items():
        if missing:
            stood = checkpoints[key].updates if key in checkpoints else 0
            shape = (*_shape(points[key]), stood, *missing.by_measure.values())
            alike.setdefault(shape, []).append(key)
    groups = []
    for keys in alike.values():
        missing = required[keys[0]]
        largest = GROUP_BYTES // memory_of(points[keys[0]], missing)
        for part in _parts(keys, max(1, min(GROUP_MEMBERS, largest))):
            group = Group.of(part, points, missing)
            states = [checkpoints[key].state for key in part if key in checkpoints]
            groups.append(group.resumed(states, 0.0) if states else group)
    return sorted(groups, key=lambda group: -group.work)


def split_by_memory(
    groups: Iterable[Group], memory: int | None
) -> tuple[list[Group], list[Group]]:
    """Divide groups that do not fit into memory; return those that fit, and the rest.

    Args:
        groups: to be computed, one in a worker at a time.
        memory: bytes a worker may fill besides what it needs itself; None: no limit.
    """
    if memory is None:
        return list(groups), []
    fitting: list[Group] = []
    too_large: list[Group] = []
    for group in groups:
        for part in [group] if group.memory <= memory else group.split():
            (fitting if part.memory <= memory else too_large).append(part)
    return fitting, too_large


def _shape(point: Point) -> tuple:
    return tuple(getattr(point, name) for name in _SHAPING)


_SHAPING = tuple(f.name for f in fields(Point) if f.name not in MEMBER_AXES)


def _parts(keys: list[str], largest: int) -> Iterator[list[str]]:
    """Divide into as few parts as allowed, of about equal size."""
    count = -(-len(keys) // largest)
    for number in range(count):
        yield keys[number * len(keys) // count : (number + 1) * len(keys) // count]
