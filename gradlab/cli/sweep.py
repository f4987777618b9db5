"""``gradlab sweep``: measure what is missing, store it, write the report."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import click

from gradlab.axes import NAMES
from gradlab.cli.dry_run import dry_run_option, show_forecast
from gradlab.cli.errors import FAILED, STOPPED
from gradlab.cli.group import TYPED
from gradlab.cli.options import (
    ExecutionOption,
    Sectioned,
    axis_options,
    formats_option,
    json_option,
    load_option,
    run_options,
    screen_option,
    setting_options,
)
from gradlab.cli.screen import Screen, fold
from gradlab.errors import ConfigError


@click.command("sweep", cls=Sectioned)
@click.argument("config", required=False, metavar="[CONFIG.toml|NAME]")
@axis_options
@setting_options
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the results and the report; reports/NAME by default.",
)
@formats_option(("html", "pdf"), "html,pdf", "Files of the report:")
@run_options
@dry_run_option
@load_option()
@json_option
@screen_option
@click.pass_context
def command(
    ctx: click.Context,
    config: str | None,
    out: Path | None,
    formats: list[str],
    dry_run: bool,
    load: tuple[Path, ...],
    as_json: bool,
    screen: Screen,
    **options: Any,
) -> None:
    """Measure gradient flow over settings and write a report.

    Without anything: the default sweep, about a minute. With a TOML file, or the name
    of a built-in sweep (see: gradlab list sweeps): what it says. Once an axis option
    is given and no file, axes not named take one value each: lstm, tanh, PyTorch's
    default init, gain 1, hidden 64, length 256, Gaussian input. An axis option
    besides a file sets that axis in each of its grids.

    Axis options take lists 1,2,4 and ranges 16:1024:x2 or 0:6:1. An axis that does
    not apply to a cell (a forget bias for an RNN) makes one point, not copies.

    The same command again computes only what is missing; Ctrl-C keeps what is done.

    \b
    gradlab sweep
    gradlab sweep quick
    gradlab sweep --cell lstm --forget-bias 0:6:1
    gradlab sweep --cell rnn,gru --input text:README.md --length 16:256:x4
    gradlab sweep big.toml --dry-run
    """
    from gradlab.cli import live, sweep_summary
    from gradlab.sweeps.loading import load as load_sweep

    execution = {
        str(param.name): options.pop(str(param.name))
        for param in ctx.command.params
        if isinstance(param, ExecutionOption)
    }
    sweep = load_sweep(config, load=load, **request(options))
    folder = out or Path("reports") / (sweep.name if config else "default")
    if dry_run:
        show_forecast(sweep, folder, execution, ctx.meta[TYPED], screen, as_json)
        return
    typed = shlex.join(["gradlab", *ctx.meta[TYPED]])
    results, state = live.run(sweep, folder, screen, typed, **execution)
    if results is None:
        ctx.exit(STOPPED)
    try:
        written, current = report(results, formats, list(load), screen)
    except KeyboardInterrupt:
        counts = results.meta["counts"]
        screen.note(
            fold(
                f"stopped. {counts['done']:,} of {counts['requested']:,} points kept "
                f"in {folder}. The report is not written: gradlab report {folder}"
            )
        )
        ctx.exit(STOPPED)
    if as_json:
        answer = sweep_summary.summary(results, written, state.elapsed())
        screen.line(json.dumps(answer, indent=2, ensure_ascii=False))
    elif current and not (state.computed or results.meta["counts"]["failed"]):
        sweep_summary.show_unchanged(results, written, screen)
    else:
        sweep_summary.show(results, written, state.elapsed(), screen)
    ctx.exit(FAILED if results.meta["counts"]["failed"] else 0)


def request(options: dict[str, Any]) -> dict[str, Any]:
    """Return axes and settings that were given as keywords of the sweep's loader."""
    from gradlab.sweeps import ranges

    given = {name: value for name, value in options.items() if value is not None}
    for name in ("measures", "seeds", *NAMES):
        if name in given and not ranges.expand(given[name]):
            raise ConfigError(
                got=f"nothing behind --{name.replace('_', '-')}",
                expected="at least one value",
                try_="leaving the option out",
            )
    axes = {axis: ranges.expand(given[axis]) for axis in NAMES if axis in given}
    settings = {name: value for name, value in given.items() if name not in axes}
    if "seeds" in settings:
        settings["seeds"] = _seeds(settings["seeds"])
    if "measures" in settings:
        settings["measures"] = ranges.expand(settings["measures"])
    return {"axes": axes, **settings}


def _seeds(text: str) -> Any:
    """Return a count for one number, a list for several; ``3,`` is a list of one."""
    from gradlab.sweeps import ranges

    values = ranges.expand(text)
    return values if ranges.is_list(text) or len(values) != 1 else values[0]


def report(
    results: Any, formats: list[str], load: list[Path], screen: Screen
) -> tuple[list[Path], bool]:
    """Write the report unless it is current; return its paths and whether it was."""
    from gradlab.cli import report_stamp
    from gradlab.report.build import render

    paths = [results.folder / f"report.{form}" for form in formats]
    if report_stamp.is_current(results, formats, load):
        return paths, True
    screen.note("writing the report")
    written = render(results, results.folder, formats)
    report_stamp.write_stamp(results, formats, load)
    return list(written), False
