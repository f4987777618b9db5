"""Networks that were trained, by the exported table: pandas alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tests.claims.sweep import CUSTOMARY, Sweep, label, mean, records


TASK = r"`?(?P<task>[^\s`]+)`?"
RUNS = r"runs(?: with epsilon (?P<epsilon>\S+))?"
KOREAN_RUNS = r"(?:엡실론 (?P<epsilon>\S+)인 )?실행"
SETTINGS = ("learning_rate", "epsilon")


@dataclass(frozen=True)
class Run:
    """One training.

    Attributes:
        params: what it shares with the runs of other seeds and tasks.
        rows: of the table.
    """

    params: dict[str, Any]
    task: str
    seed: int
    rows: list[dict]

    def values(self, measure: str) -> list[dict]:
        """The rows of one measure."""
        return [row for row in self.rows if row["measure"] == measure]

    @property
    def first(self) -> float:
        """Updates until success; inf: never."""
        return self.values("first_success")[0]["value"]

    @property
    def succeeded(self) -> bool:
        """Whether it ever did."""
        return math.isfinite(self.first)

    @property
    def fell_back(self) -> bool:
        """Whether it then did not at the end."""
        return self.succeeded and self.values("learned_at_end")[0]["value"] == 0

    @property
    def gradient(self) -> float:
        """Log10 of the first gradient before training; NaN: not known."""
        found = [
            row["value"]
            for row in self.values("first_input_gradient")
            if row["update"] == 0
        ]
        return found[0] / math.log(10) if found else math.nan

    @property
    def epsilon(self) -> float | None:
        """Of its optimizer."""
        return self.params["epsilon"]

    @property
    def setting(self) -> tuple:
        """How it was trained."""
        return tuple(self.params[axis] for axis in SETTINGS)


@dataclass(frozen=True)
class Group:
    """Runs of one network on one task."""

    label: str
    task: str
    runs: list[Run]

    @property
    def count(self) -> int:
        """How many succeeded."""
        return sum(run.succeeded for run in self.runs)

    @property
    def share(self) -> float:
        """Of all."""
        return self.count / len(self.runs)

    @property
    def gradient(self) -> float:
        """Ln of the geometric mean of the first gradients."""
        found = [run.gradient * math.log(10) for run in self.runs]
        return sum(found) / len(found)

    def left(self, last: bool) -> tuple[int, int, float]:
        """Update, lag and mean ln of what is left over the largest lag."""
        rows = [
            row
            for run in self.runs
            for row in run.values("spectral_norm")
            if row["block"] == "joint"
        ]
        update = max(row["update"] for row in rows) if last else 0
        lag = max(row["lag"] for row in rows)
        found = [r["value"] for r in rows if (r["update"], r["lag"]) == (update, lag)]
        return update, lag, mean(found)


@lru_cache(maxsize=4)
def groups(sweep: Sweep) -> list[Group]:
    """All networks with their tasks."""
    axes = [axis for axis in sweep.axes if axis != "task"]
    gathered: dict[tuple, dict[int, list[dict]]] = {}
    for row in records(sweep.training):
        key = (*(_number(axis, row[axis]) for axis in axes), row["task"])
        gathered.setdefault(key, {}).setdefault(row["seed"], []).append(row)
    values = [{key[i] for key in gathered} - {None} for i in range(len(axes))]
    varied = [a for a, some in zip(axes, values, strict=True) if len(some) > 1]
    found = []
    for key, by_seed in gathered.items():
        params = dict(zip(axes, key, strict=False))
        each = [Run(params, key[-1], seed, rows) for seed, rows in by_seed.items()]
        found.append(Group(label(params, varied), key[-1], each))
    return found


def _number(axis: str, value: Any) -> Any:
    """A value of an axis of numbers, which is text where untrained points have none."""
    numeric = axis in ("gain", "hidden", *SETTINGS)
    return float(value) if numeric and value is not None else value


def runs(sweep: Sweep) -> list[Run]:
    """All runs."""
    return [run for group in groups(sweep) for run in group.runs]


def one_of(name: str, task: str, sweep: Sweep) -> Group:
    """The group of this network and task; there must be one."""
    (found,) = [g for g in groups(sweep) if (g.label, g.task) == (name, task)]
    return found


def on(task: str, sweep: Sweep) -> list[Group]:
    """All groups of a task; there must be one."""
    found = [g for g in groups(sweep) if g.task == task]
    assert found
    return found


def usual_epsilon(sweep: Sweep) -> float | None:
    """The customary epsilon, else the largest."""
    known = {r.epsilon for r in runs(sweep) if r.epsilon is not None}
    customary = CUSTOMARY["epsilon"]
    return customary if customary in known else max(known, default=None)


def references(sweep: Sweep) -> set[tuple]:
    """Settings of the usual epsilon with which most runs succeed, as usual as any."""
    usual = usual_epsilon(sweep)
    counts: dict[tuple, tuple[int, int]] = {}
    for run in runs(sweep):
        if run.epsilon == usual:
            customary = sum(
                value == CUSTOMARY[axis]
                for axis, value in zip(SETTINGS, run.setting, strict=True)
            )
            count = counts.get(run.setting, (0, 0))[0] + run.succeeded
            counts[run.setting] = count, customary
    return {s for s, found in counts.items() if found == max(counts.values())}


def told_apart(most: Group, least: Group, sweep: Sweep) -> None:
    """Hold two groups to be those of the reference that fare most differently."""
    setting = most.runs[0].setting
    assert least.runs[0].setting == setting in references(sweep)
    differences = []
    for task in {g.task for g in groups(sweep)}:
        shares = [g.share for g in on(task, sweep) if g.runs[0].setting == setting]
        if shares:
            differences.append(max(shares) - min(shares))
    assert most.share - least.share == max(differences) > 0


def parted(sweep: Sweep) -> list[Run]:
    """Runs of the usual epsilon whose first gradient is known."""
    usual = usual_epsilon(sweep)
    return [r for r in runs(sweep) if r.epsilon == usual and not math.isnan(r.gradient)]


def best_bound(bound: int, found: Sequence[Run]) -> None:
    """Hold a power of ten to part runs best, and better than none does."""
    own, count = _right(found, bound), sum(run.succeeded for run in found)
    assert own == right_by(found) > max(count, len(found) - count)


def right_by(found: Sequence[Run]) -> int:
    """Of how many runs the best power of ten is right."""
    finite = [run.gradient for run in found if math.isfinite(run.gradient)]
    if not finite:
        return 0
    bounds = range(math.floor(min(finite)), math.ceil(max(finite)) + 1)
    return max(_right(found, bound) for bound in bounds)


def _right(found: Sequence[Run], bound: int) -> int:
    return sum((run.gradient >= bound) == run.succeeded for run in found)


def scope(printed: str | None, sweep: Sweep) -> None:
    """Hold an epsilon to be named where there are several, and only there."""
    several = len({run.epsilon for run in runs(sweep)}) > 1
    assert (printed is not None) == several
    if printed:
        assert power(printed) == usual_epsilon(sweep)


def power(printed: str) -> float:
    """A printed epsilon."""
    return float(printed.replace("10^{", "1e").removesuffix("}"))
