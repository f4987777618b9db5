"""The tidy table: one row per value."""

from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.axes import PARAMS
from gradlab.store.record import Record


if TYPE_CHECKING:
    import pandas

    from gradlab.store.results import Results


COLUMNS = (*PARAMS, "measure", "block", "index", "step", "lag", "value", "sd")


def frame(results: "Results") -> "pandas.DataFrame":
    """Return one row per value of the points asked for.

    Columns as ``COLUMNS``; empty where one does not apply. Norms are natural
    logarithms, averaged over sequences (so geometrically), ``sd`` their spread. A
    single word beside a number (a verdict's) stands in ``index``.
    """
    import pandas

    points, records = [], []
    for number, point in enumerate(results.points):
        for measure in results.measures:
            record = point.record(measure)
            if record is not None:
                points.append(number)
                records.append(record)
    sizes = np.array([record.mean.size for record in records], dtype=np.int64)
    columns: dict[str, Any] = {}
    for name in PARAMS:
        values = [point.params.get(name) for point in results.points]
        columns[name] = _labels(_as_column(values, name), points, sizes)
    columns["measure"] = _labels([record.measure for record in records], None, sizes)
    columns["block"] = _axis_labels(records, "block")
    columns["index"] = _axis_labels(records, "index")
    for name in ("step", "lag"):
        columns[name] = _axis_integers(records, name)
    for name, part in (("value", "mean"), ("sd", "sd")):
        parts = [getattr(record, part).ravel() for record in records]
        columns[name] = np.concatenate([np.empty(0), *parts])
    return pandas.DataFrame(columns, columns=list(COLUMNS))


def _as_column(values: list, name: str) -> list:
    if name != "forget_bias":
        return values
    return [
        None if v is None else v if isinstance(v, str) else f"{v:g}" for v in values
    ]


def _labels(values: list, points: list[int] | None, sizes: np.ndarray) -> Any:
    """Spread one value per record (through its point) over the record's rows."""
    import pandas

    per_record = values if points is None else [values[number] for number in points]
    codes, categories = pandas.factorize(np.array(per_record, dtype=object))
    spread = np.repeat(codes, sizes)
    if categories.size and all(isinstance(c, int | float) for c in categories):
        numbers = np.array(categories.tolist())
        if (codes >= 0).all():
            return numbers[spread]
    return pandas.Categorical.from_codes(spread, [str(c) for c in categories])


def _axis_labels(records: list[Record], name: str) -> Any:
    import pandas

    known: dict[str, int] = {}
    parts = [np.empty(0, dtype=np.int64)]
    for record in records:
        own = record.coords.get(name)
        if own is None and name == "index" and record.note and not record.coords:
            own, grid = (record.note,), np.zeros(1, dtype=np.int64)
        elif own is None:
            parts.append(np.full(record.mean.size, -1))
            continue
        else:
            grid = _along(record, name)
        codes = np.array([known.setdefault(str(v), len(known)) for v in own])
        parts.append(codes[grid])
    return pandas.Categorical.from_codes(np.concatenate(parts), list(known))


def _axis_integers(records: list[Record], name: str) -> Any:
    import pandas

    values, masks = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=bool)]
    for record in records:
        absent = name not in record.coords
        if absent:
            column = np.zeros(record.mean.size, dtype=np.int64)
        else:
            column = np.asarray(record.coords[name])[_along(record, name)]
        values.append(column)
        masks.append(np.full(record.mean.size, absent))
    return pandas.arrays.IntegerArray(np.concatenate(values), np.concatenate(masks))


def _along(record: Record, name: str) -> np.ndarray:
    """Return each row's position along one axis of a record."""
    shape = record.mean.shape
    axis = list(record.coords).index(name)
    positions: np.ndarray = np.indices(shape, sparse=True)[axis]
    return np.broadcast_to(positions, shape).ravel()
