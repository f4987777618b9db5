"""``gradlab export``: the results as one tidy table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gradlab.cli.options import folder_argument, screen_option
from gradlab.cli.screen import Screen
from gradlab.errors import ConfigError


FORMATS = {"csv": ".csv", "parquet": ".parquet", "netcdf": ".nc"}


@click.command("export")
@folder_argument
@click.option(
    "--format",
    "kind",
    type=click.Choice(list(FORMATS)),
    help="Form of the table; from the name of --out, or csv.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Where to write; - for stdout (csv). DIR/results.csv unless told.",
)
@screen_option
def command(folder: Path, kind: str | None, out: Path | None, screen: Screen) -> None:
    """Write all results of DIR as one table, a row per value.

    Columns: cell, activation, init, gain, forget_bias, hidden, length, seed, input,
    loss, dtype, measure, block, index, step, lag, value, sd; empty where one does not
    apply. Norms are natural logarithms, averaged over sequences, with their standard
    deviation. parquet and netcdf need an extra: pip install 'gradlab[parquet]'.
    """
    from gradlab.store.results import Results

    kind = kind or _kind_of(out)
    out = out or folder / f"results{FORMATS[kind]}"
    frame = Results.open(folder).frame()
    if str(out) == "-":
        if kind != "csv":
            raise click.UsageError(
                f"{kind} cannot be written to stdout. Expected a file, "
                f"such as --out results{FORMATS[kind]}."
            )
        click.echo(frame.to_csv(index=False), nl=False)
        return
    write(frame, kind, out)
    screen.line(f"wrote {out}  ({len(frame):,} rows)")
    screen.line(f"next  {_reader(kind, out)}")


def write(frame: Any, kind: str, out: Path) -> None:
    """Write the table aside, then put it in its place, so that none is half there."""
    aside = out.with_name(out.name + ".part")
    try:
        if kind == "csv":
            frame.to_csv(aside, index=False)
        elif kind == "parquet":
            frame.to_parquet(aside, index=False)
        else:
            _dataset(frame).to_netcdf(aside, engine="h5netcdf")
        aside.replace(out)
    except ImportError as error:
        raise ConfigError(
            got=f"--format {kind}, whose library is not installed here",
            expected=f"the extra gradlab[{kind}]",
            try_=f"pip install 'gradlab[{kind}]'",
        ) from error
    finally:
        aside.unlink(missing_ok=True)


def _dataset(frame: Any) -> Any:
    """The table over one dimension ``row``, text as text, numbers as float64."""
    import xarray

    columns = {}
    for name in frame.columns:
        column = frame[name]
        numeric = column.dtype.kind in "fiu"
        values = column.to_numpy() if numeric else column.astype("string").fillna("")
        columns[name] = ("row", values if numeric else values.to_numpy(dtype="U"))
    return xarray.Dataset(columns)


def _kind_of(out: Path | None) -> str:
    suffix = out.suffix if out is not None else ""
    return {".parquet": "parquet", ".nc": "netcdf"}.get(suffix, "csv")


def _reader(kind: str, out: Path) -> str:
    return {
        "csv": f"pandas.read_csv('{out}')",
        "parquet": f"pandas.read_parquet('{out}')",
        "netcdf": f"xarray.open_dataset('{out}', engine='h5netcdf')",
    }[kind]
