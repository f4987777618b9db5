"""A sweep's log: what happens, one JSON object a line, for scripts and ``tail -f``.

Each line has ``event``, ``time`` (ISO 8601 with zone), ``elapsed`` (seconds since the
log was opened), and by event:

    started   name, folder, total, done, grids, jobs, seconds (about, for the rest)
    unguarded folder (its file system cannot lock)
    waiting   scheduler (which has no workers yet)
    verified  error (largest relative difference), checks (by kind)
    point     key, status, message, seconds (its share), params
    progress  done, total, failed, not_finite, seconds_left
    lost      cause, points (how many were with that worker)
    stopped   done, total
    finished  total, computed, failed, seconds
    error     message (what ended the run)

What is not finite is null. Lines are added to what stands there, each written out at
once: a killed sweep leaves whole lines.
"""

import json
import math
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import singledispatchmethod
from pathlib import Path
from typing import Any, Self, TextIO

from gradlab.errors import ConfigError
from gradlab.progress import events


class Log:
    """A file that takes up events; a context manager that closes it.

    Attributes:
        trouble: why no more could be written, empty while all is well. The sweep
            goes on without its log.
    """

    def __init__(self, file: str | Path) -> None:
        self.file = Path(file)
        self.trouble = ""
        self._began = time.monotonic()
        try:
            self._stream: TextIO = self.file.open("a", encoding="utf-8")
        except OSError as error:
            raise ConfigError(
                got=f"--log {self.file}: {error.strerror}",
                expected="a file that can be written",
                try_="a file in another folder",
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: Any
    ) -> None:
        """Note what ended the run, and close."""
        if isinstance(error, Exception):
            self._write("error", {"message": " ".join(str(error).split())})
        try:
            self._stream.close()
        except OSError as trouble:
            self._fail(trouble)

    def take(self, event: events.Event) -> None:
        """Write an event's lines."""
        for name, data in self._lines(event):
            self._write(name, data)

    @singledispatchmethod
    def _lines(self, event: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
        yield _WORDS[type(event)], vars(event)

    @_lines.register
    def _(self, event: events.Verified) -> Iterator[tuple[str, Mapping[str, Any]]]:
        yield "verified", {"error": event.error, "checks": event.checks}

    @_lines.register
    def _(self, event: events.PointsDone) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for told in event.told:
            status = "failed" if told.message else "done"
            data = {"key": told.key, "status": status, "message": told.message}
            yield "point", {**data, "seconds": told.seconds, "params": told.params}
        names = ("done", "total", "failed", "not_finite", "seconds_left")
        yield "progress", {name: getattr(event, name) for name in names}

    def _write(self, name: str, data: Mapping[str, Any]) -> None:
        if self.trouble:
            return
        line = {
            "event": name,
            "time": datetime.now().astimezone().isoformat(timespec="milliseconds"),
            "elapsed": round(time.monotonic() - self._began, 3),
            **data,
        }
        try:
            text = json.dumps(_plain(line), ensure_ascii=False, allow_nan=False)
            self._stream.write(text + "\n")
            self._stream.flush()
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.trouble = self.trouble or f"{self.file}: {error.strerror or error}"


_WORDS = {
    events.Started: "started",
    events.Unguarded: "unguarded",
    events.Waiting: "waiting",
    events.WorkerLost: "lost",
    events.LogLost: "log lost",
    events.Stopped: "stopped",
    events.Finished: "finished",
}


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it: no path, no NaN, no infinity."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value
