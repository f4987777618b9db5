"""Looking at a folder again and again while a sweep writes there.

Each look reads only the points that came since the one before, so that watching a
large sweep costs its writer nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradlab.store import codec
from gradlab.store.reading import reader
from gradlab.store.requirement import (
    Requirement,
    covers,
    read_computed,
    read_requirements,
)
from gradlab.store.schema import FILE_NAME
from gradlab.store.sqlite_errors import translate_errors


@dataclass(frozen=True)
class Seen:
    """What one look saw.

    Attributes:
        name: of the sweep; empty before it has said what is asked.
        total: distinct points asked for.
        done: of these, with nothing left to compute; failed ones count.
        failed: of these.
        grids: name -> (points, done).
        failures: parameters and message of points that failed since the last look.
    """

    name: str
    total: int
    done: int
    failed: int
    grids: Mapping[str, tuple[int, int]]
    failures: tuple[tuple[Mapping[str, Any], str], ...] = ()


@dataclass
class Watch:
    """Looks at one folder; remembers what it has seen."""

    folder: Path
    _used: float = -1.0
    _since: float = -1.0
    _name: str = ""
    _asked: tuple[str, str] = ("", "")
    _grids: list[list[Any]] = field(default_factory=list)
    _needs: dict[str, list[Requirement]] = field(default_factory=dict)
    _failed: dict[str, str] = field(default_factory=dict)
    _done: set[str] = field(default_factory=set)

    def look(self) -> Seen:
        """Return how far the sweep is that was saved last.

        Raises:
            StoreError: nothing there, damaged, another version.
        """
        file = self.folder / FILE_NAME
        with reader(self.folder) as connection, translate_errors(file):
            sweep = connection.execute(
                "select * from sweeps order by used desc limit 1"
            ).fetchone()
            if sweep is not None and sweep[5] != self._used:
                if not codec.verify_crc(sweep):
                    raise codec.damaged(file, "what was requested")
                self._take_sweep(sweep)
            rows = connection.execute(
                "select * from points where finished >= ?", (self._since,)
            ).fetchall()
        for row in rows:
            if not codec.verify_crc(row):
                raise codec.damaged(file, f"point {row[0]}")
        failures = tuple(told for row in rows if (told := self._take_point(row)))
        return Seen(
            self._name,
            len(self._needs),
            len(self._done) + len(self._failed),
            len(self._failed),
            {
                name: (
                    len(keys),
                    sum(k in self._done or k in self._failed for k in keys),
                )
                for name, keys in self._grids
            },
            failures,
        )

    def _take_sweep(self, row: tuple) -> None:
        """Begin anew where something else is asked for; else note the time."""
        self._used = row[5]
        asked, meta = row[2:4], codec.from_json(row[4])
        if asked == self._asked:
            return
        self._asked, self._name = asked, str(meta.get("name") or "sweep")
        self._since, self._failed, self._done = -1.0, {}, set()
        self._grids = codec.from_json(row[2])
        requirements = read_requirements(row[3])
        self._needs = {}
        for name, keys in self._grids:
            for key in keys:
                needs = self._needs.setdefault(key, [])
                needs += requirements.get(name, {}).values()

    def _take_point(self, row: tuple) -> tuple[Mapping[str, Any], str] | None:
        """Note one point; return what is to be told of it, if it failed just now."""
        key, params, status, message, computed, _, _, finished, _ = row
        self._since = max(self._since, finished)
        if key not in self._needs:
            return None
        before = self._failed.pop(key, None)
        self._done.discard(key)
        if status == "failed":
            self._failed[key] = message
            if before is None:
                return codec.from_json(params), message
        elif status == "done":
            there = {n: one.requirement for n, one in read_computed(computed).items()}
            if covers(there, self._needs[key]):
                self._done.add(key)
        return None
