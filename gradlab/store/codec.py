"""Records and rows: how a record stands in the database, and its checksum."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from gradlab.errors import StoreError
from gradlab.store.record import Record


COLUMNS = (
    "key, measure, measure_version, settings, coords, note, dtype, shape, blob, crc"
)


def to_json(value: Any) -> str:
    """Return canonical JSON: sorted keys, no spaces."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    )


def from_json(text: str) -> Any:
    """Return the value of canonical JSON."""
    return json.loads(text)


def checksum(*texts: str, blob: bytes = b"") -> int:
    """Return the CRC-32 over texts and a blob."""
    return zlib.crc32(blob, zlib.crc32("\0".join(texts).encode()))


def encode(key: str, record: Record) -> tuple:
    """Return the row of a record, in the order of ``COLUMNS``."""
    parts = [record.mean]
    if not np.isnan(record.sd).all():
        parts.append(record.sd)
    values = np.stack(parts).astype("<f8")
    blob = values.tobytes()
    texts = (
        key,
        record.measure,
        str(record.version),
        to_json(dict(record.settings)),
        # a list of pairs: JSON objects are sorted, axes are not
        to_json([[name, _pack(axis)] for name, axis in record.coords.items()]),
        record.note,
        "<f8",
        to_json(list(values.shape)),
    )
    row = list(texts)
    return (*row[:2], record.version, *row[3:], blob, checksum(*texts, blob=blob))


def decode(row: tuple, where: str) -> Record:
    """Return the record of a row.

    Raises:
        StoreError: where the checksum does not fit; ``where`` names the file.
    """
    key, measure, version, settings, coords, note, dtype, shape, blob, crc = row
    texts = (key, measure, str(version), settings, coords, note, dtype, shape)
    if checksum(*map(str, texts), blob=bytes(blob)) != crc:
        raise damaged(where, f"{measure} of point {key}")
    values = np.frombuffer(blob, dtype=dtype).reshape(json.loads(shape))
    mean = values[0]
    sd = values[1] if len(values) > 1 else np.full(mean.shape, np.nan)
    axes = {name: _unpack(axis) for name, axis in json.loads(coords)}
    return Record(measure, version, json.loads(settings), axes, mean, sd, note)


def damaged(where: str, what: str) -> StoreError:
    """Return the error for bytes that changed on disk."""
    return StoreError(
        got=f"{where}, damaged at {what}",
        expected="the bytes that were written",
        try_="the same sweep with --out reports/another_name",
    )


def _pack(axis: tuple) -> Any:
    """Write 0, 1, 2 ... as its two ends."""
    ints = all(type(value) is int for value in axis)
    if ints and len(axis) > 4 and axis == tuple(range(axis[0], axis[0] + len(axis))):
        return {"from": axis[0], "to": axis[-1]}
    return list(axis)


def _unpack(axis: Any) -> tuple:
    if isinstance(axis, Mapping):
        return tuple(range(axis["from"], axis["to"] + 1))
    return tuple(axis)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} in a record")
