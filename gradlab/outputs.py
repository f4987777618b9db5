"""Write files whole or not at all, through no link, and onto no input."""

import errno
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gradlab.errors import ConfigError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a new empty file beside ``path``; it takes the place of ``path`` at the end.

    Where the block raises, or the process is killed within, ``path`` stays as it was. A
    link at ``path`` is replaced itself: what it leads to is neither written nor read.

    Raises:
        OSError: the folder cannot be written, ``path`` is write-protected, or it is a
            folder, a device or a pipe.
    """
    mode = _mode_of_replaceable(path)
    unfinished = path.with_name(f".{secrets.token_hex(8)}{path.suffix}")
    try:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except OSError as error:
        error.filename = str(path)  # the file that was asked for
        raise
    try:
        yield unfinished
        if mode is not None:
            unfinished.chmod(mode)
        os.replace(unfinished, path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def write(path: Path, content: bytes) -> None:
    """Write a whole file by :func:`replacing`."""
    with replacing(path) as unfinished:
        unfinished.write_bytes(content)


def _mode_of_replaceable(path: Path) -> int | None:
    """Return the permissions of the file at ``path``, None where there is no file."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(status.st_mode):
        if path.exists() and not path.is_file():  # such as /dev/stdout
            raise OSError(errno.EINVAL, f"a link to {os.path.realpath(path)}, no file")
        return None
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "a device or a pipe, no file")
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return stat.S_IMODE(status.st_mode)


def refuse_inputs(output: Path, inputs: Iterable[Path]) -> None:
    """Refuse an output that would overwrite what it is made from, by whatever link.

    Args:
        output: file about to be written; it may not exist yet.
        inputs: files that are read, or kept; they may not exist yet.

    Raises:
        ConfigError: ``output`` is one of ``inputs``.
    """
    for file in inputs:
        if _is_same(output, file):
            also = "" if output == file else f", which is {file}"
            raise ConfigError(
                got=f"the output {output}{also}: a file that has to stay as it is",
                expected="a file of its own",
                try_=str(output.with_name(f"new_{output.name}")),
            )


def _is_same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:  # not there yet
        return os.path.realpath(one) == os.path.realpath(other)
