"""A training that is watched against the same training unwatched, one thread.

The loop is what a user writes: ``nn.LSTM`` or ``nn.GRU``, cross-entropy at the last
step, clipping, Adam. Both are run update by update in turn.
"""

from __future__ import annotations

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
    """

    network: str
    unwatched: float
    measured: float
    other: float

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
            f"{one.other:.3g}",
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
    steps, rounds = (20, 2) if quick else (STEPS, 15)
    ways = {name: _training(kind, options, steps) for name in ("no", "each", "one")}
    for _, update in ways.values():
        update()  # warms up
    times: dict[str, list[float]] = {name: [] for name in ways}
    each = gradlab.watch(ways["each"][0], OFTEN, on_finding=_nothing)
    one = gradlab.watch(ways["one"][0], 10**9, on_finding=_nothing)
    with each, one:
        for turn in range(rounds + 1):
            for name, (_, update) in ways.items():
                began = time.perf_counter()
                update()
                if turn:  # the first one is measured in any case
                    times[name].append(time.perf_counter() - began)
    ratios = {
        name: statistics.median(
            mine / plain for mine, plain in zip(own, times["no"], strict=True)
        )
        for name, own in times.items()
    }
    unwatched = 1000 * statistics.median(times["no"])
    return Cost(network, unwatched, ratios["each"], ratios["one"])


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
