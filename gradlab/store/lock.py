"""Lock a folder for one writer, and name the process that holds the lock.

The operating system's advisory lock (flock) on a small file in the folder. The system
releases it when the process ends, killed or not, so a stale file blocks nobody. Readers
take no lock. SQLite's own locks do not suffice: they last one transaction, so two
sweeps would take turns and compute the same points.
"""

import os
import socket
import stat
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
        is_effective: False where the file system cannot lock and nobody is kept out.
    """

    def __init__(self, file: Path, descriptor: int | None) -> None:
        self.file = file
        self.is_effective = descriptor is not None
        self._descriptor = descriptor

    @classmethod
    def take(cls, folder: Path) -> Self:
        """Lock a folder.

        A file that is there was left by a killed process, or is a link: it is removed,
        and a new one is made. Nothing is written through it.

        Raises:
            StoreError: another process holds it; names that process. The file is not
                of gradlab.
            OSError: the folder cannot be written.
        """
        file = folder / LOCK_NAME
        end = time.monotonic() + PATIENCE
        while True:
            is_new, descriptor = _open(file)
            locked = _lock(descriptor, shared=False)
            # the one before may have removed the file between open and lock
            if locked and _is_still(file, descriptor):
                if is_new:
                    _sign(descriptor)
                    return cls(file, descriptor)
                _remove(file, descriptor)
            os.close(descriptor)
            if locked is None:
                return cls(file, None)
            if not locked:
                if time.monotonic() > end:
                    raise locked_error(folder, holder(folder) or ANOTHER)
                time.sleep(0.01)

    def is_held(self) -> bool:
        """Whether the lock was taken, and its file is still there."""
        descriptor = self._descriptor
        return descriptor is not None and _is_still(self.file, descriptor)

    def release(self) -> None:
        """Let others write; a second time does nothing."""
        if self._descriptor is not None:
            with suppress(OSError):
                if self.is_held():
                    self.file.unlink()
            os.close(self._descriptor)
            self._descriptor = None


ANOTHER = "another process"


def holder(folder: str | Path) -> str | None:
    """Return the process that writes into a folder now; None where there is none.

    For example ``process 4711 on luna, since 3 Sep 2027 14:02``.
    """
    try:
        file = Path(folder) / LOCK_NAME
        descriptor = os.open(file, os.O_RDONLY | _NO_LINK_NO_WAIT)
    except OSError:
        return None
    try:
        if _lock(descriptor, shared=True) is not False:
            return None  # nobody, or one who was killed
        return _signature(descriptor).decode(errors="replace") or ANOTHER
    finally:
        os.close(descriptor)


_NO_LINK_NO_WAIT = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Flags to open a file that may be a link, or a pipe to which nobody writes."""


def _open(file: Path) -> tuple[bool, int]:
    """Make the file, or open the one that is there; return whether it is new."""
    while True:
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
            return True, os.open(file, flags, 0o644)
        except FileExistsError:
            if file.is_symlink():
                file.unlink()
                continue
        with suppress(FileNotFoundError):  # removed since
            return False, os.open(file, os.O_RDWR | _NO_LINK_NO_WAIT)


def _remove(file: Path, descriptor: int) -> None:
    """Remove what a killed process left.

    Raises:
        StoreError: it is not of gradlab.
    """
    is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
    signature = _signature(descriptor) if is_file else b"?"
    if signature and not signature.startswith(_PROCESS):
        os.close(descriptor)
        raise StoreError(
            got=f"{file}, which gradlab did not write",
            expected="no file of that name but gradlab's own, while it writes",
            try_=f"mv {file} {file.with_name('writing')}",
        )
    file.unlink()


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


_PROCESS = b"process "


def _signature(descriptor: int) -> bytes:
    return os.pread(descriptor, 4096, 0)


def _sign(descriptor: int) -> None:
    now = datetime.now()
    since = f"{now.day} {now:%b %Y %H:%M}"
    signature = f"{os.getpid()} on {socket.gethostname()}, since {since}"
    with suppress(OSError):  # a full disk: the lock holds without a name on it
        os.pwrite(descriptor, _PROCESS + signature.encode(), 0)
