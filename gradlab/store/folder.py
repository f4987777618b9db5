"""Whether a folder holds results, and whether it may hold new ones."""

import os
import zlib
from pathlib import Path

from gradlab import outputs, regular_file
from gradlab.errors import StoreError
from gradlab.shell_text import join, quote
from gradlab.store.lock import LOCK_NAME
from gradlab.store.schema import FILE_NAME


SWEEP_FILE = "sweep.toml"
REPORTS = ("report.html", "report.pdf", "report.ko.html", "report.ko.pdf")
OURS = frozenset({*REPORTS, "figures"})
_MARKS = {
    ".html": b'<meta name="generator" content="gradlab">',
    ".pdf": b"/Author(gradlab)",
}
"""Ending of a report -> what stands in every one that gradlab wrote."""
DIAGNOSIS = ".diagnosis"
"""File that says of which diagnosis the reports of a folder are."""
STAMP = ".report"
"""File of the report -> digest of the results it was made from, as JSON."""


def prepare(folder: Path) -> None:
    """Make ``folder`` ready to hold a store; create it where it is not there.

    Raises:
        StoreError: it is a file, holds other things or a diagnosis, or cannot be
            written; its ``sweep.toml`` is somebody else's.
    """
    if folder.exists() and not folder.is_dir():
        raise StoreError(
            got=f"{folder}, which is a file",
            expected="a folder, or a name that is still free",
            try_=f"--out {quote(f'{folder}_results')}",
        )
    refuse_diagnosis(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = _others(folder)
    except OSError as error:
        raise not_writable_error(f"{folder}: {error.strerror}") from error
    if others:
        shown = ", ".join(others[:3])
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        raise StoreError(
            got=f"{folder}, which holds {shown}{more} and no {FILE_NAME}",
            expected="an empty folder or one that gradlab made",
            try_=f"--out {quote(folder / 'gradlab')}",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise not_writable_error(f"{folder}, which is not writable")
    file = folder / SWEEP_FILE
    if os.path.lexists(file) and sweep_text(folder) is None:
        raise StoreError(
            got=f"{file}, which gradlab did not write, or which was edited since",
            expected="no file of that name but gradlab's own, which it writes anew",
            try_=join(["mv", file, folder / "my_sweep.toml"]),
        )


def prepare_new(folder: Path) -> None:
    """Make ``folder`` ready for a store, and refuse one that has a store already.

    Raises:
        StoreError: as :func:`prepare`, and where there are results.
    """
    if os.path.lexists(folder / FILE_NAME):
        raise StoreError(
            got=f"{folder}, which holds results already",
            expected="a folder that is new or empty; sources are left as they are",
            try_=f"--out {quote(f'{folder}-merged')}",
        )
    prepare(folder)


def refuse_diagnosis(folder: Path) -> None:
    """Refuse to replace the report of a diagnosis by that of a sweep.

    Raises:
        StoreError: ``folder`` holds one.
    """
    if os.path.lexists(folder / DIAGNOSIS):
        raise StoreError(
            got=f"{folder}, which holds the report of gradlab diagnose",
            expected="a folder of its own for each report",
            try_=f"--out {quote(free_name(folder, 'new'))}",
        )


def kept_files(folder: Path) -> list[Path]:
    """Return the files that gradlab keeps in a folder, there or not."""
    store = [FILE_NAME + end for end in ("", "-wal", "-shm", "-journal")]
    names = (*store, SWEEP_FILE, LOCK_NAME, STAMP, *REPORTS)
    return [folder / name for name in names]


def refuse_link(file: Path) -> None:
    """Refuse a store that is a link: what it leads to would be written.

    Raises:
        StoreError: it is one.
    """
    if file.is_symlink():
        raise StoreError(
            got=f"{file}, a link",
            expected="a file: nothing is written through a link in a folder",
            try_=f"--out {Path(os.path.realpath(file)).parent}",
        )


def _others(folder: Path) -> list[str]:
    """Return what is in a folder that has no store and is not ours.

    A ``sweep.toml`` of ours makes a folder ours: a report may have been copied without
    its results, and with other files around it.
    """
    if os.path.lexists(folder / FILE_NAME) or sweep_text(folder) is not None:
        return []
    return sorted(
        entry.name
        for entry in folder.iterdir()
        if entry.name not in OURS
        and not entry.name.startswith(".")
        or entry.name in REPORTS
        and not is_replaceable(entry)
    )


def is_replaceable(report: Path) -> bool:
    """Return whether a report may be written here: over nothing, a link, or ours."""
    if report.is_symlink() or not report.exists():
        return True
    try:
        return _MARKS[report.suffix] in regular_file.read_bytes(report)
    except OSError:
        return False


_HEAD = "# Written by gradlab, to be edited as a copy. Checksum "


def write_sweep_file(folder: Path, text: str) -> None:
    """Write ``sweep.toml``; its first line marks it as ours, and as not edited since.

    Raises:
        OSError: it cannot be written.
    """
    content = text.encode()
    head = f"{_HEAD}{zlib.crc32(content):08x}\n"
    outputs.write(folder / SWEEP_FILE, head.encode() + content)


def sweep_text(folder: Path) -> str | None:
    """Return ``sweep.toml`` without its first line; None where it is not ours.

    A file that its user wrote or edited is not ours, nor is a link.
    """
    file = folder / SWEEP_FILE
    try:
        if file.is_symlink():
            return None
        head, _, text = regular_file.read_text(file).partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    is_ours = head == f"{_HEAD}{zlib.crc32(text.encode()):08x}"
    return text if is_ours else None


def free_name(folder: Path, ending: str) -> Path:
    """Return a folder beside this one that is not there: ``NAME-ENDING``, numbered."""
    number = 1
    while True:
        more = "" if number == 1 else f"-{number}"
        beside = folder.with_name(f"{folder.name}-{ending}{more}")
        if not os.path.lexists(beside):
            return beside
        number += 1


def no_results_error(where: Path) -> StoreError:
    """Return the error for a folder without results."""
    return StoreError(
        got=f"{where}, where there is no {FILE_NAME}",
        expected="a folder written by gradlab sweep",
        try_=f"gradlab sweep --out {quote(where)}",
    )


def not_writable_error(got: str) -> StoreError:
    """Return the error for a folder or a store that this user may not write."""
    return StoreError(
        got=got,
        expected="a folder that can be written",
        try_="--out FOLDER, another one",
    )
