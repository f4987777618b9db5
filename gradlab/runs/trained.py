"""Train points on their task, and measure them before, along and after it."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gradlab.cells.base import Cell
from gradlab.engines.lived_time import LivedTime
from gradlab.labelled import LabelledArray
from gradlab.measures import Measure, MeasureContext, TrainingContext
from gradlab.runs.build import build
from gradlab.sweeps.keys import task_of
from gradlab.sweeps.points import Point
from gradlab.tasks.base import Task
from gradlab.training.head import draw_head
from gradlab.training.moment import moment_of
from gradlab.training.settings import measured_at
from gradlab.training.trainer import Trainer
from gradlab.trajectory import unroll


Records = dict[str, tuple[LabelledArray, ...]]
"""Measure -> its records of one point."""


def trainer_of(points: Sequence[Point]) -> Trainer:
    """Return the networks of points of one shape, not trained yet."""
    first = points[0]
    task, settings = task_of(str(first.task)), first.training()
    networks = []
    for point in points:
        cell = build(point)
        like = next(cell.parameters())
        width = cell.state_sizes[cell.output_state]
        head = draw_head(point.seed, width, task.outputs)
        networks.append((cell, {name: value.to(like) for name, value in head.items()}))
    return Trainer(
        networks,
        [point.seed for point in points],
        task,
        settings,
        measured_at(str(first.measure_at), settings.updates),
    )


def train(
    points: Sequence[Point], states: Sequence[bytes], seconds: float | None
) -> Trainer:
    """Train points of one shape; stop after about so many seconds.

    Args:
        points: equal in all but how weights are drawn.
        states: where each stood when it was stopped (:func:`states_of`); empty: at the
            start. One that cannot be read counts as none.
        seconds: of this process's own time; None: to the end.
    """
    trainer = trainer_of(points)
    if states:
        try:
            trainer.load_state_dict([load_state(state) for state in states])
        except Exception:  # of a file that something else wrote: begin anew
            trainer = trainer_of(points)
    clock = LivedTime()
    while not trainer.done:
        trainer.update()
        if seconds is not None and clock.now() > seconds:
            break
    return trainer


def states_of(trainer: Trainer) -> list[bytes]:
    """Return what it takes to go on with each network."""
    found = []
    for state in trainer.state_dict():
        buffer = io.BytesIO()
        torch.save(state, buffer)
        found.append(buffer.getvalue())
    return found


def load_state(state: bytes) -> dict[str, Any]:
    """Return what :meth:`Trainer.load_state_dict` takes of a network."""
    found: dict[str, Any] = torch.load(io.BytesIO(state), weights_only=True)
    return found


def measure_trained(
    points: Sequence[Point], trainer: Trainer, measures: Iterable[Measure], blocks: str
) -> list[Records]:
    """Return the records of each point, by measure.

    Measures of the training are taken once; all others at each of the moments whose
    parameters were kept, along the axis ``update``.
    """
    chosen = list(measures)
    records: list[Records] = [{} for _ in points]
    training = TrainingContext(trainer.task, trainer.settings, trainer.history)
    for one in chosen:
        if one.of_training:
            arrays = one.arrays(training).values()
            _add(records, one, arrays, members=True)
    along = [one for one in chosen if not one.of_training]
    if along:
        for start, stop in _parts(points, trainer):
            _measure_along(points, trainer, along, blocks, records, start, stop)
    return records


def _parts(points: Sequence[Point], trainer: Trainer) -> list[tuple[int, int]]:
    """Return which members are measured together: one by one without ensembles."""
    if build(points[0]).supports_ensembles:
        return [(0, len(points))]
    return [(k, k + 1) for k in range(len(points))]


def _measure_along(
    points: Sequence[Point],
    trainer: Trainer,
    measures: list[Measure],
    blocks: str,
    records: list[Records],
    start: int,
    stop: int,
) -> None:
    members = points[start:stop]
    cells = [build(point) for point in members]
    moments: dict[str, dict[str, list[LabelledArray]]] = {}
    updates = sorted(trainer.snapshots)
    for update in updates:
        values = {
            name: value[start:stop] for name, value in trainer.values(update).items()
        }
        found = _measure_moment(members, cells, values, trainer.task, measures, blocks)
        for measure, arrays in found.items():
            of_measure = moments.setdefault(measure, {})
            for name, array in arrays.items():
                of_measure.setdefault(name, []).append(array)
    together = "member" if cells[0].supports_ensembles else None
    for one in measures:
        if one.name in moments:
            parts = [along(updates, part) for part in moments[one.name].values()]
            _add(records[start:stop], one, parts, members=together is not None)


def measure_at(
    point: Point, trainer: Trainer, measures: Sequence[Measure], update: int | None
) -> dict[str, LabelledArray]:
    """Return what measures give of a network that is trained alone, by output.

    With the bits that a sweep stores of it.

    Args:
        point: the network.
        trainer: of it alone.
        measures: of a network, not of its training.
        update: after how many, among those that were kept; None: as it is now.
    """
    cell, values = build(point), trainer.values(update)
    found = _measure_moment([point], [cell], values, trainer.task, measures, "joint")
    arrays = {
        name: a for of_measure in found.values() for name, a in of_measure.items()
    }
    if not cell.supports_ensembles:
        return arrays
    return {name: array.sel(member=0) for name, array in arrays.items()}


def _measure_moment(
    points: Sequence[Point],
    networks: Sequence[Cell],
    values: dict[str, Tensor],
    task: Task,
    measures: Iterable[Measure],
    blocks: str,
) -> dict[str, dict[str, LabelledArray]]:
    """Return what measures give of networks with some parameters, by measure, output.

    Arrays are means over sequences, with an axis of members where cells support it.
    """
    seeds, count = [point.seed for point in points], points[0].sequences
    moment = moment_of(networks, values, task, seeds, count)
    trajectory = unroll(moment.cell, moment.inputs)
    context = MeasureContext(trajectory, blocks, moment.loss)
    return {
        one.name: {
            name: array.over_sequences() for name, array in one.arrays(context).items()
        }
        for one in measures
        if one.applies_to(context.cell)
    }


def along(updates: Sequence[int], arrays: Sequence[LabelledArray]) -> LabelledArray:
    """Return arrays of one measure as one with a first axis ``update``.

    Where other axes differ, as the lags of a norm do not, ShapeError.
    """
    first = arrays[0]
    spreads = [array.spread for array in arrays]
    known = any(array.sd is not None for array in arrays)
    return replace(
        first,
        coords={"update": tuple(updates), **first.coords},
        values=np.stack([array.values for array in arrays]),
        sd=np.stack(spreads) if known else None,
    )


def _add(
    records: list[Records],
    one: Measure,
    arrays: Iterable[LabelledArray],
    *,
    members: bool,
) -> None:
    """Add a measure's records to those of each member."""
    listed = list(arrays)
    for k, of_member in enumerate(records):
        of_member[one.name] = tuple(
            array.sel(member=k) if members else array for array in listed
        )
