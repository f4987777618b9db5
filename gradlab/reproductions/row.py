"""One row: a sweep, what should come out of it, and what did."""

import hashlib
import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradlab import catalog, regular_file
from gradlab.config.loading import load, read_toml
from gradlab.config.sweep import Sweep
from gradlab.errors import ConfigError, UnknownNameError
from gradlab.reproductions import folder as folders
from gradlab.reproductions.comparison import Comparison, compare
from gradlab.reproductions.expectation import KINDS, Compare, Expectation, read
from gradlab.runs.run import run
from gradlab.store.results import Results
from gradlab.store.table import table


if TYPE_CHECKING:
    from gradlab.runs.result_writer import Progress

_MODULES = {"digits": "sklearn"}
"""Extra -> the module that is there where it is installed."""


@dataclass(frozen=True)
class Row:
    """What is asked: a name, a sweep and an expectation."""

    name: str
    sweep: Sweep
    expectation: Expectation
    digest: str = ""


@dataclass(frozen=True)
class Reproduced:
    """What came out of a row.

    Attributes:
        name: of the row.
        expectation: what should come out.
        comparisons: in the order of the expectation; none where it could not be
            measured.
        folder: of the results.
        failure: why it could not be measured; empty where it could.
        seconds: that all its points took.
        digest: of the row's files; see :func:`digest`.
    """

    name: str
    expectation: Expectation
    comparisons: tuple[Comparison, ...]
    folder: Path
    failure: str = ""
    seconds: float = 0.0
    digest: str = ""

    @property
    def held(self) -> bool:
        """Whether it was measured and every comparison is within tolerance."""
        return not self.failure and all(one.held for one in self.comparisons)


def find(name: str, folder: Path | None = None) -> Path:
    """Return the expectation of a row, by its name or the path of its sweep.

    Raises:
        UnknownNameError: no such row, with the nearest.
    """
    where = folder or folders.known()
    if name.endswith(".toml"):
        return Path(name.removesuffix(".toml") + folders.ENDING)
    if name not in folders.names(where):
        raise UnknownNameError.among("row", name, [*folders.names(where), *KINDS])
    return where / f"{name}{folders.ENDING}"


def read_expectation(name: str, folder: Path | None = None) -> Expectation:
    """Return what should come out of a row, by its name or the path of its sweep.

    Raises:
        UnknownNameError, ConfigError: as :func:`load_row`.
    """
    return read(find(name, folder))


def load_row(name: str, folder: Path | None = None) -> Row:
    """Return a row by its name, or by the path of its sweep, ``mine.toml``.

    Raises:
        UnknownNameError: no such row, with the nearest; a measure that is not taken.
        ConfigError: everything that is wrong in one of its files; the extra it needs
            is not installed.
    """
    file = find(name, folder)
    own = file.name.removesuffix(folders.ENDING)
    expectation = read(file)
    _require_extra(own, expectation.extra)
    with catalog.unloading():
        sweep = load(file.with_name(f"{own}.toml"))
        for asked in expectation.compare:
            _check_measures(own, sweep, asked)
    return Row(own, sweep, expectation, digest(name, folder))


def digest(name: str, folder: Path | None = None) -> str:
    """Return a hash of a row's files: sweep, expectation, and what the sweep loads.

    Raises:
        UnknownNameError, ConfigError: as :func:`load_row`.
    """
    file = find(name, folder)
    sweep = file.with_name(f"{file.name.removesuffix(folders.ENDING)}.toml")
    named = read_toml(sweep, try_="gradlab reproduce --list").get("load", [])
    files = [file, sweep, *(sweep.parent / other for other in named)]
    texts = [regular_file.read_bytes(one) for one in files]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:16]


def reproduce(
    row: Row,
    out: Path,
    *,
    jobs: int | None = None,
    progress: "Progress | None" = None,
) -> Reproduced:
    """Compute what is missing of a row's sweep, and compare.

    The leaves of the row's own files are known to the run alone, so that no row's
    numbers depend on the rows before it.

    Raises:
        ConfigError: a selection that fits no row of the table, or several.
        GradlabError: as :func:`gradlab.runs.run.run`.
    """
    with catalog.unloading():
        for file in row.sweep.load:
            catalog.load_file(file)
        command = f"gradlab reproduce {row.name}"
        results = run(
            row.sweep,
            out,
            jobs=jobs,
            progress=progress,
            command=command,
            retry_failed=True,  # a failure says nothing of what is known
        )
    failed = [point for point in results.points if point.message]
    seconds = float(results.meta.get("seconds", 0.0))
    found: tuple[Comparison, ...] = ()
    failure = ""
    if failed:
        failure = f"{len(failed)} of {len(results.points)} points failed: "
        failure += failed[0].message
    else:
        found = comparisons(results, row.expectation)
    return Reproduced(
        row.name, row.expectation, found, out, failure, seconds, row.digest
    )


def comparisons(results: Results, expectation: Expectation) -> tuple[Comparison, ...]:
    """Return every comparison of an expectation with results."""
    frame = table(results)
    return tuple(one for asked in expectation.compare for one in compare(frame, asked))


def _require_extra(name: str, extra: str | None) -> None:
    if extra is None or importlib.util.find_spec(_MODULES.get(extra, extra)):
        return
    raise ConfigError(
        got=f"the row {name} without the extra {extra}",
        expected="its packages to be installed",
        try_=f"pip install 'gradlab[{extra}]'",
    )


def _check_measures(name: str, sweep: Sweep, asked: Compare) -> None:
    """Refuse rows of measures that the sweep does not take, before it is run."""
    taken = _records(sweep)
    for rows in _selections(asked):
        if rows.measure not in taken:
            raise UnknownNameError.among(f"measure of {name}", rows.measure, taken)


def _selections(asked: Compare) -> Iterable[Any]:
    given = (asked.measured, asked.minus, asked.divided_by, asked.same_as)
    for rows in (*given, *asked.with_.values()):
        if hasattr(rows, "measure"):
            yield rows


def _records(sweep: Sweep) -> set[str]:
    """Return the names of the records that a sweep's measures give."""
    found: set[str] = set()
    for grid in sweep.grids:
        names = grid.measures
        if names is None:
            every = catalog.names("measures")
            names = tuple(n for n in every if not _about(n)["costly"])
        for measure in (*names, *grid.first_seed_measures):
            found.update(_about(measure).get("outputs") or [measure])
    return found


def _about(measure: str) -> Any:
    return catalog.metadata("measures", measure)
