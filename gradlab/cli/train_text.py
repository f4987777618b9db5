"""A network that is trained, in words: the line of a log, the rows of a terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gradlab.cli.live_text import bar, label, left_text
from gradlab.cli.screen import WIDTH, counted, shortened
from gradlab.report import inline
from gradlab.report.numbers import left, steps


if TYPE_CHECKING:
    import numpy as np

    from gradlab.runs.one_network import OneNetwork

BARS = 24
"""Columns of a small curve."""
NUMBER = 9
"""Columns of a number before it."""
LEAST = 1 / 8
"""The height of the lowest bar that is seen."""
FLOOR = -12.0
"""Powers of ten of a gradient at and below which its bar is empty."""


def number(value: float) -> str:
    """Return a loss or a score in few letters.

    >>> number(0.00031), number(1.0), number(float("nan"))
    ('0.00031', '1', 'not finite')
    """
    return f"{value:.2g}" if math.isfinite(value) else "not finite"


def gradient(ln: float) -> str:
    """Return the size of a gradient: a power of ten where it is small.

    >>> gradient(math.log(0.02)), gradient(-30.0)
    ('0.020', '10^-13')
    """
    return inline.plain(left(ln))


def horizon(value: float, length: int) -> str:
    """Return a horizon: ``9``, or ``>20`` where it is not within the sequence."""
    return steps(value, length)


def success(network: OneNetwork) -> str:
    """``learned after 320``; empty until it is."""
    first = network.first_success
    if math.isinf(first):
        return ""
    fell = "" if network.learned else ", lost again"
    return f"learned after {first:,.0f}{fell}"


def plain_line(network: OneNetwork) -> str:
    """``412/1,000 updates, loss 0.012 (chance 0.69), score 1, ..., 3 s left``."""
    reach, point = network.latest, network.point
    loss = number(network.losses[-1]) if network.done else "not known"
    parts = [
        f"{network.done:,}/{network.total:,} updates",
        f"loss {loss} (chance {number(network.chance)})",
        f"score {number(_score(network))}",
        success(network),
        f"horizon {horizon(reach.horizon, point.length)}",
        f"gradient at the first step {gradient(reach.first_input_gradient)}",
    ]
    if network.done < network.total:
        parts.append(left_text(network.seconds_left()))
    return ", ".join(filter(None, parts))


def rows(network: OneNetwork, plain: bool, bars: Any) -> list[str]:
    """Return what moves while a network learns, a row a quantity.

    Args:
        network: that is trained.
        plain: ASCII only.
        bars: :meth:`gradlab.cli.screen.Screen.bars`.
    """
    point, reach, task = network.point, network.latest, network.trainer.task
    share = network.done / network.total
    remaining = left_text(network.seconds_left()) if share < 1 else "done"
    losses, chance = network.losses, f"chance {number(network.chance)}"
    loss = number(losses[-1]) if len(losses) else ""
    reaches = [network.reaches[update] for update in sorted(network.reaches)]
    of_horizon = [_share(one.horizon, point.length) for one in reaches]
    of_gradient = [gradient_height(one.first_input_gradient) for one in reaches]
    scores = [_learned_share(network, score) for score in network.scores.values()]
    updates = f"{network.done:,}/{network.total:,}"
    lines = [
        ("updates", updates, bar(share, plain, BARS), remaining),
        ("loss", loss, bars(loss_heights(network)), chance),
        ("score", number(_score(network)), bars(_sampled(scores)), success(network)),
        (
            "horizon",
            horizon(reach.horizon, point.length),
            bars(_sampled(of_horizon)),
            f"of {counted(point.length, 'step')}",
        ),
        (
            "gradient",
            gradient(reach.first_input_gradient),
            bars(_sampled(of_gradient)),
            "at the first step",
        ),
    ]
    width = max(NUMBER, len(f"{network.total:,}/{network.total:,}"))
    written = [
        f"  {name:<8}  {value:>{width}}  {curve:<{BARS}}  {remark}"
        for name, value, curve, remark in lines
    ]
    lines_below = shortened(f"  learned when {task.rule()}", WIDTH - 1)
    return [shortened(line.rstrip(), WIDTH - 1) for line in written] + [lines_below]


def opening(network: OneNetwork) -> str:
    """``lag:20, lstm, 8 hidden units, seed 0: 1,000 updates of 2 sequences, adam``."""
    point, settings = network.point, network.trainer.settings
    sequences = counted(network.trainer.batch, "sequence")
    first = f"{point.task}: {network_text(vars(point))}"
    return (
        f"{first}; {counted(network.total, 'update')} of {sequences}, "
        f"{settings.optimizer} at {settings.learning_rate:g}"
    )


def network_text(params: Mapping[str, Any]) -> str:
    """``lstm, bias chrono, 8 hidden units, seed 0``."""
    hidden = counted(params["hidden"], "hidden unit")
    given = f", from {params['weights']}" if params.get("weights") else ""
    return f"{label(params)}, {hidden}, seed {params['seed']}{given}"


def loss_heights(network: OneNetwork) -> list[float]:
    """Return a small curve of losses: full from chance on, least at a millionth."""
    losses = _sampled(network.losses)
    top = network.chance if network.chance > 0 else max(losses, default=1.0) or 1.0
    return [
        max(LEAST, _height(math.log(loss / top), -6.0)) if loss > 0 else 0.0
        for loss in losses
    ]


def gradient_height(ln: float) -> float:
    """Return a bar's height: 0 at the floor, 1 from a gradient of 1 on."""
    return _height(ln, FLOOR)


def _height(ln: float, floor: float) -> float:
    """Return 1 for a log from 0 on, 0 for NaN and at a floor in powers of ten."""
    return 0.0 if math.isnan(ln) else min(1.0, max(0.0, 1 - ln / math.log(10) / floor))


def _share(value: float, top: float) -> float:
    return 0.0 if math.isnan(value) else min(1.0, value / top)


def _learned_share(network: OneNetwork, score: float) -> float:
    """Return the height of a score's bar: full from the one that is a success on."""
    if network.trainer.history.learned(score):
        return 1.0
    task, settings = network.trainer.task, network.trainer.settings
    bound = task.success if settings.success is None else settings.success
    best, worst = (score, bound) if task.larger_is_better else (bound, score)
    return min(1.0, max(0.0, best / worst)) if worst else 0.0


def _sampled(values: Sequence[float] | np.ndarray) -> list[float]:
    """Return at most as many values as there is room for, the last one among them."""
    if len(values) <= BARS:
        return [float(value) for value in values]
    places = (round((k + 1) * len(values) / BARS) - 1 for k in range(BARS))
    return [float(values[place]) for place in places]


def _score(network: OneNetwork) -> float:
    return network.scores[max(network.scores)]
