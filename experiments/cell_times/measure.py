"""Time RNN, GRU and LSTM beside each other, round by round."""

import os
import platform
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import product
from math import comb
from pathlib import Path
from statistics import median

import numpy as np
import torch
from torch import Tensor

import gradlab
from experiments.cell_times.operations import Size, width_of


CELLS = ("RNN", "GRU", "LSTM")
INPUTS, HIDDEN, STEPS, SEQUENCES, ROUNDS = 16, 64, 100, 32, 40
FUSED, PLAIN, OWN = "torch.nn", "torch.nn without oneDNN", "gradlab's cell"
WAYS = (FUSED, PLAIN, OWN)
PASSES = ("forward", "forward and backward")
WIDTH, COUNT = "equal width", "equal parameter count"


@dataclass(frozen=True)
class Case:
    """What is timed.

    Attributes:
        size: of the cell.
        way: ``torch.nn``'s fused module, the same without oneDNN, or gradlab's cell
            step by step.
        threads: of torch.
        part: forward alone, without a graph; or forward and backward.
    """

    size: Size
    way: str
    threads: int
    part: str


@dataclass(frozen=True)
class Found:
    """What came out.

    Attributes:
        seconds: of each case, one a round, for all steps of all sequences.
        steps, sequences: how many.
        machine: the processor's name.
        cores: how many there are.
        torch: its version.
        load: processes that waited for a core when it began, and when it ended.
    """

    seconds: dict[Case, list[float]]
    steps: int
    sequences: int
    machine: str
    cores: int
    torch: str
    load: tuple[float, float]

    def per_step(self, case: Case) -> tuple[float, float, float]:
        """Return the median with its 95 % interval, in microseconds a step."""
        scale = 1e6 / self.steps
        return tuple(scale * value for value in median_interval(self.seconds[case]))

    def ratio(self, over: Case, under: Case) -> tuple[float, float, float]:
        """Return the median ratio of two cases in one round, with its interval."""
        pairs = zip(self.seconds[over], self.seconds[under], strict=True)
        return median_interval([one / other for one, other in pairs])


def median_interval(
    values: Sequence[float], level: float = 0.95
) -> tuple[float, float, float]:
    """Return the median, and the order statistics between which it lies.

    Exact for independent values of any distribution: the number of values below the
    median is binomial. NaN where there are too few for the level.

    >>> median_interval(range(1, 10))
    (5, 2, 8)
    """
    ordered, count = sorted(values), len(values)
    outside, tail = (1 - level) / 2, 0.0
    below = -1
    while tail + comb(count, below + 1) / 2**count <= outside:
        below += 1
        tail += comb(count, below) / 2**count
    if below < 0:
        return (median(ordered), np.nan, np.nan)
    return (median(ordered), ordered[below], ordered[count - 1 - below])


def sizes(inputs: int = INPUTS, hidden: int = HIDDEN) -> dict[str, list[Size]]:
    """Return RNN, GRU and LSTM at the LSTM's width, and at its parameter count."""
    count = Size("LSTM", inputs, hidden).parameters
    return {
        WIDTH: [Size(cell, inputs, hidden) for cell in CELLS],
        COUNT: [Size(cell, inputs, width_of(cell, inputs, count)) for cell in CELLS],
    }


def measure(
    rounds: int = ROUNDS, steps: int = STEPS, sequences: int = SEQUENCES
) -> Found:
    """Run every case once a round, the rounds in another order each."""
    before, cores = torch.get_num_threads(), torch.multiprocessing.cpu_count()
    threads = sorted({1, cores})
    every = dict.fromkeys(size for part in sizes().values() for size in part)
    cases = [Case(*of) for of in product(every, WAYS, threads, PASSES)]
    works = {case: work_of(case, steps, sequences) for case in cases}
    seconds: dict[Case, list[float]] = {case: [] for case in cases}
    load = loaded()
    generator = np.random.default_rng(0)
    try:
        for number in range(rounds + 1):  # the first one only warms up
            for count in threads:
                torch.set_num_threads(count)
                own = [case for case in cases if case.threads == count]
                works[own[0]]()  # threads start
                for place in generator.permutation(len(own)):
                    taken = works[own[place]]()
                    if number:
                        seconds[own[place]].append(taken)
    finally:
        torch.set_num_threads(before)
    return Found(
        seconds,
        steps,
        sequences,
        processor(),
        cores,
        torch.__version__,
        (load, loaded()),
    )


def work_of(case: Case, steps: int, sequences: int) -> Callable[[], float]:
    """Return what runs a case once and says how many seconds it took."""
    size = case.size
    own = gradlab.build(size.cell.lower(), size.inputs, size.hidden, seed=0)
    module = own if case.way == OWN else gradlab.to_torch(own)
    inputs = torch.randn(
        sequences, steps, size.inputs, generator=torch.Generator().manual_seed(0)
    )
    weights = list(module.parameters())
    with_graph = case.part == PASSES[1]

    def run() -> float:
        with without_onednn() if case.way == PLAIN else nullcontext():
            began = time.perf_counter()
            once(module, inputs, weights if with_graph else None)
            return time.perf_counter() - began

    return run


def once(
    module: torch.nn.Module, inputs: Tensor, weights: Sequence[Tensor] | None
) -> None:
    """Run a network over sequences, and back to its weights where they are given."""
    if weights is None:
        with torch.no_grad():
            module(inputs)
    else:
        outputs = module(inputs)[0]
        torch.autograd.grad(outputs.sum(), list(weights))


@contextmanager
def without_onednn():
    """Let torch do without oneDNN's kernels until the block ends."""
    before = torch.backends.mkldnn.enabled
    torch.backends.mkldnn.enabled = False
    try:
        yield
    finally:
        torch.backends.mkldnn.enabled = before


def processor() -> str:
    """Return the processor's name."""
    lines = Path("/proc/cpuinfo")
    if lines.exists():
        for line in lines.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def loaded() -> float:
    """Return how many processes waited for a core, of the last minute; NaN unknown."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else np.nan
