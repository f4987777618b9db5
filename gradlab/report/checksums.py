"""Which files of a folder gradlab wrote: their checksums, as ``sha256sum -c`` reads."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from gradlab import outputs, regular_file
from gradlab.errors import StoreError
from gradlab.shell_text import join


NAME = "figures.sha256"

Checksums = dict[str, set[str]]
"""File name -> digests of what gradlab wrote there; two while it is written anew."""


def read(folder: Path) -> Checksums:
    """Return the checksums in a folder; none where there are none.

    Raises:
        StoreError: the file of that name is somebody else's.
    """
    file = folder / NAME
    found: Checksums = {}
    if file.is_symlink() or not file.exists():
        return found
    try:
        lines = regular_file.read_text(file).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _not_ours(file) from error
    for line in lines:
        match = re.fullmatch(r"([0-9a-f]{64})  ([^/\\]+)", line)
        if match is None:
            raise _not_ours(file)
        found.setdefault(match[2], set()).add(match[1])
    return found


def refuse_others(files: Iterable[Path], known: Checksums) -> None:
    """Refuse to write over a file that is there and not as gradlab wrote it.

    Raises:
        StoreError: naming the first one.
    """
    for file in files:
        if file.is_symlink() or not file.is_file():  # a link is itself replaced
            continue
        try:
            content = regular_file.read_bytes(file)
        except OSError as error:
            raise _not_ours(file) from error
        if digest(content) not in known.get(file.name, ()):
            raise _not_ours(file)


def write(folder: Path, known: Mapping[str, set[str]]) -> None:
    """Write the checksums of a folder, sorted by name.

    Raises:
        OSError: it cannot be written.
    """
    pairs = [(one, name) for name, digests in known.items() for one in digests]
    lines = [f"{one}  {name}\n" for one, name in sorted(pairs, key=lambda p: p[::-1])]
    outputs.write(folder / NAME, "".join(lines).encode())


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file's content."""
    return hashlib.sha256(content).hexdigest()


def _not_ours(file: Path) -> StoreError:
    return StoreError(
        f"{file}, which gradlab did not write, or which was edited since",
        "no file of that name but gradlab's own, which it writes anew",
        join(["mv", file, file.with_name(f"my_{file.name}")]),
    )
