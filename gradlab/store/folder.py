"""Whether a folder may hold a sweep's results."""

import os
from pathlib import Path

from gradlab.errors import StoreError
from gradlab.store.schema import FILE_NAME


SWEEP_FILE = "sweep.toml"
OURS = frozenset({"report.html", "report.pdf", "figures"})


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
        raise StoreError(
            got=f"{folder}: {error.strerror}",
            expected="a folder that can be written",
            try_="--out FOLDER, another one",
        ) from error
    if others:
        raise StoreError(
            got=f"{folder}, which holds {_list(others)} and no {FILE_NAME}",
            expected="an empty folder or one that gradlab made",
            try_=f"--out {folder / 'gradlab'}",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StoreError(
            got=f"{folder}, which is not writable",
            expected="a folder that can be written",
            try_="--out FOLDER, another one",
        )


def _others(folder: Path) -> list[str]:
    """Return what is in a folder that has no store and is not ours.

    A sweep's own file makes it ours: a report may travel without its numbers, and with
    a page beside it.
    """
    if (folder / FILE_NAME).exists() or (folder / SWEEP_FILE).exists():
        return []
    return sorted(
        entry.name
        for entry in folder.iterdir()
        if entry.name not in OURS and not entry.name.startswith(".")
    )


def _list(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
