"""What a worker does with points: pure functions from parameters to records."""

import math
import sysconfig
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from gradlab import catalog, cells
from gradlab.cells.base import Cell
from gradlab.errors import GradlabError
from gradlab.initializers import draws_all, initialize_
from gradlab.inputs.base import initial_state
from gradlab.losses.base import directions
from gradlab.measures import Flow, Measure
from gradlab.store.codec import from_json
from gradlab.store.record import Record
from gradlab.sweeps.cost import is_long
from gradlab.sweeps.keys import input_of
from gradlab.sweeps.outcome import Outcome
from gradlab.sweeps.points import Point
from gradlab.sweeps.requirements import Requirements, settings_of
from gradlab.trajectory import Trajectory, unroll


Drawn = TypeVar("Drawn")


def measure_points(points: Sequence[Point], needs: Requirements) -> list[Outcome]:
    """Measure points of one shape; if the group raises, each by itself."""
    began = time.perf_counter()
    wanted = measures_of(needs)
    try:
        found = measure_group(points, wanted, needs.blocks())
    except Exception as error:
        if len(points) > 1:
            return [out for point in points for out in measure_points([point], needs)]
        return [_by_itself(points[0], wanted, needs.blocks(), error)]
    share = _since(began) / len(points)
    return [
        Outcome(tuple(records.values()), "", (), share, _broke_down(records))
        for records in found
    ]


def _by_itself(
    point: Point, measures: list[Measure], blocks: str, first: Exception
) -> Outcome:
    """Take one measure after the other, and tell which of them fail and why."""
    began = time.perf_counter()
    whole = f"cell {point.cell}: {_told(first)}"
    if isinstance(first, MemoryError):
        return Outcome(message=_told(first))
    try:
        cell = build(point)
        stacked = cell.supports_ensembles
        flow = _flow(
            cells.ensemble([cell]) if stacked else cell,
            [point],
            blocks,
            stacked=stacked,
        )
    except Exception:
        return Outcome(message=whole, seconds=_since(began))
    records: dict[str, Record] = {}
    failed: dict[str, str] = {}
    for measure in measures:
        try:
            records |= _records(flow, [measure], 1 if stacked else None)[0]
        except Exception as error:
            failed[measure.name] = _told(error)
    if len(failed) == len(measures) > 1:
        return Outcome(message=whole, seconds=_since(began))
    return Outcome(
        tuple(records.values()),
        _by_cause(failed),
        tuple(failed),
        _since(began),
        _broke_down(records),
    )


def _by_cause(failed: Mapping[str, str]) -> str:
    """Return which measures failed and why; those of one cause together.

    >>> _by_cause({"verdict": "no", "horizon": "no", "mine": "a bug"})
    'measures verdict, horizon: no; measure mine: a bug'
    """
    together: dict[str, list[str]] = {}
    for name, cause in failed.items():
        together.setdefault(cause, []).append(name)
    return "; ".join(
        f"measure{'s' * (len(names) > 1)} {', '.join(names)}: {cause}"
        for cause, names in together.items()
    )


def measure_group(
    points: Sequence[Point], measures: Iterable[Measure], blocks: str = "all"
) -> list[dict[str, Record]]:
    """Return the records of points of one shape, by output.

    Points may differ in init, gain, forget bias and seed. Where the cell can be
    stacked they are computed together along a leading axis, and each gets the same
    bits as alone.
    """
    chosen = list(measures)
    first = build(points[0])
    if first.supports_ensembles:
        cell = _stack(first, points)
        return _records(_flow(cell, points, blocks), chosen, len(points))
    return [
        _records(_flow(cell, [point], blocks, stacked=False), chosen, None)[0]
        for cell, point in zip([first, *map(build, points[1:])], points, strict=True)
    ]


def _stack(first: Cell, points: Sequence[Point]) -> Cell:
    """Return the cells of all points as one; ``first`` is that of the first.

    Constructing a small cell takes longer than filling it, so one is filled again and
    again where nothing in it stays as its constructor made it.
    """
    if not draws_all(first):
        return cells.ensemble([first, *map(build, points[1:])])
    together = cells.ensemble([first] * len(points))
    rows = dict(together.named_parameters())
    with torch.no_grad():
        for place, point in enumerate(points[1:], start=1):
            _draw(first, point)
            for name, parameter in first.named_parameters():
                rows[name][place] = parameter
    return together


def build(point: Point) -> Cell:
    """Return a point's cell with its weights drawn."""
    activation = None
    if point.activation is not None:
        activation = catalog.get("activations", point.activation)()
    cell = cells.build(
        point.cell,
        point.features,
        point.hidden,
        activation=activation,
        dtype=dtype_of(point),
        seed=point.seed,
    )
    return _draw(cell, point).to(point.device)


def _draw(cell: Cell, point: Point) -> Cell:
    """Draw a cell's weights as a point has them, in place."""
    init = None
    if point.init is not None:
        init = catalog.get("initializers", point.init)()
    return initialize_(
        cell,
        init,
        gain=1.0 if point.gain is None else point.gain,
        forget_bias="keep" if point.forget_bias is None else point.forget_bias,
        seed=point.seed,
        length=point.length,
    )


def trajectory_of(cell: Cell, points: Sequence[Point], *, stacked: bool) -> Trajectory:
    """Run a cell, or a stack of them, over the sequences of its points."""
    first = points[0]
    steps = first.length + first.burn_in
    named = list(zip(cell.state_names, cell.state_sizes, strict=True))
    source = input_of(first.input)

    def read(seed: int) -> np.ndarray:
        return source.sequences(seed, first.sequences, steps, first.features)

    def begun(seed: int) -> tuple[np.ndarray, ...]:
        return initial_state(first.initial_state, seed, first.sequences, named)

    inputs, starts = _by_seed(read, points), _by_seed(begun, points)
    start = [_tensor(parts, first, stacked) for parts in zip(*starts, strict=True)]
    return unroll(
        cell,
        _tensor(inputs, first, stacked),
        initial_state=start,
        burn_in=first.burn_in,
        keep_every="auto" if is_long(first) else None,
    )


def measures_of(needs: Requirements) -> list[Measure]:
    """Return the measures that are requested, with their settings.

    A sweep sets ``thresholds`` alone; other fields have the defaults of the leaf.
    """
    found = []
    for name, one in sorted(needs.by_measure.items()):
        settings = from_json(one.settings)
        given = {k: tuple(v) for k, v in settings.items() if k == "thresholds"}
        found.append(catalog.get("measures", name)(**given))
    return found


def describe(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return what measures say of themselves, by the name of each output."""
    manifest = {}
    for name in names:
        leaf: type[Measure] = catalog.get("measures", name)
        about = {key: getattr(leaf, key) for key in _TOLD}
        for output in leaf.outputs or (name,):
            manifest[output] = {"measure": name, **about}
    return manifest


_TOLD = ("version", "symbol", "unit", "question", "formula", "reference")


def dtype_of(point: Point) -> torch.dtype:
    """Return a point's dtype as torch names it."""
    return {"float32": torch.float32, "float64": torch.float64}[point.dtype]


def _flow(
    cell: Cell, points: Sequence[Point], blocks: str, *, stacked: bool = True
) -> Flow:
    width = cell.state_sizes[cell.output_state]
    sequences = points[0].sequences
    vectors = _by_seed(lambda seed: directions(seed, sequences, width), points)
    return Flow(
        trajectory_of(cell, points, stacked=stacked),
        blocks,
        catalog.get("losses", points[0].loss)(),
        _tensor(vectors, points[0], stacked),
    )


def _by_seed(draw: Callable[[int], Drawn], points: Sequence[Point]) -> list[Drawn]:
    """Return what each point's seed draws, drawn once a seed."""
    drawn = {seed: draw(seed) for seed in {point.seed for point in points}}
    return [drawn[point.seed] for point in points]


def _tensor(parts: Sequence[np.ndarray], point: Point, stacked: bool) -> Tensor:
    array = np.stack(parts) if stacked else parts[0]
    return torch.from_numpy(array).to(device=point.device, dtype=dtype_of(point))


def _records(
    flow: Flow, measures: list[Measure], members: int | None
) -> list[dict[str, Record]]:
    """Return the records of each member; None says there is no member axis."""
    found: list[dict[str, Record]] = [{} for _ in range(members or 1)]
    for measure in measures:
        if not measure.applies_to(flow.cell):
            continue
        settings = settings_of(measure.name, getattr(measure, "thresholds", None))
        for output, reading in measure.readings(flow).items():
            mean, sd = reading.summary()
            notes = reading.notes
            if members is None:
                mean, sd = mean[None], sd[None]
                notes = None if notes is None else np.asarray(notes)[None]
            for k, records in enumerate(found):
                records[output] = Record(
                    output,
                    measure.version,
                    settings,
                    reading.coords,
                    mean[k].copy(),
                    sd[k].copy(),
                    "" if notes is None else str(notes[k]),
                    "" if output == measure.name else measure.name,
                )
    return found


def _broke_down(records: dict[str, Record]) -> bool:
    record = records.get("breakdown")
    if record is None or not record.has(index="not_finite"):
        return False
    return not math.isnan(record.at(index="not_finite"))


def _told(error: Exception) -> str:
    """Return an error as a point's message: its kind and what it says."""
    if isinstance(error, MemoryError):
        return "out of memory"
    if isinstance(error, GradlabError):
        return " ".join(str(error).split())
    frames = traceback.extract_tb(error.__traceback__)
    outside = [frame for frame in frames if not _installed(frame.filename)]
    where = outside[-1:] or frames[-1:]
    place = "".join(f" ({Path(at.filename).name}:{at.lineno})" for at in where)
    return f"{type(error).__name__}: {error}".strip() + place


def _installed(file: str) -> bool:
    """Whether a source file is ours, a library's or Python's, and not the user's."""
    return file.startswith(_LIBRARIES) or file.startswith("<")


_LIBRARIES = (
    str(Path(__file__).parents[1]),
    *{path for key, path in sysconfig.get_paths().items() if key.endswith("lib")},
    sysconfig.get_path("stdlib"),
)


def _since(began: float) -> float:
    return time.perf_counter() - began
