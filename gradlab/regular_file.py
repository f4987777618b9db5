"""Read files that a user names: regular ones of bounded size, and nothing else.

A named pipe would be waited for without end, and a device such as ``/dev/zero`` or a
sparse file read until memory is full.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


MB = 2**20
TEXT = 16 * MB
"""Bytes of the longest text that is read, such as a Python file."""

DATA = 256 * MB
"""Bytes of the largest file of data that is read whole: an input."""


def read_bytes(path: str | Path, most: int = DATA) -> bytes:
    """Return the contents of a regular file.

    Args:
        path: of the file; links are followed.
        most: bytes it may have.

    Raises:
        OSError: it is no regular file, is larger, or cannot be read; ``strerror`` says
            which.
    """
    with open_binary(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"larger than {most // MB} MB", str(path))
    return data


@contextmanager
def open_binary(path: str | Path) -> Iterator[BinaryIO]:
    """Open a regular file of any size, for a reader that need not take it whole.

    Raises:
        OSError: it is no regular file, or cannot be read.
    """
    check(path)
    # a file can be replaced by a pipe between the two: this open never waits
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        _require_regular(os.fstat(file.fileno()), path)
        yield file


def read_text(path: str | Path, most: int = TEXT) -> str:
    r"""Return the contents of a regular file of UTF-8 text, its line ends as ``\n``.

    Raises:
        OSError: as :func:`read_bytes`.
        UnicodeDecodeError: it is not UTF-8.
    """
    text = read_bytes(path, most).decode("utf-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def check(path: str | Path) -> None:
    """Refuse a path that does not lead to a regular file, without opening it.

    Raises:
        OSError: see :func:`read_bytes`.
    """
    try:
        status = os.stat(path)
    except ValueError as error:  # NUL, or half of a surrogate pair
        raise OSError(errno.EINVAL, "no path can have these characters") from error
    _require_regular(status, path)


def _require_regular(status: os.stat_result, path: str | Path) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(path))
