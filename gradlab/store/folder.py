"""Whether a folder holds results, and whether it may hold new ones."""

import os
from pathlib import Path

from gradlab.errors import StoreError
from gradlab.store.schema import FILE_NAME


SWEEP_FILE = "sweep.toml"
REPORTS = ("report.html", "report.pdf", "report.ko.html", "report.ko.pdf")
OURS = frozenset({*REPORTS, "figures"})


def prepare(folder: Path) -> None:
    """Make ``folder`` ready to hold a store; create it where it is not there.

    Raises:
        StoreError: it is a file, holds other things, or cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise StoreError(
            got=f"{folder}, which is a file",
            expected="a folder, or a name that is still free",
            try_=f"--out {folder}_results",
        )
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
            try_=f"--out {folder / 'gradlab'}",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise not_writable_error(f"{folder}, which is not writable")


def prepare_new(folder: Path) -> None:
    """Make ``folder`` ready for a store, and refuse one that has a store already.

    Raises:
        StoreError: as :func:`prepare`, and where there are results.
    """
    if (folder / FILE_NAME).exists():
        raise StoreError(
            got=f"{folder}, which holds results already",
            expected="a folder that is new or empty; sources are left as they are",
            try_=f"--out {folder}-merged",
        )
    prepare(folder)


def _others(folder: Path) -> list[str]:
    """Return what is in a folder that has no store and is not ours.

    A ``sweep.toml`` makes a folder ours: a report may have been copied without its
    results, and with other files around it.
    """
    if (folder / FILE_NAME).exists() or (folder / SWEEP_FILE).exists():
        return []
    return sorted(
        entry.name
        for entry in folder.iterdir()
        if entry.name not in OURS and not entry.name.startswith(".")
    )


def no_results_error(where: Path) -> StoreError:
    """Return the error for a folder without results."""
    return StoreError(
        got=f"{where}, where there is no {FILE_NAME}",
        expected="a folder written by gradlab sweep",
        try_=f"gradlab sweep --out {where}",
    )


def not_writable_error(got: str) -> StoreError:
    """Return the error for a folder or a store that this user may not write."""
    return StoreError(
        got=got,
        expected="a folder that can be written",
        try_="--out FOLDER, another one",
    )
