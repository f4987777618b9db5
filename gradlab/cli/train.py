"""``gradlab train``: train one network on a task, and show how it learns."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradlab.arguments import whole_number
from gradlab.cli.errors import STOPPED
from gradlab.cli.group import TYPED
from gradlab.cli.options import json_option, load_option, screen_option
from gradlab.cli.screen import Screen, fold
from gradlab.cli.sweep import request
from gradlab.cli.sweep_options import Once, SweepCommand, option_of_one
from gradlab.shell_text import join


if TYPE_CHECKING:
    from gradlab.runs.one_network import OneNetwork


NETWORK = (
    *("cell", "hidden", "activation", "init", "gain", "forget_bias", "input_bias"),
    *("dtype", "weights", "device"),
)
TRAINING = (
    *("updates", "optimizer", "learning_rate", "epsilon", "batch", "clip", "success"),
)

FRAME = 0.1
"""Seconds between two pictures on a terminal."""


class OfNetwork(Once):
    """Option of the network that no sweep has."""

    heading = "Network"


OPTIONS: list[click.Parameter] = [
    *(option_of_one(name, "Network") for name in NETWORK),
    OfNetwork(
        ["--seed"],
        type=click.IntRange(min=0),
        metavar="N",
        help="Of weights, output layer and sequences; 0 by default.",
    ),
    *(option_of_one(name, "Training") for name in TRAINING),
]


@click.command("train", cls=SweepCommand, params=[*OPTIONS])
@click.argument("task")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE.pt",
    help="Write the trained weights to FILE.pt; a stopped training goes on from there.",
)
@load_option()
@json_option
@screen_option
@click.pass_context
def command(
    ctx: click.Context,
    task: str,
    out: Path | None,
    load: tuple[Path, ...],
    as_json: bool,
    screen: Screen,
    seed: int | None,
    **options: Any,
) -> None:
    """Train one network on a task and show how it learns.

    TASK is lag:50, adding:100, ... (see: gradlab list tasks). While it learns, the
    screen shows loss, score, horizon and the gradient at the first step; at last
    whether it learned, and what to try. The numbers are those that gradlab sweep
    --task stores of the same network. Exit code 0 whether it learned or not.

    FILE.pt is a state_dict for torch.nn.LSTM and the like, and for --weights. Ctrl-C
    keeps it as it is then, and the same command goes on.

    \b
    Examples:
      gradlab train lag:20
      gradlab train lag:20 --forget-bias chrono --hidden 8 --out net.pt
      gradlab train adding:30 --cell gru --learning-rate 0.003
    """
    from gradlab.cli import train_summary
    from gradlab.config.loading import load as load_sweep
    from gradlab.config.validators import MAX_SEED
    from gradlab.runs import one_network

    screen = replace(screen, may_leave=True)
    given = [
        (option.opts[0], str(value))
        for option in OPTIONS
        if (value := {**options, "seed": seed}.get(str(option.name))) is not None
    ]
    seed = whole_number("--seed", seed or 0, 0, MAX_SEED, try_="0")
    asked = request(options)
    asked["axes"]["task"] = [known_task(task, load)]
    sweep = load_sweep(None, load=load, seeds=[seed], **asked)
    shown = Shown(screen, out)
    try:
        with shown:
            network = one_network.train(sweep, out=out, progress=shown.take)
    except KeyboardInterrupt:
        again = join(["gradlab", *ctx.meta[TYPED]])
        screen.note(fold(shown.interrupted()))
        if shown.kept:
            screen.note(f"Go on: {again}")
        ctx.exit(STOPPED)
    if as_json:
        screen.json(train_summary.summary(network, out))
    else:
        train_summary.show(network, given, out, load, screen)


def known_task(spec: str, load: tuple[Path, ...]) -> str:
    """Return a task's spec; refuse what is none before the options are looked at.

    Raises:
        UnknownNameError, ConfigError, InputError: as :func:`gradlab.tasks.base.parse`.
    """
    from gradlab import catalog
    from gradlab.tasks.base import parse

    for file in load:
        catalog.load_file(file)
    return parse(spec).spec


class Shown:
    """Shows a training on stderr as it goes on; leaves the last picture.

    Args:
        screen: to show it on.
        out: where the weights go.
        clock: returns seconds.

    Attributes:
        network: that is trained; None before it begins.
    """

    def __init__(
        self,
        screen: Screen,
        out: Path | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        from gradlab.cli.live import PlainView, RichView
        from gradlab.cli.train_text import plain_line, rows

        self.network: OneNetwork | None = None
        self._screen, self._out, self._clock = screen, out, clock
        self._view: PlainView | RichView = PlainView(screen, clock, plain_line)
        if screen.terminal:
            self._view = RichView(screen, partial(rows, bars=screen.bars))
        self._next = 0.0

    def __enter__(self) -> Shown:
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the last picture where it is."""
        self._view.close()

    def take(self, network: OneNetwork) -> None:
        """Show a network after an update, where it is time."""
        if self.network is None:
            self.network = network
            self._open(network)
        now = self._clock()
        if now >= self._next or network.done == network.total:
            self._view.draw(network)
            self._next = now + FRAME

    def _open(self, network: OneNetwork) -> None:
        from gradlab.cli.train_text import opening

        self._screen.note(fold(opening(network), "  "))
        if network.began:
            self._screen.note(f"going on after {network.began:,} updates")
        keeps = "Ctrl-C keeps what is learned; the same command continues"
        nothing = "Ctrl-C stops it; with --out FILE.pt it would go on from there"
        self._screen.note(nothing if self._out is None else keeps)

    @property
    def kept(self) -> bool:
        """Whether the network was written before Ctrl-C ended the command."""
        return bool(self.network and self.network.stopped and self._out)

    def interrupted(self) -> str:
        """Return what is left of a training that Ctrl-C ended."""
        if self.network is None:
            return "stopped before the first update."
        done = f"stopped after {self.network.done:,} of {self.network.total:,} updates"
        if self.kept:
            return f"{done}. The weights so far are in {self._out}."
        if self._out is None:
            return f"{done}. Nothing is kept without --out FILE.pt."
        if self.network.done == self.network.total:
            return f"{done}. The weights are in {self._out}."
        return f"{done}, at once. What is kept beside {self._out} is older."
