"""Where trainings stood when they were last stopped, as files in the results folder.

A training longer than :data:`SECONDS` is divided into stretches. After each the worker
sends where its networks stand, and the parent, which alone writes in the folder, keeps
it until the point is done: a killed sweep goes on from there, with the same numbers.
"""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gradlab import outputs, regular_file
from gradlab.errors import StoreError


SECONDS = 30.0
"""A training is kept about so often: what a kill loses at most."""

FOLDER = "checkpoints"
"""In the results folder; removed when nothing is left in it."""


@dataclass(frozen=True)
class Checkpoint:
    """Where a training stood.

    Attributes:
        updates: done by then.
        state: what it takes to go on (:mod:`gradlab.runs.trained`).
    """

    updates: int
    state: bytes


def read(folder: Path, keys: Iterable[str]) -> dict[str, Checkpoint]:
    """Return the checkpoints of some points; what is damaged is as if not there."""
    where = folder / FOLDER
    if where.is_symlink() or not where.is_dir():
        return {}
    found = {}
    for key in keys:
        with suppress(OSError, ValueError):
            data = regular_file.read_bytes(where / f"{key}.pt")
            first, _, state = data.partition(b"\n")
            updates, digest = first.decode("ascii").split()
            if digest == hashlib.sha256(state).hexdigest():
                found[key] = Checkpoint(int(updates), state)
    return found


def write(folder: Path, key: str, checkpoint: Checkpoint) -> None:
    """Keep where a training stands.

    Raises:
        StoreError: it cannot be written.
    """
    where = folder / FOLDER
    digest = hashlib.sha256(checkpoint.state).hexdigest()
    first = f"{checkpoint.updates} {digest}\n".encode("ascii")
    try:
        if where.is_symlink():
            where.unlink()
        where.mkdir(exist_ok=True)
        outputs.write(where / f"{key}.pt", first + checkpoint.state)
    except OSError as error:
        raise StoreError(
            got=f"{where}: {error.strerror or error}",
            expected="a folder that can be written, with room on the disk",
            try_="the same command again, which goes on from what is kept",
        ) from error


def remove(folder: Path, key: str) -> None:
    """Remove the checkpoint of a point, and the folder with the last one."""
    where = folder / FOLDER
    if where.is_symlink() or not where.is_dir():
        return
    with suppress(OSError):
        (where / f"{key}.pt").unlink(missing_ok=True)
        where.rmdir()
