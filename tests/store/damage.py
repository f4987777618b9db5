"""Stores to be damaged, and which pages of them hold each row."""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gradlab.labelled import LabelledArray
from gradlab.requirement import Requirement
from gradlab.store import Store, schema


PAGE = 4096


@dataclass(frozen=True)
class Place:
    """One way to damage a file: ``length`` bytes changed, or all behind cut off."""

    kind: str
    start: int
    length: int

    def damage(self, content: bytes) -> bytes:
        if self.kind == "cut":
            return content[: self.start]
        noise = random.Random(self.start).randbytes(self.length)
        here = content[self.start : self.start + self.length]
        # never the byte that was there
        new = bytes((a + 1 + b % 255) % 256 for a, b in zip(here, noise, strict=False))
        return content[: self.start] + new + content[self.start + len(new) :]

    def pages(self, size: int) -> range:
        """Return the numbers of the pages it hits, from 0, in a file of ``size``."""
        end = size if self.kind == "cut" else min(self.start + self.length, size)
        return range(self.start // PAGE, -(-end // PAGE))


def places(size: int, number: int, seed: int) -> list[Place]:
    """Return the head, the tail, and other places all over a file."""
    rng = random.Random(seed)
    found = [Place("flip", start, 1) for start in (0, 16, 18, 24, 28, 56, 60, 68, 96)]
    found += [Place("flip", 0, 100), Place("flip", 0, PAGE), Place("cut", size - 1, 0)]
    while len(found) < number:
        start = rng.randrange(size)
        if rng.random() < 0.25:
            found.append(Place("cut", start, 0))
        else:
            found.append(Place("flip", start, rng.choice((1, 1, 4, 64, 5000))))
    return found


def key(index: int) -> str:
    return hashlib.sha256(str(index).encode()).hexdigest()[:32]


def write(folder: Path, points: int = 40) -> Path:
    """Write a store with rows of many sizes, points that failed among them."""
    rng = np.random.default_rng(1)
    with Store.open(folder, create=True) as store:
        names = ("the_norms", "some_rate", "the_map")
        store.save_record_metadata(
            {
                name: {"version": 1, "question": f"what is {name}? " * 5, "symbol": "s"}
                for name in names
            }
        )
        params = {key(i): {"cell": "lstm", "gain": 1.5, "seed": i} for i in range(40)}
        store.add_missing(params)
        needs = {"main": {name: Requirement(name) for name in names}}
        store.save_sweep(
            "id" * 16, {"name": "x"}, {"main": list(params)}, {}, requirements=needs
        )
        for i in range(points):
            if i % 13 == 12:
                store.save_point(
                    key(i), params[key(i)], status="failed", message="no memory"
                )
                continue
            steps = int(rng.integers(1, 400))
            records = {
                name: [
                    LabelledArray(
                        name,
                        {"block": ("joint", "hc"), "lag": tuple(range(n))},
                        rng.standard_normal((2, n)),
                    )
                ]
                for name, n in zip(names, (steps, 1, 5 * steps), strict=True)
            }
            store.save_point(
                key(i),
                params[key(i)],
                records=records,
                computed=needs["main"],
                seconds=float(i),
            )
    return folder


def rows(file: Path) -> dict[str, dict[tuple, tuple]]:
    """Return table -> key -> row, as the database has them."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return {
            table: {
                row[: 2 if table == "records" else 1]: row
                for row in connection.execute(f"select * from {table}")
            }
            for table in schema.ROWS
        }


def standing(content: bytes, row: tuple) -> set[int]:
    """Return the pages that hold a row, by looking for its bytes all over the file."""
    found = set()
    values = [
        value if isinstance(value, bytes) else str(value).encode() for value in row
    ]
    body = b"".join(values[: 1 + (len(row) == 10)])  # its key, as a row begins
    for value in (body, *values):
        middle = [value[start : start + 24] for start in range(0, len(value) - 23, 64)]
        for part in {*middle, value[-8:]} - {b""}:
            if len(part) < 8:
                continue
            at = content.find(part)
            while at >= 0:
                found.update((at // PAGE, (at + len(part) - 1) // PAGE))
                at = content.find(part, at + 1)
    return found


def hurt(source: Path, target: Path, place: Place) -> Path:
    """Copy a store and damage the copy."""
    shutil.copytree(source, target)
    file = target / schema.FILE_NAME
    file.write_bytes(place.damage(file.read_bytes()))
    return target
