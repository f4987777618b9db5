"""A run as lines of JSON: what happens, for scripts and ``tail -f``.

Each line has ``event``, ``time`` (ISO 8601 with zone) and ``elapsed`` (seconds since
the log was opened). By event:

    started   name, folder, grids, jobs, work (core-seconds expected), counts
    writer    name (who computes a run that is watched)
    no lock   folder (its file system has none)
    waiting   scheduler (which has no workers yet)
    verified  error (largest relative difference), checks (by kind), text
    timed     work (core-seconds expected, by one small group)
    point     key, grids, params, status, message, seconds, not_finite, failed_before
    progress  counts
    lost      cause, points (how many were with that worker)
    stopped   counts
    finished  counts
    error     message (what ended the run)

Counts are total, done, failed, computed and not_finite, in points; rate, in points per
second; seconds_left. What is not finite or unknown is null. Lines are appended, each
written out at once: a killed run leaves whole lines.
"""

import json
import math
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TextIO

from gradlab.errors import ConfigError
from gradlab.progress.events import (
    Event,
    Finished,
    PointsDone,
    Started,
    Stopped,
    to_dict,
)
from gradlab.progress.state import State


class JsonLines:
    """Writes each event as lines of JSON.

    Attributes:
        state: how far the run is.

    Args:
        write: called with each line, without its end.
        ascii: escape what is not ASCII.
    """

    def __init__(self, write: Callable[[str], None], ascii: bool = False) -> None:
        self._write, self._ascii = write, ascii
        self.state = State()
        self._began = time.monotonic()

    def take(self, event: Event) -> None:
        """Write an event's lines: one for each point, and one for all of them."""
        self.state.take(event)
        if isinstance(event, PointsDone):
            for point in event.points:
                status = "failed" if point.message else "done"
                self.line({**to_dict(point), "status": status})
        whole = isinstance(event, Started | PointsDone | Stopped | Finished)
        self.line({**to_dict(event), **(self.state.counts() if whole else {})})

    def line(self, data: Mapping[str, Any]) -> None:
        """Write one line, with the time."""
        now = datetime.now().astimezone().isoformat(timespec="milliseconds")
        elapsed = round(time.monotonic() - self._began, 3)
        line = {"event": data["event"], "time": now, "elapsed": elapsed, **data}
        text = json.dumps(_plain(line), ensure_ascii=self._ascii, allow_nan=False)
        self._write(text)


class Log:
    """A file of events; a context manager that closes it.

    Attributes:
        trouble: why no more could be written, empty while all is well. The run goes on
            without its log.
    """

    def __init__(self, file: str | Path) -> None:
        self.file = Path(file)
        self.trouble = ""
        self._lines = JsonLines(self._append)
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
        """Write what ended the run, and close."""
        if isinstance(error, Exception):
            message = " ".join(str(error).split())
            self._lines.line({"event": "error", "message": message})
        try:
            self._stream.close()
        except OSError as trouble:
            self._fail(trouble)

    def take(self, event: Event) -> None:
        """Write an event's lines."""
        self._lines.take(event)

    def _append(self, line: str) -> None:
        if self.trouble:
            return
        try:
            self._stream.write(line + "\n")
            self._stream.flush()
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.trouble = self.trouble or f"{self.file}: {error.strerror or error}"


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it: no path, no NaN, no infinity."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value
