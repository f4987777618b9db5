"""A sweep of many small points against a loop over them with batched autograd.

Both give ln norms of the same networks: Frobenius at all lags, spectral at the lags a
sweep stores; the loop a second time with both at all lags, as it is usually written.
What is not alike is in the loop's favour: of gradlab's time nothing is
left out (workers start, points are built, every record is stored and read back), of the
loop's only its routes are counted, on a sample; and the loop carries the rows of h,
gradlab those of the whole state.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from typing import Any

import torch

import gradlab
from benchmarks import routes
from benchmarks.networks import Network
from gradlab.jacobians.lags import lags
from gradlab.sweeps.loading import load
from gradlab.sweeps.point import build
from gradlab.sweeps.points import Point, plan


SAMPLE = 60
PHI = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "silu": torch.nn.functional.silu,
    "elu": torch.nn.functional.elu,
}
INITS = ("default", "orthogonal", "glorot_uniform", "he", "identity")


@dataclass(frozen=True)
class Compared:
    """Points a second.

    Attributes:
        points: of the sweep.
        sweep: gradlab's, all of its call counted.
        loops: the loop's by processes x threads.
        loops_all: the loop's with spectral norms at all lags.
        sample: how many points the loop was measured on.
    """

    points: int
    sweep: float
    loops: dict[str, float]
    loops_all: dict[str, float]
    sample: int

    @property
    def ratio(self) -> float:
        """How many times more points a second than the faster loop."""
        return self.sweep / max(self.loops.values())

    @property
    def ratio_all(self) -> float:
        """The same to the loop with spectral norms at all lags."""
        return self.sweep / max(self.loops_all.values())

    def told(self) -> str:
        """Return it in sentences."""
        return (
            f"{self.points:,} small points, points a second (processes x threads)\n"
            f"  gradlab.sweep: {self.sweep:.3g}\n"
            f"  a loop with batched autograd, on {self.sample} of them: "
            f"{self._beside(self.loops)}\n"
            f"  the same with spectral norms at all lags: "
            f"{self._beside(self.loops_all)}"
        )

    def _beside(self, loops: dict[str, float]) -> str:
        return ", ".join(
            f"{way}: {rate:.3g} ({self.sweep / rate:.3g} times fewer)"
            for way, rate in loops.items()
        )


def config(points: int, *, quick: bool = False) -> dict[str, Any]:
    """Return a sweep of about ``points``: half of it RNNs, half gated."""
    seeds = max(1, points // 100)
    common = {"init": list(INITS), "activation": list(PHI), "blocks": "joint"}
    return {
        "hidden": 32,
        "features": 32,
        "length": 16 if quick else 128,
        "measures": ["spectral_norm", "frobenius_norm"],
        "seeds": seeds,
        "grid": [
            common | {"cell": "rnn", "gain": [0.5, 1.5]},
            common | {"cell": ["gru", "lstm"]},
        ],
    }


def compare(points: int, workers: int, *, quick: bool = False) -> Compared:
    """Measure both, on ``workers`` cores."""
    asked = config(points, quick=quick)
    count = len(plan(load(asked)).points)
    sample = sampled(asked, 12 if quick else SAMPLE)
    return Compared(
        count,
        count / swept(asked, workers),
        looped(sample, workers, all_lags=False),
        looped(sample, workers, all_lags=True),
        len(sample),
    )


def looped(
    points: Sequence[Point], workers: int, *, all_lags: bool
) -> dict[str, float]:
    """Return the loop's points a second in many processes, and in many threads."""
    ways = {
        f"{workers} x 1": in_processes(points, workers, all_lags),
        f"1 x {workers}": loop(points, all_lags),
    }
    return {way: len(points) / seconds for way, seconds in ways.items()}


def swept(asked: dict[str, Any], workers: int) -> float:
    """Return the seconds of the whole call; every point must be done."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        results = gradlab.sweep(asked, out=folder, jobs=workers, verify=False)
        seconds = time.perf_counter() - began
        if results.meta["counts"]["failed"]:
            raise RuntimeError("points failed")
    return seconds


def sampled(asked: dict[str, Any], count: int) -> list[Point]:
    """Return some of its points, by chance but always the same."""
    points = list(plan(load(asked)).points.values())
    return random.Random(0).sample(points, min(count, len(points)))


def in_processes(points: Sequence[Point], workers: int, all_lags: bool) -> float:
    """Return the loop's seconds in ``workers`` processes of one thread, all busy."""
    context = get_context("spawn")
    with ProcessPoolExecutor(
        workers, context, initializer=torch.set_num_threads, initargs=(1,)
    ) as pool:
        warm = [[replace(points[0], length=8)] * 2] * (2 * workers)
        list(pool.map(loop, warm))
        spent = pool.map(partial(loop, all_lags=all_lags), [[p] for p in points])
        return sum(spent) / workers


def loop(points: Sequence[Point], all_lags: bool = False) -> float:
    """Return the seconds of batched autograd and its norms, point after point."""
    seconds = 0.0
    for point in points:
        network = Network.of(build(point), PHI[point.activation])
        draw = torch.Generator().manual_seed(point.seed)
        shape = (point.length, point.sequences, point.features)
        inputs = torch.randn(*shape, generator=draw)
        began = time.perf_counter()
        states = routes.autograd_forward(network, inputs)
        at = None if all_lags else frozenset(lags(point.length))
        routes.autograd_norms(states, at)
        seconds += time.perf_counter() - began
    return seconds
