"""``gradlab sweep``: measure what is missing, store it, write the report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradlab.axes import NAMES
from gradlab.cli import sweep_name
from gradlab.cli.dry_run import dry_run_option, show_forecast
from gradlab.cli.errors import FAILED, STOPPED
from gradlab.cli.group import TYPED
from gradlab.cli.options import (
    formats_option,
    json_option,
    language_option,
    load_option,
    screen_option,
)
from gradlab.cli.screen import Screen, fold
from gradlab.cli.sweep_options import SWEEP_OPTIONS, Execution, Once, SweepCommand
from gradlab.cli.sweep_report import report
from gradlab.shell_text import join, quote


if TYPE_CHECKING:
    from gradlab.config.sweep import Sweep


@click.command("sweep", cls=SweepCommand, params=[*SWEEP_OPTIONS])
@click.argument("config", required=False, metavar="[CONFIG.toml|NAME]")
@click.option(
    "--grid",
    "grids",
    cls=Once,
    metavar="NAME,...",
    help="Only these grids of the sweep; each is measured as in the whole.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the results and the report; reports/NAME by default.",
)
@formats_option("html", "pdf", text="Files of the report:")
@language_option("Language of the report and of the last screen.")
@dry_run_option
@load_option()
@json_option
@screen_option
@click.pass_context
def command(
    ctx: click.Context,
    config: str | None,
    grids: str | None,
    out: Path | None,
    formats: list[str],
    language: str,
    dry_run: bool,
    load: tuple[Path, ...],
    as_json: bool,
    screen: Screen,
    **options: Any,
) -> None:
    """Measure gradient flow over settings and write a report.

    Without arguments this runs the default sweep, a minute or two; with a TOML file or
    a name (see: gradlab list sweeps), that sweep. Axis options without either make a
    sweep of their own: axes not named take one value each, which is lstm, tanh,
    PyTorch's default init, gain 1, hidden 64, length 256, Gaussian input. Together
    with a file or a name they replace the axis in each of its grids. A sweep made or
    changed by options is named after them, and so is its folder.

    Axes take lists 1,2,4 and ranges 16:1024:x2 or 0:6:1. Where an axis does not apply
    to a cell (a forget bias to an RNN), its values make one point, not copies.

    The same command again computes only what is missing; Ctrl-C keeps what is done.

    \b
    Examples:
      gradlab sweep
      gradlab sweep quick
      gradlab sweep default --grid gain
      gradlab sweep --cell lstm --forget-bias 0:6:1
      gradlab sweep --cell rnn,gru --input text:README.md --length 16:256:x4
      gradlab sweep big.toml --dry-run
    """
    from gradlab.cli import live, sweep_summary
    from gradlab.config.loading import load as load_sweep

    screen = replace(screen, may_leave=True)
    execution = {
        str(option.name): options.pop(str(option.name))
        for option in SWEEP_OPTIONS
        if isinstance(option, Execution)
    }
    given = sweep_name.given_options(options, grids, load)
    asked = request(options)
    sweep = load_sweep(config, load=load, grids=split(grids), **asked)
    base = sweep.name if config or not asked["axes"] else ""
    sweep = replace(sweep, name=sweep_name.name(base, given))
    folder = out or Path("reports") / sweep.name
    for remark in remarks(sweep):
        screen.note(fold(remark))
    if dry_run:
        show_forecast(sweep, folder, execution, ctx.meta[TYPED], screen, as_json)
        return
    typed = join(["gradlab", *ctx.meta[TYPED]])
    again = join(sweep_name.request(config, given))
    results, state = live.run(sweep, folder, screen, typed, request=again, **execution)
    if results is None:
        ctx.exit(STOPPED)
    counts = results.meta["counts"]
    try:
        written, current = report(results, formats, list(load), screen, language)
    except KeyboardInterrupt:
        screen.note(
            fold(
                f"stopped. {counts['done']:,} of {counts['requested']:,} points kept "
                f"in {folder}. The report is not written: "
                f"gradlab report {quote(folder)}"
                + (f" --language {language}" if language != "en" else "")
            )
        )
        ctx.exit(STOPPED)
    if as_json:
        screen.json(sweep_summary.summary(results, written, state.elapsed(), language))
    elif current and not (state.computed or counts["failed"]):
        sweep_summary.show_unchanged(results, written, screen, language)
    else:
        sweep_summary.show(results, written, state.elapsed(), screen, language)
    ctx.exit(FAILED if counts["failed"] else 0)


def remarks(sweep: Sweep) -> list[str]:
    """Return what is to be said of the inputs of a sweep."""
    from gradlab.sweeps.keys import input_of

    specs = dict.fromkeys(spec for grid in sweep.grids for spec in grid.axes["input"])
    return [said for spec in specs if (said := input_of(spec).remark())]


def split(names: str | None) -> list[str] | None:
    """Return the names of a comma list; None where there is none."""
    if names is None:
        return None
    return [name.strip() for name in names.split(",") if name.strip()]


def request(options: dict[str, Any]) -> dict[str, Any]:
    """Return the axes and settings that were given, as keywords of the loader."""
    given = {name: value for name, value in options.items() if value is not None}
    return {"axes": {name: given.pop(name) for name in NAMES if name in given}, **given}
