"""Lock a folder for one writer, and name the process that holds the lock.

The operating system's advisory lock (flock) on a small file in the folder. The system
releases it when the process ends, killed or not, so a stale file blocks nobody. Readers
take no lock. SQLite's own locks do not suffice: they last one transaction, so two
sweeps would take turns and compute the same points.
"""

import os
import socket
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Self

from gradlab.errors import StoreError


try:
    import fcntl
except ImportError:  # Windows: goes on without, as on a file system that cannot lock
    fcntl = None  # type: ignore[assignment]


LOCK_NAME = ".writing"
PATIENCE = 0.5
"""Seconds to wait for a lock: :func:`holder` takes one too, for less than that."""


class Lock:
    """The right to write into a folder, from :meth:`take` to :meth:`release`.

    Attributes:
        sure: False where the file system cannot lock and nobody is kept out.
    """

    def __init__(self, file: Path, descriptor: int | None) -> None:
        self.file = file
        self.is_effective = descriptor is not None
        self._descriptor = descriptor

    @classmethod
    def take(cls, folder: Path) -> Self:
        """Lock a folder.

        Raises:
            StoreError: another process holds it; names that process.
            OSError: the folder cannot be written.
        """
        file = folder / LOCK_NAME
        end = time.monotonic() + PATIENCE
        while True:
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
            locked = _lock(descriptor, shared=False)
            # the one before may have removed the file between open and lock
            if locked and _is_still(file, descriptor):
                _sign(descriptor)
                return cls(file, descriptor)
            os.close(descriptor)
            if locked is None:
                return cls(file, None)
            if not locked and time.monotonic() > end:
                raise locked_error(folder, holder(folder) or ANOTHER)
            time.sleep(0.01)

    def release(self) -> None:
        """Let others write; a second time does nothing."""
        if self._descriptor is not None:
            with suppress(OSError):
                self.file.unlink()  # while it is still ours
            os.close(self._descriptor)
            self._descriptor = None


ANOTHER = "another process"


def holder(folder: str | Path) -> str | None:
    """Return the process that writes into a folder now; None where there is none.

    For example ``process 4711 on luna, since 3 Sep 2027 14:02``.
    """
    try:
        descriptor = os.open(Path(folder) / LOCK_NAME, os.O_RDONLY)
    except OSError:
        return None
    try:
        if _lock(descriptor, shared=True) is not False:
            return None  # nobody, or one who was killed
        return os.pread(descriptor, 4096, 0).decode(errors="replace") or ANOTHER
    finally:
        os.close(descriptor)


def locked_error(folder: Path, by: str) -> StoreError:
    """Return the error for a folder into which another process writes."""
    return StoreError(
        got=f"{folder}, into which another gradlab writes ({by})",
        expected="one sweep or merge at a time in a folder",
        try_="the same command when that one is done, or --out FOLDER, another one",
    )


def _lock(descriptor: int, *, shared: bool) -> bool | None:
    """Whether the lock was taken; None where the file system has no locks."""
    if fcntl is None:
        return None
    try:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return None  # ENOLCK, ENOSYS, EOPNOTSUPP: a file system without locks
    return True


def _is_still(file: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(file), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _sign(descriptor: int) -> None:
    now = datetime.now()
    since = f"{now.day} {now:%b %Y %H:%M}"
    signature = f"process {os.getpid()} on {socket.gethostname()}, since {since}"
    with suppress(OSError):  # a full disk: the lock holds without a name on it
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, signature.encode(), 0)
