"""Options that several commands share, and the axes of a sweep."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from gradlab.cli.screen import Screen
from gradlab.cli.values import (
    BIASES,
    NAMES,
    NUMBERS,
    WHOLE_NUMBERS,
    ListOf,
    Seeds,
)


F = TypeVar("F", bound=Callable[..., Any])
Decorator = Callable[[F], F]

option = partial(click.option, show_default=True)

AXES: dict[str, tuple[ListOf, str]] = {
    "cell": (NAMES, "rnn, lstm, gru, or a variant: lstm:peephole+no_forget, ..."),
    "activation": (
        NAMES,
        "Nonlinearity of the RNN; of the candidate and the output in the LSTM, of "
        "the candidate in the GRU. Gates stay sigmoid.",
    ),
    "init": (NAMES, "How weight_hh is drawn, each gate block on its own."),
    "gain": (
        NUMBERS,
        "Multiplies weight_hh; with --init spectral_radius it is the radius.",
    ),
    "forget-bias": (
        BIASES,
        "Bias of the forget gate; of the GRU's keep gate. keep: untouched, about 0. "
        "chrono: drawn for memories up to the point's length; chrono:256 up to 256.",
    ),
    "hidden": (WHOLE_NUMBERS, "Hidden units."),
    "length": (WHOLE_NUMBERS, "Steps of the sequence."),
    "input": (NAMES, "gaussian, gaussian:SD, silence, text:FILE or npy:FILE."),
    "loss": (NAMES, "last: at the last step. every: a term at each step."),
    "dtype": (NAMES, "float32 or float64."),
}
"""Every axis of a sweep by its option's name: what it takes, what it means."""


def parameter(axis: str) -> str:
    """The name of an axis in TOML and Python: ``forget_bias`` for ``forget-bias``."""
    return axis.replace("-", "_")


def axis_options(command: F) -> F:
    """Add one option per axis; each may hold several values."""
    for axis, (kind, text) in reversed(AXES.items()):
        command = click.option(f"--{axis}", parameter(axis), type=kind, help=text)(
            command
        )
    return command


def setting_options(command: F) -> F:
    """Add what holds for every point of a sweep and is no axis."""
    return stack(
        option("--seeds", type=Seeds(), help="A count, or a list such as 0,3,7."),
        option(
            "--first-seed",
            type=click.IntRange(min=0),
            help="Count seeds from here: the same again with other random numbers.",
        ),
        option("--sequences", type=click.IntRange(min=1), help="Sequences per point."),
        option("--features", type=click.IntRange(min=1), help="Width of the input."),
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
            type=NAMES,
            help="Measure only these; see: gradlab list measures.",
        ),
        option(
            "--thresholds",
            type=ListOf(
                "A,B,C,D", float, "four rising numbers such as 1e-3,0.1,10,1e3"
            ),
            help="Where vanishing ends, stable starts and ends, exploding starts.",
        ),
        option("--device", help="cpu or cuda, as torch names it."),
    )(command)


def run_options(command: F) -> F:
    """Add how a sweep is carried out; none of these changes a number."""
    return stack(
        option(
            "--jobs",
            type=click.IntRange(min=1),
            help="Worker processes, one thread each; all cores unless told.",
        ),
        option(
            "--verify/--no-verify",
            default=True,
            help="Compare closed forms with autograd on one point of each kind.",
        ),
        option("--retry-failed", is_flag=True, help="Compute failed points again."),
        option("--yes", "-y", is_flag=True, help="Do not stop at a very large sweep."),
    )(command)


def stack(*decorators: Decorator[Any]) -> Decorator[Any]:
    """Several decorators as one, the first outermost."""

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

load_option = click.option(
    "--load",
    multiple=True,
    metavar="FILE.py",
    type=click.Path(path_type=Path),
    help="Take every cell, activation, measure, section, ... this file defines.",
)

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print the answer as JSON."
)


def screen_option(command: F) -> F:
    """Add ``--plain`` and hand the command its ``screen``."""

    @click.option("--plain", is_flag=True, help="ASCII only, no colour, no animation.")
    @wraps(command)
    def with_screen(*args: Any, plain: bool, **options: Any) -> Any:
        return command(*args, screen=Screen.now(plain), **options)

    return with_screen  # type: ignore[return-value]


def formats_option(known: tuple[str, ...], default: str, text: str) -> Decorator[Any]:
    """Add ``--format``, a comma list out of the known ones."""

    def checked(
        ctx: click.Context, param: click.Parameter, value: list[str]
    ) -> tuple[str, ...]:
        for name in value:
            if name not in known:
                raise click.BadParameter(
                    f"{name!r} is not one of {', '.join(known)}.", ctx, param
                )
        return tuple(value)

    return click.option(
        "--format",
        "formats",
        type=ListOf("NAME,...", str, f"some of {', '.join(known)}"),
        default=default,
        callback=checked,
        show_default=True,
        help=f"{text} {', '.join(known)}.",
    )
