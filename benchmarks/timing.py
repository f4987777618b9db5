"""Time all routes on one case, round by round."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

import torch

import gradlab
from benchmarks import floors, reference, routes
from benchmarks.cases import Case
from benchmarks.threads import one_thread


USERS = (
    *("autograd", "autograd, h alone", "jacrev"),
    *("autograd, plain", "jacrev, plain", "jacrev, one call"),
)
OURS = "gradlab"
FLOORS = ("floor, one product", "floor, two products", "pullback floor")

_AT_ONCE = 2**28
"""Entries of Jacobians held at once; what makes them takes five times as much."""


@dataclass
class Route:
    """A way to the norms.

    Attributes:
        forward: runs the network; what it returns goes to ``rest``.
        rest: from there to the norms.
        forwards, rests: seconds of each run.
    """

    forward: Callable[[], Any]
    rest: Callable[[Any], Any]
    forwards: list[float] = field(default_factory=list)
    rests: list[float] = field(default_factory=list)

    def run(self, device: str) -> None:
        ran = _timed(device, self.forward)
        self.forwards.append(ran[0])
        self.rests.append(_timed(device, lambda: self.rest(ran[1]))[0])

    @property
    def used(self) -> float:
        """Seconds so far."""
        return sum(self.forwards) + sum(self.rests)


@dataclass(frozen=True)
class Timed:
    """What one case gave.

    Attributes:
        case: which.
        forward, rest: median milliseconds by route.
        runs: how many each median is of.
        errors: of gradlab's, max |ln norm - float64's|, (spectral, Frobenius).
    """

    case: Case
    forward: dict[str, float]
    rest: dict[str, float]
    runs: dict[str, int]
    errors: tuple[float, float]

    @property
    def floor(self) -> float:
        """Milliseconds of the faster form of the minimal chain."""
        return min(self.rest[name] for name in FLOORS[:2])

    def ratio(self, over: str, under: str, *, forward: bool = False) -> float | None:
        """Return how many times longer ``over`` takes; ``floor`` names the faster.

        ``forward`` counts the run of the network in, on both sides.
        """
        sides = [self._time(name, forward) for name in (over, under)]
        return None if None in sides else sides[0] / sides[1]

    def _time(self, name: str, forward: bool) -> float | None:
        if name == "floor":
            return self.floor
        if name not in self.rest:
            return None
        return self.rest[name] + (self.forward[name] if forward else 0.0)


def time_routes(
    case: Case,
    device: str,
    *,
    rounds: int,
    max_seconds: float,
    report: Callable[[str], object] = lambda line: None,
) -> Timed:
    """Run every route once a round, after a warm-up of all on a short sequence.

    A route that has used ``max_seconds`` skips the remaining rounds, but never the
    first. ``report`` gets a line for every run, so that little is lost on a kill.
    """
    cell, network, inputs = case.build(device)
    short = replace(case, length=max(2, case.length // 16))
    warm_up = routes_of(short, cell, network, inputs[:, : short.length])
    for route in warm_up.values():
        route.run(device)
    ways = routes_of(case, cell, network, inputs)
    for _ in range(rounds):
        for name, route in ways.items():
            if not route.rests or route.used < max_seconds:
                route.run(device)
                report(f"  {name}: {route.rests[-1]:.3g} s ({route.forwards[-1]:.3g})")
    return Timed(
        case,
        {name: 1e3 * median(way.forwards) for name, way in ways.items()},
        {name: 1e3 * median(way.rests) for name, way in ways.items()},
        {name: len(way.rests) for name, way in ways.items()},
        _errors(case, cell, network, inputs),
    )


def routes_of(case: Case, cell, network, inputs) -> dict[str, Route]:
    """Return the ways through one case, by name, those of today's users first."""
    at, moving = case.spectral_at, inputs.movedim(1, 0).contiguous()
    steps, sequences = moving.shape[:2]

    def graph():
        return routes.autograd_forward(network, moving)

    ways = {
        "autograd": Route(graph, lambda s: routes.autograd_norms(s, at)),
        "autograd, h alone": Route(
            graph, lambda s: routes.autograd_norms(s, at, hidden_only=True)
        ),
        "jacrev": Route(
            lambda: routes.jacrev_forward(network, moving),
            lambda parts: routes.jacrev_norms(network, *parts, at),
        ),
    }
    if not case.sparse:
        ways["autograd, plain"] = Route(graph, routes.autograd_norms_plain)
        ways["jacrev, plain"] = Route(
            lambda: routes.jacrev_forward(network, moving),
            lambda parts: routes.jacrev_norms_plain(network, *parts),
        )
        states = 2 if case.cell == "lstm" else 1
        if steps * sequences * (states * case.hidden) ** 2 <= _AT_ONCE:
            ways["jacrev, one call"] = Route(
                lambda: routes.jacrev_forward(network, moving),
                lambda parts: routes.jacrev_norms_at_once(network, *parts),
            )
    if case.cell != "lstm":
        del ways["autograd, h alone"]  # it is the same
    ways[OURS] = Route(
        lambda: gradlab.unroll(cell, inputs),
        lambda run: routes.gradlab_norms(run, at),
    )
    makers = (floors.one_product, floors.two_products, floors.pullback)
    for name, make in zip(FLOORS, makers, strict=True):
        floor = make(inputs, case.cell, case.hidden, sequences, steps)
        ways[name] = Route(lambda: None, lambda _, floor=floor: floor())
    return ways


def _errors(case: Case, cell, network, inputs) -> tuple[float, float]:
    """Compare gradlab's norms with float64's along one stored trajectory."""
    run = gradlab.unroll(cell, inputs)
    with one_thread():
        expected = reference.norms(network, run, case.spectral_at)
    return reference.error(routes.gradlab_norms(run, case.spectral_at), expected)


def _timed(device: str, work: Callable[[], Any]) -> tuple[float, Any]:
    _wait(device)
    began = time.perf_counter()
    result = work()
    _wait(device)
    return time.perf_counter() - began, result


def _wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()
