"""Contents of the files that inputs read, here or on a worker elsewhere."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from gradlab import regular_file
from gradlab.errors import InputError
from gradlab.shell_text import visible


_contents: dict[str, bytes] = {}


def set_contents(files: Mapping[str, bytes]) -> None:
    """Set the contents (argument of a spec -> bytes) to use instead of files.

    For points measured on another machine, which is sent the contents of their files.
    """
    _contents.clear()
    _contents.update(files)


def contents(name: str, argument: str | None) -> tuple[str, bytes]:
    """Return a file's name without its folder, and its bytes.

    Raises:
        InputError: where none is named, it cannot be read, or it is empty.
    """
    if not argument:
        raise InputError(
            got=f"{name} without a file",
            expected="a file after the colon",
            try_=f"{name}:FILE",
        )
    path = Path(os.path.expanduser(argument))
    data = _read(argument, path, f"{name}:FILE, with \\, for a comma in a list")
    if not data:
        raise InputError(
            got=f"{argument}, which is empty",
            expected="a file with something in it",
            try_=f"{name}:FILE",
        )
    return path.name, data


def read_weights(file: str) -> bytes:
    """Return the contents of a file of weights.

    Raises:
        InputError: it cannot be read.
    """
    path = Path(os.path.expanduser(file))
    return _read(file, path, "torch.save(model.lstm.state_dict(), 'lstm.pt')")


def _read(argument: str, path: Path, try_: str) -> bytes:
    """Return the bytes of a file, or those that were sent in its place."""
    try:
        argument.encode()  # a path that is no text has no place in the results
        known = _contents.get(argument)
        return regular_file.read_bytes(path) if known is None else known
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not UTF-8"
        raise InputError(
            got=f"{visible(argument)}, which cannot be read ({_lower_first(reason)})",
            expected="a readable file",
            try_=try_,
        ) from error


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def digest(data: bytes) -> str:
    """Return the hash of a file's contents."""
    return hashlib.sha256(data).hexdigest()
