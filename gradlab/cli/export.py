"""``gradlab export``: write the results as one tidy table."""

from __future__ import annotations

from pathlib import Path

import click

from gradlab.cli.options import folder_argument, screen_option
from gradlab.cli.results import open_results
from gradlab.cli.screen import Screen, results_stream
from gradlab.errors import ConfigError
from gradlab.shell_text import quote


FORMATS = {"csv": ".csv", "parquet": ".parquet", "netcdf": ".nc"}


@click.command("export")
@folder_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    help="Form of the table; from the name of --out, or csv.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Where to write; - for stdout (csv). DIR/results.csv by default.",
)
@screen_option
def command(folder: Path, form: str | None, out: Path | None, screen: Screen) -> None:
    """Write all results of DIR as one table, a row per value.

    Columns: cell, activation, init, gain, forget_bias, input_bias, hidden, length,
    seed, input, loss, dtype, measure, block, index, step, lag, value, sd; empty where
    one does not apply. Norms are natural logarithms, averaged over sequences, with
    their standard deviation. parquet and netcdf need an extra:
    pip install 'gradlab[parquet]'. In csv a word that a spreadsheet would run as a
    formula has an apostrophe before it; parquet and netcdf have every word as it is.
    """
    from gradlab.store.table import export, write_csv

    form = form or _format_of(out)
    out = out or folder / f"results{FORMATS[form]}"
    results = open_results(folder, screen)
    if str(out) == "-":
        if form != "csv":
            raise click.UsageError(
                f"{form} cannot be written to stdout. Expected a file, "
                f"such as --out results{FORMATS[form]}."
            )
        write_csv(results, results_stream())
        return
    export(results, out, form)
    screen.line(f"wrote {out}")
    screen.line(f"next  {_reading_call(form, out)}")


def _format_of(out: Path | None) -> str:
    """Return the format of a file's suffix; csv for stdout."""
    if out is None or str(out) == "-":
        return "csv"
    formats = {suffix: form for form, suffix in FORMATS.items()}
    if out.suffix.lower() not in formats:
        raise ConfigError(
            got=f"--out {out}, whose ending names no format",
            expected=f"one of {', '.join(formats)}, or a --format",
            try_=f"--out {quote(out.with_suffix('.csv'))}",
        )
    return formats[out.suffix.lower()]


def _reading_call(form: str, out: Path) -> str:
    """Return the Python call that reads the file back."""
    return {
        "csv": f"pandas.read_csv('{out}')",
        "parquet": f"pandas.read_parquet('{out}')",
        "netcdf": f"xarray.open_dataset('{out}', engine='h5netcdf')",
    }[form]
