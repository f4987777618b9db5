"""Networks trained side by side against a loop over torch.nn, one thread on both sides.

Both do the same updates: the same weights, the two sequences of the lag task, Adam,
clipping of each network. The loop is what a PyTorch user writes: a module, an output
layer, ``clip_grad_norm_``, ``optimizer.step()``, one network after the other.
"""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from benchmarks import tables
from gradlab.cells import build, to_torch
from gradlab.initializers import initialize_
from gradlab.tasks.base import Task, stream_of
from gradlab.tasks.lag import Lag
from gradlab.training.head import BIAS, WEIGHT, draw_head
from gradlab.training.settings import TrainingSettings
from gradlab.training.trainer import Trainer


MEMBERS, STEPS = 32, 50
UPDATES, ROUNDS = 10, 5
CASES = (("lstm", 8), ("lstm", 64), ("gru", 8), ("gru", 64), ("rnn", 8), ("rnn", 64))


@dataclass(frozen=True)
class Speed:
    """Milliseconds that an update of one network takes, the median of the rounds.

    Attributes:
        cell: ``lstm``, ``gru`` or ``rnn``.
        hidden: units.
        together: of the networks side by side.
        loop: of the loop.
    """

    cell: str
    hidden: int
    together: float
    loop: float

    @property
    def ratio(self) -> float:
        """How many times more networks a second."""
        return self.loop / self.together


def compare(*, quick: bool = False) -> list[Speed]:
    """Measure every case; rounds of both ways take turns."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        sizes = CASES[:1] if quick else CASES
        return [_compare(cell, hidden, quick) for cell, hidden in sizes]
    finally:
        torch.set_num_threads(threads)


def table(found: Sequence[Speed]) -> str:
    """Return the comparison as a Markdown table."""
    rows = [
        [
            f"{one.cell.upper()}, H = {one.hidden}",
            f"{1000 / one.together:.3g}",
            f"{1000 / one.loop:.3g}",
            f"{one.ratio:.2g}",
        ]
        for one in found
    ]
    head = ["network", "together", "loop over torch.nn", "times"]
    return (
        f"Updates a second of networks trained on lag:{STEPS}, {MEMBERS} together or "
        f"one after the other, one thread\n\n{tables.markdown(head, rows)}"
    )


def networks(
    cell: str, hidden: int, task: Task, members: int
) -> list[tuple[nn.Module, dict]]:
    """Return cells with output layers, drawn as a sweep draws them."""
    found = []
    for seed in range(members):
        one = initialize_(build(cell, task.features, hidden), seed=seed)
        head = draw_head(seed, hidden, task.outputs)
        found.append((one, {name: value.float() for name, value in head.items()}))
    return found


def together(drawn: Sequence, task: Task, settings: TrainingSettings) -> Trainer:
    """Return the networks as they are trained side by side."""
    return Trainer(copy.deepcopy(drawn), list(range(len(drawn))), task, settings)


class Alone:
    """One network in the hands of a PyTorch user."""

    def __init__(self, cell, head, task: Task, settings: TrainingSettings) -> None:
        self.module = to_torch(cell)
        self.layer = nn.Linear(cell.hidden_size, task.outputs)
        self.layer.load_state_dict({"weight": head[WEIGHT], "bias": head[BIAS]})
        self.weights = [*self.module.parameters(), *self.layer.parameters()]
        rate, epsilon = settings.learning_rate, settings.epsilon or 0.0
        self.optimizer = torch.optim.Adam(self.weights, lr=rate, eps=epsilon)
        self.clip = settings.clip or float("inf")
        batch = task.sequences(stream_of(task, 0, "train"), task.batch)
        symbols = torch.from_numpy(batch.inputs)
        self.inputs = nn.functional.one_hot(symbols, task.features).float()
        self.targets = torch.from_numpy(batch.targets[:, -1])

    def update(self) -> float:
        """Do one update; return the loss before it."""
        self.optimizer.zero_grad()
        outputs = self.layer(self.module(self.inputs)[0][:, -1])
        loss = nn.functional.cross_entropy(outputs, self.targets)
        loss.backward()
        nn.utils.clip_grad_norm_(self.weights, self.clip)
        self.optimizer.step()
        return loss.item()


def _compare(cell: str, hidden: int, quick: bool) -> Speed:
    members, rounds = (4, 1) if quick else (MEMBERS, ROUNDS)
    task = Lag(STEPS)
    settings = TrainingSettings()  # judged as often as in a training of usual length
    drawn = networks(cell, hidden, task, members)
    trainer = together(drawn, task, settings)
    alone = [Alone(one, head, task, settings) for one, head in drawn]

    def one_after_the_other() -> None:
        for network in alone:
            network.update()

    times: dict[str, list[float]] = {"together": [], "loop": []}
    for turn in range(rounds + 1):
        for name, update in (
            ("together", trainer.update),
            ("loop", one_after_the_other),
        ):
            seconds = _timed(update)
            if turn or quick:  # the first one warms up
                times[name].append(1000 * seconds / members)
    medians = {name: statistics.median(found) for name, found in times.items()}
    return Speed(cell, hidden, medians["together"], medians["loop"])


def _timed(update: Callable[[], object]) -> float:
    """Return the seconds of one of a few updates."""
    began = time.perf_counter()
    for _ in range(UPDATES):
        update()
    return (time.perf_counter() - began) / UPDATES
