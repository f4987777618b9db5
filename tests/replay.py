"""An engine that plays measured outcomes back: a sweep without its computation.

What is left is the engine's own cost: planning, pipes, intake, store, report. One
point of each kind of cell is measured for real; every other of its kind answers with
the same records, moved a little by its key, so that networks differ.

    python -m tests.replay OUTCOMES FOLDER SEEDS     runs a sweep, tells time and memory
"""

from __future__ import annotations

import json
import math
import pickle
import sys
import time
import zlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gradlab.config.loading import load
from gradlab.engines.engine import Answer
from gradlab.labelled import LabelledArray
from gradlab.runs import run as runner
from gradlab.runs.calls import Outcome
from gradlab.runs.groups import Group
from gradlab.sweeps.plan import plan
from gradlab.sweeps.points import Point


TEN_THOUSAND = Path(__file__).parents[1] / "experiments" / "ten_thousand.toml"
MOVED = {"spectral_norm": 1.0, "frobenius_norm": 1.0}
"""Measures in nats over lags that differ between networks."""


class Outcomes:
    """Measured outcomes by kind of cell, and what the measures say of themselves."""

    def __init__(self, by_cell: Mapping[str, Outcome], manifest: Mapping[str, Any]):
        self.by_cell = dict(by_cell)
        self.manifest = dict(manifest)

    def of(self, point: Point) -> Outcome:
        """What its kind gave, moved by what the point is; by its seed a little."""
        biases = point.forget_bias, point.input_bias
        network = repr((point.init, point.gain, *biases, point.activation))
        nudge = zlib.crc32(network.encode()) % 1000 / 1000 - 0.5
        found = self.by_cell[point.cell]
        nudge += point.seed / 1000
        records = {
            measure: tuple(_moved(record, nudge) for record in its)
            for measure, its in found.records.items()
        }
        return replace(found, records=records)


def _moved(record: LabelledArray, nudge: float) -> LabelledArray:
    if record.name not in MOVED:
        return record
    lags = list(record.coords["lag"])
    shape = [-1 if name == "lag" else 1 for name in record.coords]
    import numpy as np

    slope = np.array(lags, dtype=float).reshape(shape) * (0.2 * nudge)
    return replace(record, values=record.values + slope)


def measured(seeds: int = 1) -> Outcomes:
    """Measure one point of each kind of cell of the experiment of ten thousand."""
    from gradlab.runs.measure import measure, record_metadata

    planned = plan(load(TEN_THOUSAND, seeds=seeds))
    first = {point.cell: key for key, point in reversed(planned.points.items())}
    wanted = sorted(
        {name for need in planned.requirements.values() for name in need.by_measure}
    )
    by_cell = {
        cell: measure([planned.points[key]], planned.requirements[key])[0]
        for cell, key in first.items()
    }
    return Outcomes(by_cell, record_metadata(wanted))


class Replay:
    """Stands in for ``ProcessPool``; answers cross a pickle, as a pipe."""

    def __init__(self, outcomes: Outcomes) -> None:
        self.outcomes = outcomes
        self.tasks: deque[tuple[Any, str, tuple]] = deque()

    def __enter__(self) -> Replay:
        return self

    def __exit__(self, *error: object) -> None:
        self.tasks.clear()

    def add(self, task: Any, name: str, *arguments: Any, limits: object = None) -> None:
        self.tasks.append((task, name, arguments))

    def answers(self) -> Iterator[Answer]:
        while self.tasks:
            task, name, arguments = self.tasks.popleft()
            call = pickle.loads(pickle.dumps((name, arguments)))
            yield Answer(task, value=pickle.loads(pickle.dumps(self._value(*call))))

    def arrived(self) -> Iterator[Answer]:
        return iter(())

    def _value(self, name: str, arguments: Sequence[Any]) -> Any:
        call = name.rpartition(":")[2]
        if call == "record_metadata":
            return self.outcomes.manifest
        if call == "verify":
            return []
        if call == "time_group":
            return None
        return [self.outcomes.of(point) for point in arguments[0]]


def answered(group: Group, outcomes: Outcomes) -> Answer:
    """A group's answer, as an engine gives it."""
    return Answer(group, value=[outcomes.of(point) for point in group.points])


def sweep(outcomes: Outcomes, folder: Path, seeds: int) -> dict[str, Any]:
    """Run 2,000 points a seed into a folder; return its time and its memory."""
    before = runner.ProcessPool
    runner.ProcessPool = lambda *means, **more: Replay(outcomes)  # type: ignore[assignment,misc]
    began, worked = time.perf_counter(), time.process_time()
    try:
        asked = load(TEN_THOUSAND, seeds=seeds)
        results = runner.run(asked, folder, jobs=1, yes=True)
    finally:
        runner.ProcessPool = before  # type: ignore[misc]
    count = len(results.points)
    return {
        "points": count,
        "done": results.meta["counts"]["done"],
        "seconds": time.perf_counter() - began,
        "ms_a_point": 1e3 * (time.process_time() - worked) / count,
        "bytes_a_point": (folder / "results.sqlite").stat().st_size / count,
        "peak_mb": peak(),
    }


def peak() -> float:
    """The most memory this process has filled, in MB; NaN off Linux.

    Not ``ru_maxrss``: that begins with the size of the process that started this one.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return math.nan
    lines = status.read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if "VmHWM" in line)


if __name__ == "__main__":
    kept, folder, seeds = sys.argv[1:]
    found = pickle.loads(Path(kept).read_bytes())
    print(json.dumps(sweep(found, Path(folder), int(seeds))))
