"""A sweep of many small points against a loop over them with batched autograd.

Both give the same norms of such networks, of the whole state's Jacobian: Frobenius at
all lags, spectral at the lags a sweep stores. The loop is measured a second time with
both at all lags, as it is usually written, and with the rows of h alone, which of an
LSTM is half. What else is not alike is in the loop's favour: of gradlab's time nothing
is left out (workers start, points are built, every record is stored and read back), of
the loop's only its routes are counted, on a sample.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from typing import Any

import torch

import gradlab
from benchmarks import routes, tables
from benchmarks.networks import Network
from gradlab.config.loading import load
from gradlab.jacobians.lags import lags
from gradlab.runs.build import build
from gradlab.sweeps.plan import plan
from gradlab.sweeps.points import Point


SAMPLE = 60
PHI = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "silu": torch.nn.functional.silu,
    "elu": torch.nn.functional.elu,
}
INITS = ("default", "orthogonal", "glorot_uniform", "he", "identity")


LOOPS = {
    "the same norms": {"all_lags": False, "whole": True},
    "both norms at all lags": {"all_lags": True, "whole": True},
    "the rows of h alone": {"all_lags": False, "whole": False},
    "the rows of h alone, both norms at all lags": {"all_lags": True, "whole": False},
}
"""What a loop gives -> the keywords of :func:`loop` for it."""


@dataclass(frozen=True)
class Compared:
    """Points a second.

    Attributes:
        points: of the sweep.
        sweep: gradlab's, all of its call counted.
        loops: the loop's by what it gives (see ``LOOPS``) and processes x threads.
        sample: how many points the loop was measured on.
    """

    points: int
    sweep: float
    loops: dict[str, dict[str, float]]
    sample: int

    def ratio(self, gives: str, way: str) -> float:
        """Return how many times more points a second than a loop."""
        return self.sweep / self.loops[gives][way]

    def table(self) -> str:
        """Return the comparison as a Markdown table."""
        ways = list(self.loops["the same norms"])
        rows = [
            [f"`gradlab.sweep`, {ways[0]}", f"{self.sweep:.3g}", ""],
            *(
                [
                    f"loop, {gives}, {way}",
                    f"{rate:.3g}",
                    f"{self.ratio(gives, way):.3g}",
                ]
                for gives, rates in self.loops.items()
                for way, rate in rates.items()
            ),
        ]
        table = tables.markdown(["way, processes x threads", "a second", "times"], rows)
        return (
            f"{self.points:,} small points; the loop with batched autograd on "
            f"{self.sample} of them\n\n{table}"
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
    settings = config(points, quick=quick)
    count = len(plan(load(settings)).points)
    sample = sampled(settings, 12 if quick else SAMPLE)
    swept_a_second = count / swept(settings, workers)
    with warm_pool(sample[0], workers) as pool:
        loops = {
            gives: looped(sample, pool, workers, **how) for gives, how in LOOPS.items()
        }
    return Compared(count, swept_a_second, loops, len(sample))


def looped(
    points: Sequence[Point], pool: ProcessPoolExecutor, workers: int, **how: bool
) -> dict[str, float]:
    """Return the loop's points a second in many processes, and in many threads."""
    spent = pool.map(partial(loop, **how), [[point] for point in points])
    ways = {
        f"{workers} x 1": sum(spent) / workers,
        f"1 x {workers}": loop(points, **how),
    }
    return {way: len(points) / seconds for way, seconds in ways.items()}


def swept(settings: dict[str, Any], workers: int) -> float:
    """Return the seconds of the whole call; every point must be done."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        results = gradlab.sweep(settings, out=folder, jobs=workers, verify=False)
        seconds = time.perf_counter() - began
        if results.meta["counts"]["failed"]:
            raise RuntimeError("points failed")
    return seconds


def sampled(settings: dict[str, Any], count: int) -> list[Point]:
    """Return some of its points, by chance but always the same."""
    points = list(plan(load(settings)).points.values())
    return random.Random(0).sample(points, min(count, len(points)))


@contextmanager
def warm_pool(point: Point, workers: int) -> Iterator[ProcessPoolExecutor]:
    """Yield ``workers`` processes of one thread that have run the loop before."""
    context = get_context("spawn")
    with ProcessPoolExecutor(
        workers, context, initializer=torch.set_num_threads, initargs=(1,)
    ) as pool:
        warm = [[replace(point, length=8)] * 2] * (2 * workers)
        list(pool.map(loop, warm))
        yield pool


def loop(
    points: Sequence[Point], *, all_lags: bool = False, whole: bool = True
) -> float:
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
        routes.autograd_norms(states, at, whole=whole)
        seconds += time.perf_counter() - began
    return seconds
