"""Print what a training found, where the weights are and what to type next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradlab.cells import axes
from gradlab.cli.screen import Screen, counted
from gradlab.cli.train_text import (
    gradient,
    horizon,
    loss_heights,
    network_text,
    number,
)
from gradlab.report.numbers import duration
from gradlab.shell_text import join


if TYPE_CHECKING:
    from gradlab.runs.one_network import OneNetwork

Given = Sequence[tuple[str, str]]
"""Options of the network and its training, with their values as typed."""

SEED = "--seed"
SMALLEST = -98 * math.log(10)
"""Natural log of a gradient whose square float64 still holds with room."""


def show(
    network: OneNetwork,
    given: Given,
    out: Path | None,
    load: Sequence[Path],
    screen: Screen,
) -> None:
    """Print whether it learned, numbers before and after, and commands to type next."""
    screen.paragraph(verdict(network))
    screen.line(f"{network_text(vars(network.point))}; {duration(network.elapsed())}")
    if remark := not_finite(network):
        screen.paragraph(remark)
    screen.line()
    screen.table(before_and_after(network), "lrrl")
    screen.line()
    screen.line(f"loss     {screen.bars(loss_heights(network))}")
    screen.line()
    if out is not None:
        screen.line(f"weights  {out}")
        screen.line(f"         {weights_command(network, out, load)}")
    name = "next"
    for command, why in suggestions(network, given, load):
        screen.line(f"{name:<9}{command}")
        screen.line(f"           {why}")
        name = ""


def verdict(network: OneNetwork) -> str:
    """Return whether the task was learned, and when."""
    task, total = network.point.task, counted(network.total, "update")
    first = network.first_success
    if math.isinf(first):
        return f"{task} is not learned in {total}."
    if not network.learned:
        return f"{task} was learned after {first:,.0f} of {total}, and lost again."
    return f"{task} is learned: after {first:,.0f} of {total}."


def not_finite(network: OneNetwork) -> str:
    """Return how many updates had a loss or gradient that was no number; or nothing."""
    history = network.trainer.history
    count = int(history.not_finite[0])
    if not count:
        return ""
    first = int(history.first_not_finite[0])
    return (
        f"{counted(count, 'update')} had a loss or gradient that was not finite, "
        f"first update {first:,}; they moved nothing by themselves."
    )


def before_and_after(network: OneNetwork) -> list[tuple[str, ...]]:
    """Return a table: what was before the first update, and after the last."""
    task, history = network.trainer.task, network.trainer.history
    first, last = network.reaches[0], network.reaches[network.total]
    scores, length = network.scores, network.point.length
    success = history.settings.success
    rule = task.rule() if success is None else f"{task.score_name}, bound {success:g}"
    return [
        ("", "before", "after", ""),
        (
            "loss",
            number(network.losses[0]),
            number(network.losses[-1]),
            f"chance {number(network.chance)}",
        ),
        ("score", number(scores[0]), number(scores[network.total]), rule),
        (
            "gradient, first step",
            gradient(first.first_input_gradient),
            gradient(last.first_input_gradient),
            "of the loss by the input weights",
        ),
        (
            "horizon",
            horizon(first.horizon, length),
            horizon(last.horizon, length),
            f"of {counted(length, 'step')}: where 1/1000 is left",
        ),
    ]


def weights_command(network: OneNetwork, out: Path, load: Sequence[Path]) -> str:
    """Return the command that measures the trained network."""
    point = network.point
    words = ["gradlab", "sweep", "--cell", point.cell, "--hidden", point.hidden]
    words += ["--features", point.features, "--length", point.length]
    if point.activation not in (None, "tanh"):
        words += ["--activation", str(point.activation)]
    if point.dtype != "float32":
        words += ["--dtype", point.dtype]
    return join([*words, "--weights", out, *_loading(load)])


def suggestions(
    network: OneNetwork, given: Given, load: Sequence[Path]
) -> list[tuple[str, str]]:
    """Return commands to type next, each with its purpose, from what was found."""
    found = [] if network.learned else _remedies(network, given, load)
    return [*found[:2], _sweep(network, given, load)]


def _sweep(network: OneNetwork, given: Given, load: Sequence[Path]) -> tuple[str, str]:
    """Return the sweep in which this network is one of several seeds."""
    point = network.point
    options = [(name, value) for name, value in given if name != SEED]
    if point.weights is not None:
        options += [("--seeds", f"{point.seed},")] if point.seed else []
        why = "the same network with every measure along its training, in a report"
    else:
        options += [("--first-seed", str(point.seed))] if point.seed else []
        why = "the same with five seeds, in a report"
    task = str(point.task).replace(",", r"\,")  # a sweep's option takes a list
    words = ["gradlab", "sweep", "--task", task, *_words(options)]
    return join([*words, *_loading(load)]), why


def _remedies(
    network: OneNetwork, given: Given, load: Sequence[Path]
) -> list[tuple[str, str]]:
    """Return what may help a network that has not learned, the likeliest first."""
    point, settings = network.point, network.trainer.settings
    before, tries = network.reaches[0], []
    if network.trainer.history.not_finite[0]:
        smaller = {"--learning-rate": f"{settings.learning_rate / 10:g}"}
        tries.append((smaller, "smaller steps, since numbers overflowed"))
    drawn = point.weights is None
    if drawn and before.horizon < point.length and not _is_chrono(point.forget_bias):
        if "forget_bias" in axes(point.cell):
            why = "gates that keep for as long as the task lasts"
            tries.append(({"--forget-bias": "chrono"}, why))
        elif point.cell == "rnn":
            why = "a cell with a path that keeps"
            tries.append(({"--cell": "lstm", "--forget-bias": "chrono"}, why))
    size = before.first_input_gradient
    if settings.epsilon and -math.inf < size < math.log(settings.epsilon):
        why = f"the gradient at the first step, {gradient(size)}, is below the epsilon"
        tries.append((_small_numbers(size), f"{why} {settings.epsilon:g}"))
    more = {"--updates": str(4 * network.total)}
    tries.append((more, "more updates: not learned yet is not never"))
    return [(_again(network, given, load, change), why) for change, why in tries]


def _small_numbers(ln: float) -> dict[str, str]:
    """Return options with which an optimizer follows a gradient of this size.

    An epsilon below it; float64 where the squares that Adam and RMSprop average leave
    the range of float32.
    """
    power = math.floor(ln / math.log(10)) - 2 if ln > SMALLEST else -100
    epsilon = {"--epsilon": f"1e{power}"}
    return epsilon if power >= -18 else {**epsilon, "--dtype": "float64"}


def _is_chrono(bias: Any) -> bool:
    return str(bias).startswith("chrono")


def _again(
    network: OneNetwork, given: Given, load: Sequence[Path], change: dict[str, str]
) -> str:
    """Return the command again, with other values of some options."""
    options = [(name, value) for name, value in given if name not in change]
    words = ["gradlab", "train", str(network.point.task)]
    words += _words([*options, *change.items()])
    return join([*words, *_loading(load)])


def _words(options: Given) -> list[str]:
    return [word for option in options for word in option]


def _loading(load: Sequence[Path]) -> list[str]:
    return [word for file in load for word in ("--load", str(file))]


def summary(network: OneNetwork, out: Path | None) -> dict[str, Any]:
    """Return the same as data for JSON; what is not finite is null."""
    kept = network.trainer.snapshots
    reaches = [network.reaches[update] for update in sorted(kept)]
    every = -(-network.total // MOST)
    return {
        "network": network.point.params(),
        "learned": network.learned,
        "first_success": _finite(network.first_success),
        "updates": network.total,
        "chance": _finite(network.chance),
        "losses": [
            {"update": k * every, "loss": _finite(loss)}
            for k, loss in enumerate(network.losses[::every])
        ],
        "scores": [
            {"update": update, "score": _finite(score)}
            for update, score in network.scores.items()
        ],
        "gradient": [
            {
                "update": one.updates,
                "ln_first_input_gradient": _finite(one.first_input_gradient),
                "horizon": _finite(one.horizon),
            }
            for one in reaches
        ],
        "not_finite": int(network.trainer.history.not_finite[0]),
        "seconds": round(network.elapsed(), 1),
        "weights": out,
    }


MOST = 2_000
"""Losses in JSON, evenly spaced, at most."""


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
