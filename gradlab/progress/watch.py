"""Events of a run in another process, read from its folder.

Each look reads only the points written since the one before, so that watching a large
sweep costs its writer nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gradlab import canonical_json
from gradlab.progress.events import Event, PointDone, PointsDone, Started, Writer
from gradlab.requirement import Requirement, covers
from gradlab.store import codec
from gradlab.store.computed import read_computed, read_requirements
from gradlab.store.lock import holder
from gradlab.store.reading import read_rows, reader
from gradlab.store.schema import FILE_NAME, PointRow, SweepRow
from gradlab.store.sqlite_errors import translate_errors


@dataclass
class Watch:
    """Looks at one folder; remembers what it has seen."""

    folder: Path
    _writer: str | None = None
    _serial: int = -1
    _since: int = -1
    _requested: tuple[str, ...] = ()
    _needs: dict[str, list[Requirement]] = field(default_factory=dict)
    _grids: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _status: dict[str, str] = field(default_factory=dict)

    def look(self) -> list[Event]:
        """Return what happened since the last look.

        At first, and when another sweep begins in the folder: that it started, and all
        points that are there.

        Raises:
            StoreError: nothing there, damaged, another version.
        """
        events: list[Event] = []
        writer = holder(self.folder) or ""
        if writer != self._writer:
            self._writer = writer
            events.append(Writer(writer))
        sweep, rows = self._read()
        if sweep is not None:
            events.append(sweep)
        if points := tuple(self._done(rows)):
            events.append(PointsDone(points))
        return events

    def _read(self) -> tuple[Started | None, list[PointRow]]:
        """Return the sweep if it is another one, and the rows of points since."""
        file, started = self.folder / FILE_NAME, None
        with reader(self.folder) as connection, translate_errors(file):
            latest = "order by serial desc limit 1"
            for sweep in read_rows(connection, file, "sweeps", latest):
                if sweep.serial != self._serial:
                    codec.require_intact([sweep], file, "what was requested")
                    started = self._start(sweep)
            since = "where serial > ?"
            rows = read_rows(connection, file, "points", since, (self._since,))
        codec.require_intact(rows, file, "point {}")
        return started, rows

    def _start(self, row: SweepRow) -> Started | None:
        """Begin anew where something else is requested; else note its serial."""
        self._serial = row.serial
        requested, meta = (row.keys, row.requirements), canonical_json.loads(row.meta)
        if requested == self._requested:
            return None
        self._requested, self._since = requested, -1
        self._needs, self._grids, self._status = {}, {}, {}
        grids, needs = (
            canonical_json.loads(row.keys),
            read_requirements(row.requirements),
        )
        for name, keys in grids:
            for key in keys:
                self._needs.setdefault(key, []).extend(needs.get(name, {}).values())
                self._grids[key] = (*self._grids.get(key, ()), name)
        return Started(
            name=str(meta.get("name") or "sweep"),
            folder=self.folder,
            total=len(self._needs),
            grids={name: (len(keys), 0) for name, keys in grids},
        )

    def _done(self, rows: list[PointRow]) -> Iterator[PointDone]:
        """Yield the points that need nothing more, and did at the last look."""
        for row in rows:
            key, status = row.key, row.status
            self._since = max(self._since, row.serial)
            before = self._status.get(key, "")
            if key not in self._needs or before in ("done", status):
                continue
            there = {
                n: one.requirement for n, one in read_computed(row.computed).items()
            }
            complete = covers(there, self._needs[key])
            if status != "failed" and not (status == "done" and complete):
                continue
            self._status[key] = status
            yield PointDone(
                key=key,
                grids=self._grids[key],
                params=canonical_json.loads(row.params),
                message=row.message if status == "failed" else "",
                seconds=row.seconds,
                failed_before=before == "failed",
            )
