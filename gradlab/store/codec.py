"""Rows of the database: checksums, and records as bytes."""

import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from gradlab import canonical_json
from gradlab.labelled import LabelledArray, record_of
from gradlab.store import content
from gradlab.store.schema import MeasureRow, PointRow, RecordRow, SweepRow
from gradlab.store.sqlite_errors import damaged_error, foreign_error


R = TypeVar("R", PointRow, RecordRow, SweepRow, MeasureRow)


# SQLite has no checksum of its own: its integrity check accepts a changed byte inside
# a value. Every row therefore ends with the CRC-32 of its other values.


def checksum(*values: Any) -> int:
    """Return the CRC-32 over the values of a row: its texts and numbers, then bytes."""
    texts = [_as_text(value) for value in values if not isinstance(value, bytes)]
    crc = zlib.crc32("\0".join(texts).encode())
    for value in values:
        if isinstance(value, bytes):
            crc = zlib.crc32(value, crc)
    return crc


def add_crc(row: R) -> R:
    """Return a row with the checksum of its other values."""
    return row._replace(crc=checksum(*row[:-1]))


def verify_crc(row: tuple) -> bool:
    """Whether a row's checksum, its last value, is that of the others."""
    return checksum(*row[:-1]) == row[-1]


def require_intact(rows: Iterable[R], file: Path, what: str) -> None:
    """Verify the checksums of rows of a file, their keys, and what they hold.

    Args:
        rows: of a table.
        file: named in the error.
        what: name of a row in the error; ``{}`` is replaced by its key.

    Raises:
        DamagedError: a checksum does not fit, or two rows have one key: where an index
            is damaged, a row is not replaced but added.
        StoreError: gradlab would not have written the row.
    """
    seen: set[str] = set()
    for row in rows:
        if not verify_crc(row):
            raise damaged_error(file, what.format(row[0]))
        if row[0] in seen:
            raise damaged_error(file, f"{what.format(row[0])}, which is there twice")
        seen.add(row[0])
        if reason := content.problem(row):
            raise foreign_error(file, f"{what.format(row[0])} with {reason}")


def encode(key: str, record: LabelledArray) -> RecordRow:
    """Return the row of a record of a point."""
    parts = [record.values] if record.sd is None else [record.values, record.sd]
    values = np.stack(parts).astype("<f8")
    row = RecordRow(
        key=key,
        measure=record.name,
        unit=record.unit,
        # a list of pairs: JSON objects are sorted, axes are not
        coords=canonical_json.dumps(
            [[name, _pack(axis)] for name, axis in record.coords.items()]
        ),
        words=canonical_json.dumps(list(record.words)),
        dtype="<f8",
        shape=canonical_json.dumps(list(values.shape)),
        blob=values.tobytes(),
    )
    return add_crc(row)


def decode(row: RecordRow, file: Path) -> LabelledArray:
    """Return the record of a row of ``file``.

    Raises:
        DamagedError: the checksum does not fit.
        ShapeError: other axes than those of records.
    """
    _, name, unit, coords, words, dtype, shape, blob, _ = row
    require_intact([row], file, name + " of point {}")
    values = np.frombuffer(blob, dtype=dtype).reshape(_shape(shape))
    sd = values[1] if len(values) > 1 else None
    axes = dict(_axes(coords))
    return record_of(
        LabelledArray(name, axes, values[0], sd, unit=unit, words=_words(words))
    )


# Points of one sweep share these texts: each is parsed once and held once.


@lru_cache(maxsize=1024)
def _axes(text: str) -> tuple[tuple[str, tuple], ...]:
    return tuple((name, _unpack(axis)) for name, axis in canonical_json.loads(text))


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[str, ...]:
    return tuple(canonical_json.loads(text))


@lru_cache(maxsize=1024)
def _shape(text: str) -> tuple[int, ...]:
    return tuple(canonical_json.loads(text))


def _pack(axis: tuple) -> Any:
    """Write a range of integers as its two ends."""
    ints = set(map(type, axis)) == {int}
    if ints and len(axis) > 4 and axis == tuple(range(axis[0], axis[0] + len(axis))):
        return {"from": axis[0], "to": axis[-1]}
    return list(axis)


def _unpack(axis: Any) -> tuple:
    if isinstance(axis, Mapping):
        return tuple(range(axis["from"], axis["to"] + 1))
    return tuple(axis)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value.hex() if isinstance(value, float) else str(value)
