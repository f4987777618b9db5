"""What runs inside a worker of a Dask cluster, and what is sent there.

A worker process may serve several sweeps, one after the other or at once. Files of
leaves and of inputs are sent as a :class:`WorkerPayload`. A process has one unpacked at
a time, since leaves of two sweeps may share a name; calls with another one wait.
"""

import hashlib
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gradlab import catalog
from gradlab.catalog.neighbours import neighbours
from gradlab.engines import worker
from gradlab.engines.lived_time import TICK, LivedTime
from gradlab.errors import GradlabError
from gradlab.regular_file import read_bytes


PACKAGE = Path(__file__).parents[1]

NUMBERLESS = ("cli", "progress", "report")
"""Packages that change no number; the others have to be the same everywhere."""


@dataclass(frozen=True)
class WorkerPayload:
    """Files and versions that calls need and a worker does not have.

    Attributes:
        name: hash of its contents.
        versions: package -> version, where the sweep was started.
        leaves: name of each file of the user's, in the order of loading, and contents
            of it and of the files beside it that it imports, by path.
        files: name -> contents, given to ``prepare``.
        prepare: name of the function called with ``files`` before any other.
    """

    name: str
    versions: Mapping[str, str]
    leaves: tuple[tuple[str, Mapping[str, bytes]], ...]
    files: Mapping[str, bytes]
    prepare: str = ""

    @classmethod
    def pack(
        cls, load: Iterable[str], files: Mapping[str, bytes], prepare: str = ""
    ) -> "WorkerPayload":
        """Read the leaves; ``files`` are read already."""
        leaves = tuple((Path(file).name, _with_neighbours(Path(file))) for file in load)
        content = hashlib.sha256()
        texts = [part for _, folder in leaves for part in folder.items()]
        for name, data in (*texts, (prepare, b""), *sorted(files.items())):
            for part in (name.encode(), data):
                content.update(len(part).to_bytes(8, "big") + part)
        return cls(content.hexdigest(), versions(), leaves, dict(files), prepare)


def _with_neighbours(path: Path) -> dict[str, bytes]:
    """Return the contents of a file and of those beside it that it imports."""
    own = read_bytes(path)
    beside = neighbours(path.resolve(), own.decode(errors="replace"))
    return {path.name: own} | {name: text.encode() for name, text in beside.items()}


def versions() -> dict[str, str]:
    """Return the versions on which numbers depend, with a digest of our own code.

    Two checkouts of one version may differ, and a sweep would mix their numbers.
    """
    found = {"gradlab code": _digest()}
    for package in ("gradlab", "torch", "numpy"):
        try:
            found[package] = version(package).partition("+")[0]
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def perform(
    payload: WorkerPayload, name: str, arguments: tuple, seconds: float | None
) -> tuple[str, Any]:
    """Carry out a call in a worker of a cluster; never raise.

    An error that escapes would be the scheduler's to handle: it tries again, on all
    workers.

    Returns:
        ``("value", result)``, ``("error", exception)``, ``("setup_failed", exception)``
        where this worker can carry out no call of the sweep, or ``("late", None)``
        where it took longer than ``seconds``; its thread then goes on, and the process
        has to be ended.
    """
    try:
        check_versions(payload)
        with _unpacked.use(payload):
            return _answer(name, arguments, seconds)
    except Exception as error:
        return "setup_failed", worker.portable(error)


def exit_process() -> None:
    """End this process at once; its nanny starts another."""
    os._exit(1)


def check_versions(payload: WorkerPayload) -> None:
    """Refuse to compute with other code than where the sweep was started.

    Raises:
        GradlabError: naming the first package that differs.
    """
    here = versions()
    for package, there in payload.versions.items():
        if here[package] != there:
            raise GradlabError(
                got=f"a worker with {package} {here[package]}",
                expected=f"{package} {there}, as where the sweep was started",
                try_="the same installation of gradlab on both",
            )


def _answer(name: str, arguments: tuple, seconds: float | None) -> tuple[str, Any]:
    """Return the answer to a call, or that it is late.

    In a thread of its own where there is a limit: a thread cannot be stopped, but it
    can be left alone, so that this one reports in time.
    """
    if seconds is None:
        return _one_threaded(name, arguments)
    answers: list[tuple[str, Any]] = []
    thread = threading.Thread(
        target=lambda: answers.append(_one_threaded(name, arguments)), daemon=True
    )
    lived = LivedTime()
    thread.start()
    while thread.is_alive() and (left := seconds - lived.now()) > 0:
        thread.join(min(TICK, left))
    return answers[0] if answers else ("late", None)


def _one_threaded(name: str, arguments: tuple) -> tuple[str, Any]:
    import torch

    # holds for the calling thread; sums in another order would be other numbers
    torch.set_num_threads(1)
    return worker.answer(name, arguments)


class _Unpacked:
    """The payload this process has unpacked, and the number of calls that use it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._name = ""
        self._files: list[Path] = []
        self._users = 0

    @contextmanager
    def use(self, payload: WorkerPayload) -> Iterator[None]:
        """Unpack a payload; wait while another one is in use."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._name == payload.name or not self._users
            )
            if self._name != payload.name:
                self._unpack(payload)
            self._users += 1
        try:
            yield
        finally:
            with self._changed:
                self._users -= 1
                self._changed.notify_all()

    def _unpack(self, payload: WorkerPayload) -> None:
        for file in self._files:
            catalog.unload(file)
        self._name, self._files = "", []
        if payload.prepare:
            worker.resolve(payload.prepare)(payload.files)
        with TemporaryDirectory(prefix="gradlab-") as folder:
            for number, (name, texts) in enumerate(payload.leaves):
                place = Path(folder).resolve() / str(number)
                for path, text in texts.items():
                    (place / path).parent.mkdir(parents=True, exist_ok=True)
                    (place / path).write_bytes(text)
                self._files.append(place / name)
                catalog.load_file(place / name)
        self._name = payload.name


_unpacked = _Unpacked()


@cache
def _digest() -> str:
    """Return a hash of the package's source, but for :data:`NUMBERLESS`."""
    content = hashlib.sha256()
    for file in sorted(PACKAGE.rglob("*.py")):
        where = file.relative_to(PACKAGE)
        if where.parts[0] not in NUMBERLESS:
            content.update(where.as_posix().encode() + b"\0" + file.read_bytes())
    return content.hexdigest()[:8]
