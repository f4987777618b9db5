"""The tidy table as a file: CSV, Parquet or netCDF."""

import errno
import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from gradlab.errors import ConfigError, UnknownNameError
from gradlab.store.failures import explained


if TYPE_CHECKING:
    from gradlab.store.results import Results


def export(results: "Results", file: str | Path, form: str | None = None) -> Path:
    """Write :meth:`Results.frame` to ``file``; the form by name or by its suffix.

    Raises:
        UnknownNameError: a form that is none of csv, parquet, netcdf.
        ConfigError: the form's packages are not installed.
        StoreError: the file cannot be written.
    """
    path = Path(file)
    name = form or _SUFFIXES.get(path.suffix, path.suffix.removeprefix("."))
    if name not in FORMS:
        raise UnknownNameError.among("export format", name, FORMS)
    for package in _PACKAGES.get(name, ()):
        _require(package, name)
    with explained(path):
        if not path.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        FORMS[name](results, path)
    return path


def write_csv(results: "Results", stream: TextIO) -> None:
    """Write the table as CSV a few points at a time, so that it need not fit."""
    header = True
    for part in results.parts():
        part.frame().to_csv(stream, index=False, header=header, lineterminator="\n")
        header = False
    if header:
        results.frame().to_csv(stream, index=False, lineterminator="\n")


def _csv(results: "Results", path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        write_csv(results, stream)


def _parquet(results: "Results", path: Path) -> None:
    results.frame().to_parquet(path, engine="pyarrow", index=False)


def _netcdf(results: "Results", path: Path) -> None:
    """Write columns along ``row``; words as CF flags, absent integers as -1."""
    import xarray

    table = results.frame()
    variables: dict[str, Any] = {}
    for name in table.columns:
        column = table[name]
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


FORMS: dict[str, Callable[["Results", Path], None]] = {
    "csv": _csv,
    "parquet": _parquet,
    "netcdf": _netcdf,
}
_SUFFIXES = {".nc": "netcdf", ".pq": "parquet"}
_PACKAGES = {"parquet": ("pyarrow",), "netcdf": ("xarray", "h5netcdf", "h5py")}
