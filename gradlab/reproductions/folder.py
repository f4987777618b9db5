"""Where the rows lie, and which there are."""

from functools import cache
from pathlib import Path

from gradlab.catalog.kinds import PACKAGE


ENDING = ".expected.toml"


@cache
def known() -> Path:
    """Return the folder of the rows that come with gradlab.

    ``experiments/known`` of a checkout; ``reproductions/known`` of a wheel.
    """
    installed = PACKAGE / "reproductions" / "known"
    return installed if installed.is_dir() else PACKAGE.parent / "experiments" / "known"


def names(folder: Path | None = None) -> list[str]:
    """Return the names of all rows, sorted."""
    files = (folder or known()).glob(f"*{ENDING}")
    return sorted(file.name.removesuffix(ENDING) for file in files)
