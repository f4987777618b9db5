"""A training that is watched against the same training unwatched, one thread.

The loop is what a user writes: ``nn.LSTM`` or ``nn.GRU``, cross-entropy at the last
step, clipping, Adam. Both are run update by update in turn. That updates which are not
measured cost next to nothing takes many of them to see: they go on until the interval
of their median is narrow.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

import gradlab
from benchmarks import tables
from benchmarks.threads import one_thread


WIDTH, STEPS, BATCH = 128, 200, 32
OFTEN, SELDOM = 1, 50
ROUNDS = 9
"""Of measured updates; of others as few."""
NARROW, SECONDS = 0.02, 28.0
"""Half the interval of the ratio of others, and how long a case waits for it."""
CASES: tuple[tuple[str, type, dict[str, Any]], ...] = (
    ("LSTM", nn.LSTM, {}),
    ("LSTM, 2 layers", nn.LSTM, {"num_layers": 2}),
    ("LSTM, bidirectional", nn.LSTM, {"bidirectional": True}),
    ("GRU", nn.GRU, {}),
)


@dataclass(frozen=True)
class Cost:
    """What watching costs, medians.

    Attributes:
        network: which.
        unwatched: milliseconds of an update.
        measured: times as long as an unwatched update, one that is measured.
        other: times as long, one that is not.
        within: half the 95 % interval of ``other``.
    """

    network: str
    unwatched: float
    measured: float
    other: float
    within: float

    @property
    def seldom(self) -> float:
        """Times as long as an unwatched training, measured every 50 updates."""
        return ((SELDOM - 1) * self.other + self.measured) / SELDOM


def compare(*, quick: bool = False) -> list[Cost]:
    """Measure every case."""
    with one_thread():
        return [_compare(*case, quick) for case in (CASES[:1] if quick else CASES)]


def table(found: Sequence[Cost]) -> str:
    """Return the comparison as a Markdown table."""
    rows = [
        [
            one.network,
            f"{one.unwatched:.3g}",
            f"{one.measured:.3g}",
            f"{one.other:.3f} ± {one.within:.3f}",
            f"{one.seldom:.3g}",
        ]
        for one in found
    ]
    head = ["network", "update, ms", "measured", "not measured", f"every {SELDOM}"]
    return (
        f"gradlab.watch, times as long as unwatched; H = {WIDTH}, T = {STEPS}, "
        f"B = {BATCH}, one thread\n\n{tables.markdown(head, rows)}"
    )


def _compare(network: str, kind: type, options: dict[str, Any], quick: bool) -> Cost:
    steps, rounds = (20, 2) if quick else (STEPS, ROUNDS)
    began = time.perf_counter()
    plain, measured, other = (_training(kind, options, steps) for _ in range(3))
    for _, update in (plain, measured, other):
        update()  # warms up
    each = gradlab.watch(measured[0], OFTEN, on_finding=_nothing)
    one = gradlab.watch(other[0], 10**9, on_finding=_nothing)
    with each, one:
        other[1]()  # the first one is measured in any case
        often = [_pair(plain[1], measured[1], turn) for turn in range(rounds)]
        seldom = [_pair(plain[1], other[1], turn) for turn in range(rounds)]
        while (
            not quick
            and _half_interval(seldom) > NARROW
            and time.perf_counter() - began < SECONDS
        ):
            seldom.append(_pair(plain[1], other[1], len(seldom)))
    return Cost(
        network,
        1000 * statistics.median(time for time, _ in seldom),
        statistics.median(ratio for _, ratio in often),
        statistics.median(ratio for _, ratio in seldom),
        _half_interval(seldom),
    )


def _pair(
    plain: Callable[[], None], watched: Callable[[], None], turn: int
) -> tuple[float, float]:
    """Return seconds of an unwatched update, and times as long as a watched one takes.

    Which of them is first changes from turn to turn.
    """
    seconds = {}
    for update in (plain, watched) if turn % 2 else (watched, plain):
        began = time.perf_counter()
        update()
        seconds[update] = time.perf_counter() - began
    return seconds[plain], seconds[watched] / seconds[plain]


def _half_interval(pairs: Sequence[tuple[float, float]]) -> float:
    """Return half the 95 % interval of the median ratio, by its order statistics."""
    ratios = sorted(ratio for _, ratio in pairs)
    count = len(ratios)
    apart = 0.98 * math.sqrt(count)  # 1.96 standard deviations of a binomial, p = 1/2
    low = max(0, math.floor(count / 2 - apart))
    high = min(count - 1, math.ceil(count / 2 + apart))
    return (ratios[high] - ratios[low]) / 2


def _training(
    kind: type, options: dict[str, Any], steps: int
) -> tuple[nn.Module, Callable[[], None]]:
    torch.manual_seed(0)
    rnn = kind(WIDTH, WIDTH, **options)
    head = nn.Linear(WIDTH * (1 + rnn.bidirectional), 10)
    model = nn.ModuleDict({"rnn": rnn, "head": head})
    optimizer = torch.optim.Adam(model.parameters())
    inputs, targets = torch.randn(steps, BATCH, WIDTH), torch.randint(10, (BATCH,))

    def update() -> None:
        optimizer.zero_grad()
        outputs = head(rnn(inputs)[0][-1])
        nn.functional.cross_entropy(outputs, targets).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    return model, update


def _nothing(found: object) -> None:
    """Take a finding."""
