"""The calls that workers carry out: measure a group of points, and what comes with it.

The parent names them (:mod:`gradlab.runs.calls`) and imports no torch. Workers
import this module before their first call: a limit on a point's time is not to pay for
the import.
"""

import math
import sysconfig
import time
import traceback
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gradlab import canonical_json, catalog, cells, inputs
from gradlab.errors import GradlabError, VerificationError
from gradlab.measures import Measure, MeasureContext
from gradlab.numerics.allocator import keep_freed_memory
from gradlab.runs.build import build, context_of, ensemble_of
from gradlab.runs.calls import Check, Outcome
from gradlab.runs.trained import Records, measure_trained, states_of, train
from gradlab.sweeps import keys
from gradlab.sweeps.points import Point
from gradlab.sweeps.requirements import Requirements


def prepare_worker(files: Mapping[str, bytes]) -> None:
    """Set up the allocator, and let ``files`` stand for those that inputs read.

    Args:
        files: argument of an input's spec -> contents; empty on the machine where the
            sweep was started.
    """
    keep_freed_memory()
    inputs.set_contents(files)
    keys.clear_caches()


def record_metadata(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the metadata of measures' records, by the name of each output."""
    metadata = {}
    for name in names:
        leaf: type[Measure] = catalog.get("measures", name)
        attributes = {key: getattr(leaf, key) for key in _METADATA}
        for output in leaf.outputs or (name,):
            metadata[output] = {"measure": name, **attributes}
    return metadata


_METADATA = ("version", "symbol", "unit", "question", "formula", "reference")


def verify(pairs: Sequence[tuple[str, str | None]]) -> list[Check]:
    """Compare closed forms with autograd, one pair of cell and activation at a time.

    Args:
        pairs: cell and activation; None where the cell has none.

    Raises:
        VerificationError: a closed form and autograd disagree, or the comparison
            raises. A cell without closed forms has nothing to compare: where it cannot
            take a step, its points will say why.
    """
    from gradlab.check import closed_forms

    checks = []
    for cell, activation in pairs:
        kind = cell if activation is None else f"{cell}, {activation}"
        try:
            checks.append(Check(kind, *closed_forms.verify(cell, activation)))
        except VerificationError:
            raise
        except Exception as error:
            if not closed_forms.has_closed_forms(cell):
                checks.append(Check(kind, math.nan, 0))
                continue
            raise VerificationError(
                got=f"{kind}: {message_of(error).rstrip('.')}",
                expected="closed forms that can be compared with autograd in "
                f"{closed_forms.STEPS} steps of {closed_forms.HIDDEN} units",
                try_="gradlab check FILE.py on the cell, or --no-verify",
            ) from error
    return checks


def measure(
    points: Sequence[Point],
    requirements: Requirements,
    states: Sequence[bytes] = (),
    seconds: float | None = None,
) -> list[Outcome]:
    """Measure points of one shape; if the group raises, each by itself.

    Args:
        points: equal in all but how weights are drawn.
        requirements: what to measure.
        states: where the training of each stood when it was stopped; empty: at the
            start, or nothing is trained.
        seconds: after which a training is stopped, and where it stands is returned;
            None: it is not.
    """
    began = time.perf_counter()
    measures, blocks = measures_of(requirements), requirements.blocks()
    try:
        if points[0].task is None:
            found = measure_group(points, measures, blocks)
        else:
            trainer = train(points, states, seconds)
            if not trainer.done:
                share = _since(began) / len(points)
                return [
                    Outcome(seconds=share, state=state, updates=trainer.updates)
                    for state in states_of(trainer)
                ]
            found = measure_trained(points, trainer, measures, blocks)
    except Exception as error:
        if len(points) > 1:
            return [out for point in points for out in measure([point], requirements)]
        if points[0].task is not None:
            return [Outcome(message=message_of(error), seconds=_since(began))]
        return [_measure_one_by_one(points[0], measures, blocks, error)]
    share = _since(began) / len(points)
    return [
        Outcome(records, "", (), share, _became_nonfinite(records)) for records in found
    ]


def time_group(points: Sequence[Point], requirements: Requirements) -> float | None:
    """Return the seconds that measuring a group takes; None where a point fails.

    The first point is measured once before, so that imports and first calls, which a
    worker pays for once, are not counted. On a CPU they are seconds of computing, which
    neither a pause nor other programs lengthen.
    """
    clock = time.process_time if points[0].device == "cpu" else time.perf_counter
    measure(points[:1], requirements)
    began = clock()
    outcomes = measure(points, requirements)
    seconds = clock() - began
    return None if any(outcome.message for outcome in outcomes) else seconds


def measures_of(requirements: Requirements) -> list[Measure]:
    """Return the required measures with their settings.

    A sweep sets ``thresholds`` alone; other fields have the defaults of the leaf.
    """
    found = []
    for name, one in sorted(requirements.by_measure.items()):
        settings = canonical_json.loads(one.settings)
        given = {k: tuple(v) for k, v in settings.items() if k == "thresholds"}
        found.append(catalog.get("measures", name)(**given))
    return found


def measure_group(
    points: Sequence[Point], measures: Iterable[Measure], blocks: str = "all"
) -> list[Records]:
    """Return the records of points of one shape, by measure.

    Points may differ in init, gain, forget bias and seed. Where the cell supports
    ensembles they are computed together along a leading axis, and each gets the same
    bits as alone.
    """
    chosen = list(measures)
    first = build(points[0])
    if first.supports_ensembles:
        context = context_of(ensemble_of(first, points), points, blocks, ensemble=True)
        return _records(context, chosen)
    contexts = (
        context_of(cell, [point], blocks, ensemble=False)
        for cell, point in zip([first, *map(build, points[1:])], points, strict=True)
    )
    return [_records(context, chosen)[0] for context in contexts]


def _measure_one_by_one(
    point: Point, measures: list[Measure], blocks: str, first: Exception
) -> Outcome:
    """Measure one by one; return which measures failed, with the cause.

    Args:
        point: a point whose group raised ``first``.
        measures: of the group.
        blocks: of the Jacobian products.
        first: the reason where the cell itself cannot be run.
    """
    began = time.perf_counter()
    if isinstance(first, MemoryError):
        return Outcome(message=message_of(first))
    whole = f"cell {point.cell}: {message_of(first)}"
    try:
        cell = build(point)
        ensemble = cell.supports_ensembles
        together = cells.ensemble([cell]) if ensemble else cell
        context = context_of(together, [point], blocks, ensemble=ensemble)
    except Exception:
        return Outcome(message=whole, seconds=_since(began))
    records: Records = {}
    failed: dict[str, str] = {}
    for one in measures:
        try:
            records |= _records(context, [one])[0]
        except Exception as error:
            failed[one.name] = message_of(error)
    if len(failed) == len(measures) > 1:
        return Outcome(message=whole, seconds=_since(began))
    return Outcome(
        records,
        _by_cause(failed),
        tuple(failed),
        _since(began),
        _became_nonfinite(records),
    )


def _records(context: MeasureContext, measures: list[Measure]) -> list[Records]:
    """Return the records of each member; of the one cell without a member axis."""
    members = (context.batch_shape[:-1] or (None,))[0]
    found: list[Records] = [{} for _ in range(members or 1)]
    for one in measures:
        if not one.applies_to(context.cell):
            continue
        means = [array.over_sequences() for array in one.arrays(context).values()]
        for k, records in enumerate(found):
            records[one.name] = tuple(
                mean if members is None else mean.sel(member=k) for mean in means
            )
    return found


def _became_nonfinite(records: Records) -> bool:
    steps = [r.at(index="not_finite") for r in records.get("breakdown", ())]
    updates = [r.at(index="not_finite") for r in records.get("update_counts", ())]
    return not all(map(math.isnan, steps)) or any(updates)


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


def message_of(error: Exception) -> str:
    """Return an error as a point's message: its type, text and line of user's code."""
    if isinstance(error, MemoryError):
        return "out of memory"
    if isinstance(error, GradlabError):
        return " ".join(str(error).split())
    frames = traceback.extract_tb(error.__traceback__)
    outside = [frame for frame in frames if not _is_installed(frame.filename)]
    where = outside[-1:] or frames[-1:]
    place = "".join(f" ({Path(at.filename).name}:{at.lineno})" for at in where)
    return f"{type(error).__name__}: {error}".strip() + place


def _is_installed(file: str) -> bool:
    """Return whether a source file is ours, a library's or Python's."""
    return file.startswith(_LIBRARIES) or file.startswith("<")


_LIBRARIES = (
    str(Path(__file__).parents[1]),
    *{path for key, path in sysconfig.get_paths().items() if key.endswith("lib")},
    sysconfig.get_path("stdlib"),
)


def _since(began: float) -> float:
    return time.perf_counter() - began
