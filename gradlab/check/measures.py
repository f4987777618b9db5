"""What a measure must hold, looked at over one small run of each built-in cell."""

import dataclasses
from collections.abc import Iterator
from functools import cache

import numpy as np
import torch
from torch import Tensor

from gradlab import cells
from gradlab.cells import Cell
from gradlab.check.finding import Finding, distance, first_wrong, holds, worst
from gradlab.initializers import initialize_
from gradlab.measures import Flow
from gradlab.measures.base import Measure, Reading
from gradlab.trajectory import unroll


_AXES = ("block", "index", "step", "lag")
_SPECS = ("rnn", "lstm", "gru", "lstm:layers=2")
_LENGTH, _BATCH, _INPUTS, _HIDDEN = 12, 2, 3, 4


def form(leaf: type[Measure]) -> Finding:
    """Readings go by declared outputs and known axes, and have their shape."""

    def wrong(spec: str, output: str, reading: Reading) -> Iterator[str]:
        if output not in (leaf.outputs or (leaf.name,)):
            yield f"{spec}: output {output!r}"
        if not set(reading.coords) <= set(_AXES):
            yield f"{spec}: axes {tuple(reading.coords)}"
        lead = (_BATCH,) if reading.per_sequence else ()
        expected = (*lead, *(len(values) for values in reading.coords.values()))
        if tuple(reading.values.shape) != expected:
            yield f"{spec}: {output} of shape {tuple(reading.values.shape)}"

    found = (
        what
        for spec in _specs(leaf)
        for output, reading in leaf().readings(_flow(_cell(spec, 0))).items()
        for what in wrong(spec, output, reading)
    )
    outputs = ", ".join(leaf.outputs or (leaf.name,))
    expected = f"outputs {outputs} over axes among {', '.join(_AXES)}"
    return first_wrong(found, expected)


def settings(leaf: type[Measure]) -> Finding:
    """Its fields are its settings, and none must be given; the version is a number."""
    frozen = dataclasses.is_dataclass(leaf) and leaf.__dataclass_params__.frozen
    plain = not dataclasses.is_dataclass(leaf) and not vars(leaf())
    return holds(
        (frozen or plain) and isinstance(leaf.version, int),
        f"{'frozen' if frozen else 'plain' if plain else 'changeable'}, "
        f"version {leaf.version!r}",
        "a frozen dataclass (or no fields), and a whole version",
    )


def applies(leaf: type[Measure]) -> Finding:
    """It means something for some cell, and says so with a bool."""
    answers = {spec: leaf().applies_to(_cell(spec, 0)) for spec in _SPECS}
    good = all(isinstance(a, bool) for a in answers.values()) and any(answers.values())
    return holds(good, str(answers), "True or False for each, not False for all")


def repeats(leaf: type[Measure]) -> Finding:
    """Measuring gives the same twice, and draws no random numbers."""

    def wrong(spec: str) -> Iterator[str]:
        random = torch.random.get_rng_state()
        first = leaf().readings(_flow(_cell(spec, 0)))
        second = leaf().readings(_flow(_cell(spec, 0)))
        if not torch.equal(random, torch.random.get_rng_state()):
            yield f"{spec}: random numbers drawn"
        for output in first:
            a, b = (_array(found[output].values) for found in (first, second))
            if not np.array_equal(a, b, equal_nan=True):
                yield f"{spec}: another {output} the second time"

    found = (what for spec in _specs(leaf) for what in wrong(spec))
    return first_wrong(found, "the same numbers again")


def watches_only(leaf: type[Measure]) -> Finding:
    """Measuring changes neither trajectory nor weights."""

    def wrong(spec: str) -> Iterator[str]:
        flow = _flow(_cell(spec, 0))
        watched = [*flow.trajectory.states, *flow.cell.parameters()]
        before = [tensor.clone() for tensor in watched]
        leaf().readings(flow)
        if not all(torch.equal(a, b) for a, b in zip(before, watched, strict=True)):
            yield f"{spec}: states or weights changed"
        if any(p.grad is not None for p in flow.cell.parameters()):
            yield f"{spec}: gradients left in the weights"

    found = (what for spec in _specs(leaf) for what in wrong(spec))
    return first_wrong(found, "trajectory and weights as they were")


def company(leaf: type[Measure]) -> Finding:
    """A member of a group reads as it does alone."""

    def errors(spec: str) -> Iterator[tuple[str, float]]:
        members = [_cell(spec, seed) for seed in range(2)]
        group = leaf().readings(_flow(cells.ensemble(members), 2))
        for k, member in enumerate(members):
            for output, reading in leaf().readings(_flow(member)).items():
                got, expected = _array(group[output].values), _array(reading.values)
                yield f"{spec}, {output}", distance(got[k], expected)

    return worst(error for spec in _specs(leaf) for error in errors(spec))


def _specs(leaf: type[Measure]) -> list[str]:
    return [spec for spec in _SPECS if leaf().applies_to(_cell(spec, 0))]


@cache
def _cell(spec: str, seed: int) -> Cell:
    cell = cells.build(spec, _INPUTS, _HIDDEN, dtype=torch.float64)
    return initialize_(cell, seed=seed, gain=2.0, forget_bias=1.0)


def _flow(cell: Cell, members: int | None = None) -> Flow:
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(
        _BATCH, _LENGTH, _INPUTS, generator=generator, dtype=torch.float64
    )
    if members is not None:
        inputs = inputs.expand(members, *inputs.shape)
    return Flow(unroll(cell, inputs))


def _array(values: Tensor | np.ndarray) -> np.ndarray:
    values = values.detach().numpy() if isinstance(values, Tensor) else values
    return np.asarray(values, dtype=np.float64)


CHECKS = {
    "it applies to some cell": applies,
    "its fields are settings": settings,
    "readings have the form declared": form,
    "measuring gives the same twice": repeats,
    "measuring changes nothing": watches_only,
    "a member of a group reads as alone": company,
}
