"""Options that several commands share; axes, settings and execution of a sweep."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from gradlab.axes import AXES
from gradlab.cli.screen import Screen


F = TypeVar("F", bound=Callable[..., Any])
Decorator = Callable[[F], F]


class AxisOption(click.Option):
    """An axis of a sweep."""


class SettingOption(click.Option):
    """A setting that holds for all points of a sweep."""


class ExecutionOption(click.Option):
    """How a sweep is executed; such an option changes no number."""


class Sectioned(click.Command):
    """Command whose help lists axes, settings and other options under headings."""

    def format_options(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the options under three headings."""
        headings = {AxisOption: "Axes", SettingOption: "Settings of all points"}
        sections: dict[str, list[tuple[str, str]]] = {
            heading: [] for heading in (*headings.values(), "Options")
        }
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):
                sections[headings.get(type(param), "Options")].append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records, col_max=26)


def axis_options(command: F) -> F:
    """Add one option per axis; each may hold several values."""
    for axis in reversed(AXES):
        command = click.option(
            axis.option,
            axis.name,
            cls=AxisOption,
            metavar=axis.metavar,
            help=axis.help,
        )(command)
    return command


def setting_options(command: F) -> F:
    """Add the settings that hold for all points."""
    option = partial(click.option, cls=SettingOption)
    return combined(
        option(
            "--seeds", metavar="COUNT|LIST", help="A count, or a list such as 0,3,7."
        ),
        option(
            "--first-seed",
            type=click.IntRange(min=0),
            metavar="N",
            help="Count seeds from here: the same again with other random numbers.",
        ),
        option(
            "--sequences",
            type=click.IntRange(min=1),
            metavar="N",
            help="Sequences per point; 4 by default.",
        ),
        option(
            "--features",
            type=click.IntRange(min=1),
            metavar="N",
            help="Width of the input; 64 by default; a file has its own.",
        ),
        option(
            "--burn-in",
            type=click.IntRange(min=0),
            metavar="N",
            help="Steps run before the measured stretch.",
        ),
        option(
            "--initial-state",
            type=click.Choice(["zero", "gaussian"]),
            help="Where a trajectory starts.",
        ),
        option(
            "--measure",
            "measures",
            metavar="NAME,...",
            help="Measure only these; see: gradlab list measures.",
        ),
        option(
            "--thresholds",
            metavar="A,B,C,D",
            help="Where vanishing ends, stable starts and ends, exploding starts.",
        ),
        option("--device", metavar="NAME", help="cpu or cuda, as torch names it."),
    )(command)


def run_options(command: F) -> F:
    """Add the options of how a sweep is executed."""
    option = partial(click.option, cls=ExecutionOption, show_default=True)
    return combined(
        option(
            "--jobs",
            type=click.IntRange(min=1),
            metavar="N",
            help="Worker processes, one thread each; all cores by default.",
        ),
        option(
            "--scheduler",
            metavar="ADDRESS|FILE",
            help="Compute on a Dask cluster: tcp://HOST:8786, or its scheduler file.",
        ),
        option(
            "--timeout-per-point",
            type=click.FloatRange(min=0, min_open=True),
            metavar="SECONDS",
            help="Give up a point that takes longer, and set it aside as failed.",
        ),
        option(
            "--memory",
            metavar="SIZE",
            help="Memory of all workers together, as in 8GB.",
        ),
        option(
            "--log",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Append each event to FILE, one JSON object a line.",
        ),
        option(
            "--verify/--no-verify",
            default=True,
            help="Compare closed forms with autograd on one point of each kind.",
        ),
        option("--retry-failed", is_flag=True, help="Compute failed points again."),
        option("--yes", "-y", is_flag=True, help="Do not stop at a very large sweep."),
    )(command)


def combined(*decorators: Decorator[Any]) -> Decorator[Any]:
    """Return several decorators as one, the first outermost."""

    def apply(command: Any) -> Any:
        for decorate in reversed(decorators):
            command = decorate(command)
        return command

    return apply


folder_argument = click.argument(
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default="reports/default",
)


def _load_files(
    ctx: click.Context, param: click.Parameter, files: tuple[Path, ...]
) -> None:
    from gradlab import catalog

    for file in files:
        catalog.load_file(file)


load_option = partial(
    click.option,
    "--load",
    multiple=True,
    metavar="FILE.py",
    type=click.Path(path_type=Path),
    help="Take every cell, activation, measure, section, ... this file defines.",
)
"""Add ``--load``; a sweep gets the files, since its workers load them too."""

load_now_option = load_option(callback=_load_files, expose_value=False)
"""Add ``--load`` to a command without workers: the files are loaded at once."""

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print the answer as JSON."
)


def screen_option(command: F) -> F:
    """Add ``--plain`` and pass the command its ``screen``."""

    @click.option("--plain", is_flag=True, help="ASCII only, no colour, no animation.")
    @wraps(command)
    def with_screen(*args: Any, plain: bool, **options: Any) -> Any:
        return command(*args, screen=Screen.now(plain), **options)

    return with_screen  # type: ignore[return-value]


def formats_option(known: tuple[str, ...], default: str, text: str) -> Decorator[Any]:
    """Add ``--format``, a comma list of known names, as ``formats``."""

    def split(ctx: click.Context, param: click.Parameter, value: str) -> list[str]:
        names = [name.strip() for name in value.split(",") if name.strip()]
        wrong = [name for name in names if name not in known]
        if wrong or not names:
            raise click.BadParameter(
                f"{value!r}. Expected some of {', '.join(known)}. "
                f"Try --format {default}.",
                ctx,
                param,
            )
        return list(dict.fromkeys(names))

    return click.option(
        "--format",
        "formats",
        metavar="NAME,...",
        default=default,
        callback=split,
        show_default=True,
        help=f"{text} {', '.join(known)}.",
    )
