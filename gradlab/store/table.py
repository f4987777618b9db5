"""The tidy table, one row per value, and its export as CSV, Parquet or netCDF."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

from gradlab import outputs
from gradlab.axes import PARAMS
from gradlab.errors import ConfigError, UnknownNameError
from gradlab.labelled import LabelledArray
from gradlab.store.folder import kept_files
from gradlab.store.results import Results
from gradlab.store.schema import is_database
from gradlab.store.sqlite_errors import translate_errors


if TYPE_CHECKING:
    import pandas


COLUMNS = (*PARAMS, "measure", "block", "index", "step", "lag", "update", "value", "sd")


def table(results: Results) -> "pandas.DataFrame":
    """Return one row per value of the points requested.

    Columns as ``COLUMNS``; empty where one does not apply. Norms are natural
    logarithms, averaged over sequences (so geometrically), ``sd`` their spread. The
    word of a verdict is in ``index``.
    """
    import pandas

    points, records = [], []
    names = results.measures
    for number, point in enumerate(results.points):
        for measure in names:
            record = point.record(measure)
            if record is not None:
                points.append(number)
                records.append(record)
    sizes = np.array([record.values.size for record in records], dtype=np.int64)
    columns: dict[str, Any] = {}
    for name in PARAMS:
        values = [point.params.get(name) for point in results.points]
        columns[name] = _labels(_as_column(values, name), points, sizes)
    columns["measure"] = _labels([record.name for record in records], None, sizes)
    columns["block"] = _axis_labels(records, "block")
    columns["index"] = _axis_labels(records, "index")
    for name in ("step", "lag", "update"):
        columns[name] = _axis_integers(records, name)
    parts = [record.values.ravel() for record in records]
    columns["value"] = np.concatenate([np.empty(0), *parts])
    spreads = [record.spread.ravel() for record in records]
    columns["sd"] = np.concatenate([np.empty(0), *spreads])
    return pandas.DataFrame(columns, columns=list(COLUMNS))


def _as_column(values: list, name: str) -> list:
    if name not in ("forget_bias", "input_bias"):
        return values
    return [
        None if v is None else v if isinstance(v, str) else f"{v:g}" for v in values
    ]


def _labels(values: list, points: list[int] | None, sizes: np.ndarray) -> Any:
    """Spread one value per record (through its point) over the record's rows."""
    import pandas

    per_record = values if points is None else [values[number] for number in points]
    codes, categories = pandas.factorize(np.array(per_record, dtype=object))
    spread = np.repeat(codes, sizes)
    if not categories.size:  # no format keeps a kind without kinds
        return np.full(spread.size, None, dtype=object)
    if categories.size and all(isinstance(c, int | float) for c in categories):
        numbers = np.array(categories.tolist())
        if (codes >= 0).all():
            return numbers[spread]
    return pandas.Categorical.from_codes(spread, [str(c) for c in categories])


def _axis_labels(records: list[LabelledArray], name: str) -> Any:
    import pandas

    known: dict[str, int] = {}
    parts = [np.empty(0, dtype=np.int64)]
    for record in records:
        own = record.coords.get(name)
        if own is None and name == "index" and record.words:
            own, grid = record.words, record.values.ravel().astype(np.int64)
        elif own is None:
            parts.append(np.full(record.values.size, -1))
            continue
        else:
            grid = record.positions(name)
        codes = np.array([known.setdefault(str(v), len(known)) for v in own])
        parts.append(codes[grid])
    return pandas.Categorical.from_codes(np.concatenate(parts), list(known))


def _axis_integers(records: list[LabelledArray], name: str) -> Any:
    import pandas

    values, masks = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=bool)]
    for record in records:
        absent = name not in record.coords
        if absent:
            column = np.zeros(record.values.size, dtype=np.int64)
        else:
            column = np.asarray(record.coords[name])[record.positions(name)]
        values.append(column)
        masks.append(np.full(record.values.size, absent))
    return pandas.arrays.IntegerArray(np.concatenate(values), np.concatenate(masks))


def export(results: Results, file: str | Path, form: str | None = None) -> Path:
    """Write the table to ``file``; the form by name or by its suffix.

    Raises:
        UnknownNameError: a form that is none of csv, parquet, netcdf.
        ConfigError: the form's packages are not installed; ``file`` is one of the
            results folder's own, or a database.
        StoreError: the file cannot be written.
    """
    path = Path(file)
    name = form or _SUFFIXES.get(path.suffix, path.suffix.removeprefix("."))
    if name not in FORMS:
        raise UnknownNameError.among("export format", name, FORMS)
    for package in _PACKAGES.get(name, ()):
        _require(package, name)
    outputs.refuse_inputs(path, kept_files(results.folder))
    with translate_errors(path):
        if is_database(path):
            raise ConfigError(
                got=f"the output {path}, which is a database",
                expected="a table, or a name that is still free",
                try_=str(path.with_name(f"{path.name}.csv")),
            )
        with outputs.replacing(path) as unfinished:
            FORMS[name](results, unfinished)
    return path


def write_csv(results: Results, stream: TextIO) -> None:
    """Write the table as CSV a few points at a time, so that it need not fit."""
    header = True
    for part in results.parts():
        _for_sheets(table(part)).to_csv(
            stream, index=False, header=header, lineterminator="\n"
        )
        header = False
    if header:
        table(results).to_csv(stream, index=False, lineterminator="\n")


def _for_sheets(frame: "pandas.DataFrame") -> "pandas.DataFrame":
    """Return a table whose words no spreadsheet runs; other formats keep them."""
    safe = {}
    for name, column in frame.items():
        if column.dtype.name == "category":
            words = [inert(word) for word in column.cat.categories]
            safe[name] = column.cat.rename_categories(words)
    return frame.assign(**safe)


def inert(word: str) -> str:
    """Return a word that a spreadsheet does not run as a formula.

    One that begins with ``= + - @`` and is no number gets an apostrophe before it, as
    is customary.

    >>> inert("=1+1"), inert("-1"), inert("lstm")
    ("'=1+1", '-1', 'lstm')
    """
    if not word.startswith(("=", "+", "-", "@", "\t", "\r")):
        return word
    try:
        float(word)
    except ValueError:
        return f"'{word}"
    return word


def _csv(results: Results, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        write_csv(results, stream)


def _parquet(results: Results, path: Path) -> None:
    table(results).to_parquet(path, engine="pyarrow", index=False)


def _netcdf(results: Results, path: Path) -> None:
    """Write columns along ``row``; words as CF flags, absent integers as -1."""
    import xarray

    whole = table(results)
    variables: dict[str, Any] = {}
    for name in whole.columns:
        column = whole[name]
        if column.dtype == object:  # empty in every row
            column = column.astype("category")
        if column.dtype.name == "category":
            words = [str(word).replace(" ", "_") for word in column.cat.categories]
            codes = column.cat.codes.to_numpy()
            about = {
                "flag_values": list(range(len(words))) or [0],
                "flag_meanings": " ".join(words),
                "missing": -1,
            }
            variables[name] = ("row", codes, about)
        elif column.dtype.name == "Int64":
            variables[name] = ("row", column.fillna(-1).to_numpy(dtype="int64"))
        else:
            variables[name] = ("row", column.to_numpy())
    xarray.Dataset(variables).to_netcdf(path, engine="h5netcdf")


def _require(package: str, form: str) -> None:
    try:
        importlib.import_module(package)
    except ImportError as error:
        raise ConfigError(
            got=f"format {form} without the package {package}",
            expected=f"the extra {form}",
            try_=f"pip install 'gradlab[{form}]'",
        ) from error


FORMS: dict[str, Callable[[Results, Path], None]] = {
    "csv": _csv,
    "parquet": _parquet,
    "netcdf": _netcdf,
}
_SUFFIXES = {".nc": "netcdf", ".pq": "parquet"}
_PACKAGES = {"parquet": ("pyarrow",), "netcdf": ("xarray", "h5netcdf", "h5py")}
