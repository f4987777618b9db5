"""``gradlab export``: the results as one tidy table."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gradlab.cli.folder import opened
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
    from gradlab.store.exports import export, write_csv

    kind = kind or _kind_of(out)
    out = out or folder / f"results{FORMATS[kind]}"
    results = opened(folder)
    if str(out) == "-":
        if kind != "csv":
            raise click.UsageError(
                f"{kind} cannot be written to stdout. Expected a file, "
                f"such as --out results{FORMATS[kind]}."
            )
        write_csv(results, sys.stdout)
        return
    export(results, out, kind)
    screen.line(f"wrote {out}")
    screen.line(f"next  {_reader(kind, out)}")


def _kind_of(out: Path | None) -> str:
    if out is None or str(out) == "-":
        return "csv"
    kinds = {suffix: kind for kind, suffix in FORMATS.items()}
    if out.suffix.lower() not in kinds:
        raise ConfigError(
            got=f"--out {out}, whose ending names no format",
            expected=f"one of {', '.join(kinds)}, or a --format",
            try_=f"--out {out.with_suffix('.csv')}",
        )
    return kinds[out.suffix.lower()]


def _reader(kind: str, out: Path) -> str:
    return {
        "csv": f"pandas.read_csv('{out}')",
        "parquet": f"pandas.read_parquet('{out}')",
        "netcdf": f"xarray.open_dataset('{out}', engine='h5netcdf')",
    }[kind]
