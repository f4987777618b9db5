"""Runs: networks that were trained, each of one seed on one task, and their fate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.errors import GradlabError
from gradlab.report.evidence.networks import Network
from gradlab.report.story import labels, rank
from gradlab.report.story.rows import value_of
from gradlab.tasks import parse


if TYPE_CHECKING:
    from gradlab.report.story import Story

SETTINGS = ("learning_rate", "epsilon")
"""How a network is trained, where a sweep varies it."""
LN10 = math.log(10.0)


@dataclass(frozen=True)
class Run:
    """One training of one network.

    Attributes:
        point: of the store.
        network: what was trained, as all its seeds are called.
    """

    point: Any
    network: Network

    @property
    def task(self) -> str:
        """The spec of what it is to learn."""
        return str(self.point.params["task"])

    @property
    def epsilon(self) -> float | None:
        """What the optimizer adds to its divisor; None where it has none."""
        return self.point.params.get("epsilon")

    @cached_property
    def first(self) -> float:
        """After how many updates it first succeeded; inf: never."""
        return value_of(self.point, "first_success")

    @property
    def succeeded(self) -> bool:
        """Whether it succeeded at some time."""
        return self.first < math.inf

    @cached_property
    def fell_back(self) -> bool:
        """Whether it had succeeded, and did not any more after the last update."""
        return self.succeeded and value_of(self.point, "learned_at_end") == 0

    @cached_property
    def ln_gradient(self) -> float:
        """Ln of the gradient at the first input before training; NaN: not measured.

        -inf: exactly zero.
        """
        return value_of(self.point, "first_input_gradient", update=0)

    @property
    def same_but_epsilon(self) -> tuple[tuple[str, str], ...]:
        """What it shares with its twin of another epsilon."""
        params = {k: v for k, v in self.point.params.items() if k != "epsilon"}
        return tuple(sorted((k, repr(v)) for k, v in params.items()))


@dataclass(frozen=True)
class Group:
    """The runs of one network on one task, over its seeds."""

    network: Network
    task: str
    runs: Sequence[Run]

    @property
    def total(self) -> int:
        """How many runs there are."""
        return len(self.runs)

    @cached_property
    def count(self) -> int:
        """How many runs succeeded at some time."""
        return sum(run.succeeded for run in self.runs)

    @cached_property
    def fell_back(self) -> int:
        """How many of these had fallen back at the end."""
        return sum(run.fell_back for run in self.runs)

    @property
    def share(self) -> float:
        """Share of the runs that succeeded."""
        return self.count / self.total

    @cached_property
    def ln_gradient(self) -> float:
        """Ln of the first gradient before training: the geometric mean over runs.

        -inf where one is exactly zero; NaN where one is not known.
        """
        return float(np.mean([run.ln_gradient for run in self.runs]))

    @cached_property
    def first(self) -> float:
        """The median number of updates of the runs that succeeded; NaN without."""
        found = [run.first for run in self.runs if run.succeeded]
        return float(np.median(found)) if found else math.nan

    @property
    def length(self) -> int:
        """T, the length of the task's sequences."""
        return int(self.runs[0].point.params["length"])

    @property
    def setting(self) -> tuple[Any, ...]:
        """How it was trained."""
        return tuple(self.runs[0].point.params.get(axis) for axis in SETTINGS)

    @property
    def steady(self) -> bool:
        """Whether no run fell back."""
        return not self.fell_back


def groups(story: Story) -> list[Group]:
    """Return all networks with their tasks, by task, networks as in the tables."""
    found: list[Group] = []
    for row in story.learners.rows:
        network = Network(row)
        by_task: dict[str, list[Run]] = {}
        for points in row.by_length.values():
            for point in points:
                if point.record("first_success") is not None:
                    run = Run(point, network)
                    by_task.setdefault(run.task, []).append(run)
        found += [Group(network, task, runs) for task, runs in by_task.items()]
    return sorted(found, key=lambda g: _order(g.task, g.length))


def _order(task: str, length: int) -> tuple[str, int, str]:
    return task.partition(":")[0], length, task


def tasks(found: Sequence[Group]) -> list[str]:
    """Return the tasks of groups, the shortest sequences first."""
    return list(dict.fromkeys(g.task for g in found))


def runs(found: Sequence[Group]) -> list[Run]:
    """Return all runs of groups."""
    return [run for group in found for run in group.runs]


def reference(found: Sequence[Group]) -> tuple[Any, ...]:
    """Return the setting that most runs succeed with, among those of usual epsilon."""
    if not found:
        return ()
    usual = usual_epsilon(runs(found))
    some = [g for g in found if g.runs[0].epsilon == usual]
    counts: dict[tuple, int] = {}
    for g in some:
        counts[g.setting] = counts.get(g.setting, 0) + g.count
    return max(counts, key=lambda setting: (counts[setting], _customary(setting)))


def _customary(setting: tuple[Any, ...]) -> int:
    """How many of its values are customary."""
    pairs = zip(SETTINGS, setting, strict=True)
    return sum(value == labels.CUSTOMARY[axis] for axis, value in pairs)


def reference_first(found: Sequence[Group]) -> list[Group]:
    """Return groups with those of that setting first, else as they come."""
    setting = reference(found)
    return sorted(found, key=lambda g: g.setting != setting)


def at_reference(found: Sequence[Group]) -> list[Group]:
    """Return groups of that one setting."""
    setting = reference(found)
    return [g for g in found if g.setting == setting]


def usual_epsilon(found: Sequence[Run]) -> float | None:
    """Return the customary epsilon, else the largest one; None where no run has one."""
    known = {r.epsilon for r in found if r.epsilon is not None}
    usual = [epsilon for epsilon in known if epsilon == labels.CUSTOMARY["epsilon"]]
    return max(usual or known, default=None)


def gradients(found: Sequence[Run]) -> list[Run]:
    """Return the runs of usual epsilon whose first gradient is known."""
    usual = usual_epsilon(found)
    return [r for r in found if r.epsilon == usual and not math.isnan(r.ln_gradient)]


def best_bound(found: Sequence[Run]) -> int | None:
    """Return the power of ten that parts best the runs that succeed from the others.

    Of equally good ones the middle one. None where no bound has more runs at their
    right side than to expect the same of all of them.
    """
    known = [(run.ln_gradient / LN10, run.succeeded) for run in found]
    finite = [log for log, _ in known if math.isfinite(log)]
    if not finite:
        return None
    bounds = range(math.floor(min(finite)), math.ceil(max(finite)) + 1)
    right = [sum((log >= bound) == yes for log, yes in known) for bound in bounds]
    succeeded = sum(yes for _, yes in known)
    if max(right) <= max(succeeded, len(known) - succeeded):
        return None
    best = [bound for bound, n in zip(bounds, right, strict=True) if n == max(right)]
    return best[len(best) // 2]


def above(found: Sequence[Run], bound: int) -> list[Run]:
    """Return the runs with at least this gradient, a power of ten."""
    return [r for r in found if r.ln_gradient / LN10 >= bound]


def below(found: Sequence[Run], bound: int) -> list[Run]:
    """Return the runs with less than this gradient."""
    return [r for r in found if r.ln_gradient / LN10 < bound]


def pairs(found: Sequence[Run]) -> list[tuple[Run, Run]]:
    """Return runs of the usual epsilon, each with its twin of the smallest one."""
    usual = usual_epsilon(found)
    least = min((r.epsilon for r in found if r.epsilon is not None), default=usual)
    if least == usual:
        return []
    small = {r.same_but_epsilon: r for r in found if r.epsilon == least}
    return [
        (r, small[r.same_but_epsilon])
        for r in found
        if r.epsilon == usual and r.same_but_epsilon in small
    ]


def plain(found: Sequence[Group]) -> Group | None:
    """Return the plain RNN among groups of one task, if it is there."""
    row = rank.plain_row([g.network.row for g in found])
    return next((g for g in found if g.network.row is row), None)


def apart(found: Sequence[Group]) -> tuple[Group, Group] | None:
    """Return the groups whose runs succeed most and least, on one task.

    The task is that on which these two differ most.

    Of those that succeed least the plain RNN, if it is one; of those that succeed most
    the last of the tables. None where all fare alike.
    """
    best: tuple[float, Group, Group] | None = None
    for task in tasks(found):
        some = [g for g in found if g.task == task]
        most = max(reversed(some), key=lambda g: g.share)
        least = min(some, key=lambda g: g.share)
        rnn = plain(some)
        if rnn is not None and rnn.share == least.share:
            least = rnn
        difference = most.share - least.share
        if difference > 0 and (best is None or difference >= best[0]):
            best = difference, most, least
    return best[1:] if best else None


def left_along(group: Group) -> tuple[list[int], list[int], np.ndarray] | None:
    """Return updates, lags, and ln of what is left at each: means over runs."""
    found = []
    for run in group.runs:
        record = run.point.record("spectral_norm")
        if record is not None and "update" in record.axes and record.has(block="joint"):
            found.append(record.sel(block="joint"))
    shapes = {tuple(record.coords.values()) for record in found}
    if len(shapes) != 1 or found[0].axes != ("update", "lag"):
        return None
    updates, lags = found[0].coords["update"], found[0].coords["lag"]
    with np.errstate(invalid="ignore"):
        return list(updates), list(lags), np.mean([r.values for r in found], axis=0)


def losses(group: Group) -> tuple[np.ndarray, np.ndarray] | None:
    """Return numbers of updates, from 1, and the median loss before each."""
    records = [run.point.record("training_loss") for run in group.runs]
    curves = [record.curve() for record in records if record is not None]
    if not curves or len({len(x) for x, _ in curves}) > 1:
        return None
    return curves[0][0] + 1, np.median([y for _, y in curves], axis=0)


def last_loss(run: Run) -> float:
    """Return the loss before the last update; NaN: not measured."""
    record = run.point.record("training_loss")
    return math.nan if record is None else float(record.values[-1])


def chance(spec: str) -> float:
    """Return the least loss on a task without reading; NaN: not known here.

    A task that reads a file has none where the file is not.
    """
    try:
        return parse(spec).chance()
    except GradlabError:
        return math.nan
