"""Which rows are meant by names, kinds, or all."""

from collections.abc import Iterable
from pathlib import Path

from gradlab.reproductions import folder as folders
from gradlab.reproductions.expectation import KINDS, Expectation
from gradlab.reproductions.row import find, read_expectation


def expand(names: Iterable[str]) -> list[str]:
    """Return the names of rows; a kind, such as ``seed``, stands for all of its rows.

    Raises:
        UnknownNameError: neither a row nor a kind.
        ConfigError: an expectation that is wrong.
    """
    found: list[str] = []
    for name in names:
        if name in KINDS:
            found += [own for own, asked in catalogue() if asked.kind == name]
        else:
            find(name)
            found.append(name)
    return list(dict.fromkeys(found))


def everything(training: bool = False) -> list[str]:
    """Return the names of all rows; of those that train only where it is asked for."""
    return [name for name, asked in catalogue() if training or not asked.training]


def catalogue(folder: Path | None = None) -> list[tuple[str, Expectation]]:
    """Return every row's name and expectation, by question.

    Raises:
        ConfigError: an expectation that is wrong.
    """
    where = folder or folders.known()
    found = [(name, read_expectation(name, where)) for name in folders.names(where)]
    return sorted(found, key=lambda row: (row[1].kind, row[1].question, row[0]))
