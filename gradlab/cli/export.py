"""``gradlab export``: the results as one tidy table."""

from __future__ import annotations

from pathlib import Path

import click

from gradlab.cli.options import folder_argument, screen_option
from gradlab.cli.screen import Screen


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
    from gradlab.store.exports import export
    from gradlab.store.results import Results

    kind = kind or _kind_of(out)
    out = out or folder / f"results{FORMATS[kind]}"
    results = Results.open(folder)
    if str(out) == "-":
        if kind != "csv":
            raise click.UsageError(
                f"{kind} cannot be written to stdout. Expected a file, "
                f"such as --out results{FORMATS[kind]}."
            )
        click.echo(results.frame().to_csv(index=False), nl=False)
        return
    export(results, out, kind)
    screen.line(f"wrote {out}")
    screen.line(f"next  {_reader(kind, out)}")


def _kind_of(out: Path | None) -> str:
    suffix = out.suffix if out is not None else ""
    return {".parquet": "parquet", ".nc": "netcdf"}.get(suffix, "csv")


def _reader(kind: str, out: Path) -> str:
    return {
        "csv": f"pandas.read_csv('{out}')",
        "parquet": f"pandas.read_parquet('{out}')",
        "netcdf": f"xarray.open_dataset('{out}', engine='h5netcdf')",
    }[kind]
