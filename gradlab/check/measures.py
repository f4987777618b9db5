"""Checks of a measure, over a short run of each built-in cell."""

import dataclasses
from collections.abc import Iterator, Sequence
from functools import cache
from inspect import get_annotations

import torch
from torch import Tensor

from gradlab import cells
from gradlab.activations.sigmoid import Sigmoid
from gradlab.cells import Cell
from gradlab.check.finding import Finding, first_wrong
from gradlab.initializers import initialize_
from gradlab.labelled import RECORD_AXES, LabelledArray
from gradlab.measures import MeasureContext, TrainingContext
from gradlab.measures.base import Measure
from gradlab.tasks.lag import Lag
from gradlab.training.head import draw_head
from gradlab.training.settings import TrainingSettings
from gradlab.training.trainer import Trainer
from gradlab.trajectory import unroll


_SPECS = ("rnn", "lstm", "gru", "lstm:layers=2")
_LENGTH, _BATCH, _INPUTS, _HIDDEN = 12, 2, 3, 4
_ENSEMBLES = (*((spec, 10, 3) for spec in _SPECS), ("rnn", 37, 1))
"""(spec, hidden units, sequences) for which bits are compared."""


def form(leaf: type[Measure]) -> Finding:
    """Check outputs and axes; a shape that does not fit raises."""

    def wrong(spec: str, output: str, array: LabelledArray) -> Iterator[str]:
        if output not in (leaf.outputs or (leaf.name,)):
            yield f"{spec}: output {output!r}"
        if len(array.coords.get("sequence", range(_BATCH))) != _BATCH:
            yield f"{spec}: {output} of {len(array.coords['sequence'])} sequences"

    found = (
        what
        for spec in _specs(leaf)
        for output, array in leaf().arrays(_seen(leaf, spec)).items()
        for what in wrong(spec, output, array)
    )
    outputs = ", ".join(leaf.outputs or (leaf.name,))
    expected = f"outputs {outputs} over axes among {', '.join(RECORD_AXES)}"
    return first_wrong(found, expected)


def settings(leaf: type[Measure]) -> Finding:
    """Check that annotated attributes are fields and the version is a whole number.

    An attribute that is no field is no part of the fingerprint of stored numbers.
    """
    fields = {field.name for field in dataclasses.fields(leaf)}
    wrong = [
        f"{name}, which is no field"
        for name, kind in get_annotations(leaf).items()
        if name not in fields and "ClassVar" not in str(kind)
    ]
    if not isinstance(leaf.version, int):
        wrong.append(f"version {leaf.version!r}")
    leaf()
    return first_wrong(wrong, "fields of @dataclass(frozen=True), and a whole version")


def applies(leaf: type[Measure]) -> Finding:
    """Check that ``applies_to`` returns a bool, True for some cell."""
    answers = {spec: leaf().applies_to(_cell(spec)) for spec in _SPECS}
    good = all(isinstance(a, bool) for a in answers.values()) and any(answers.values())
    return Finding(good, str(answers), "True or False for each, not False for all")


def repeats(leaf: type[Measure]) -> Finding:
    """Check that measuring is deterministic and draws no random numbers."""

    def wrong(spec: str) -> Iterator[str]:
        random = torch.random.get_rng_state()
        first, second = (leaf().arrays(_seen(leaf, spec)) for _ in range(2))
        if not torch.equal(random, torch.random.get_rng_state()):
            yield f"{spec}: random numbers drawn"
        for output in first:
            if first[output] != second[output]:
                yield f"{spec}: another {output} the second time"

    found = (what for spec in _specs(leaf) for what in wrong(spec))
    return first_wrong(found, "the same numbers again")


def no_side_effects(leaf: type[Measure]) -> Finding:
    """Check that measuring changes neither trajectory nor weights."""
    if leaf.of_training:
        return first_wrong(_changes_of_training(leaf()), "training unchanged")

    def wrong(spec: str) -> Iterator[str]:
        context = _context(_cell(spec))
        watched = [*context.trajectory.states, *context.cell.parameters()]
        before = [tensor.clone() for tensor in watched]
        leaf().arrays(context)
        if not all(torch.equal(a, b) for a, b in zip(before, watched, strict=True)):
            yield f"{spec}: states or weights changed"
        if any(p.grad is not None for p in context.cell.parameters()):
            yield f"{spec}: gradients left in the weights"

    found = (what for spec in _specs(leaf) for what in wrong(spec))
    return first_wrong(found, "trajectory and weights unchanged")


def _changes_of_training(measure: Measure) -> Iterator[str]:
    history = _training((0, 1)).history
    before = history.state_dict(1)
    before = {name: value.clone() for name, value in before.items()}
    measure.arrays(_training((0, 1)))
    for name, value in history.state_dict(1).items():
        if not torch.equal(value, before[name]):
            yield f"{name} changed"


def bits(leaf: type[Measure]) -> Finding:
    """Check that a member's numbers have the same bits alone, in 4 and in 11."""
    applicable = _specs(leaf)
    if leaf.of_training:
        return first_wrong(_differing_members(leaf()), "one number a member")
    found = (
        f"{spec}, hidden {hidden}, {sequences} sequences: {wrong}"
        for spec, hidden, sequences in _ENSEMBLES
        if spec in applicable
        for wrong in differing_outputs([leaf()], spec, hidden, sequences)
    )
    expected = "the same bits alone, in 4 and in 11: see Measure.compute on sums"
    return first_wrong(found, expected, "the same bits")


def differing_outputs(
    measures: Sequence[Measure], spec: str, hidden: int, sequences: int
) -> Iterator[str]:
    """Name each output of a member that is not the same alone and in an ensemble.

    Compared are means and standard deviations of members 5 and 8 of 11, which are
    measured alone, in ensembles of one and of four, and in that of all. Trajectories
    are kept from one call to the next, with what measures computed of them.
    """
    case = spec, hidden, sequences
    alone = {k: _summaries(measures, _member_context(*case, k)) for k in (5, 8)}
    for first, last in ((8, 9), (5, 9), (0, 11)):
        together = _summaries(measures, _ensemble_context(*case, first, last))
        for k in {5, 8} & set(range(first, last)):
            for name, array in together.items():
                if array.sel(member=k - first) != alone[k][name]:
                    yield f"other bits of {name} among {last - first}"


def _differing_members(measure: Measure) -> Iterator[str]:
    """Name each output that is not for a member what it is for it alone."""
    together, *alone = (measure.arrays(_training(m)) for m in ((0, 1), (0,), (1,)))
    for output, array in together.items():
        for place, of_one in enumerate(alone):
            if array.sel(member=place) != of_one[output].sel(member=0):
                yield f"other numbers of {output} among 2"


def _summaries(
    measures: Sequence[Measure], context: MeasureContext
) -> dict[str, LabelledArray]:
    return {
        output: array.over_sequences()
        for measure in measures
        if measure.applies_to(context.cell)
        for output, array in measure.arrays(context).items()
    }


@cache
def _members(spec: str, hidden: int, sequences: int) -> tuple[list[Cell], Tensor]:
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(11, sequences, 8, _INPUTS, generator=generator)
    return [
        initialize_(
            cells.build(spec, _INPUTS, hidden, activation=Sigmoid()), seed=seed, gain=2
        )
        for seed in range(11)
    ], inputs


@cache
def _member_context(spec: str, hidden: int, sequences: int, k: int) -> MeasureContext:
    members, inputs = _members(spec, hidden, sequences)
    return MeasureContext(unroll(members[k], inputs[k]))


@cache
def _ensemble_context(
    spec: str, hidden: int, sequences: int, first: int, last: int
) -> MeasureContext:
    members, inputs = _members(spec, hidden, sequences)
    return MeasureContext(
        unroll(cells.ensemble(members[first:last]), inputs[first:last])
    )


def _specs(leaf: type[Measure]) -> list[str]:
    return [spec for spec in _SPECS if leaf().applies_to(_cell(spec))]


@cache
def _cell(spec: str) -> Cell:
    cell = cells.build(spec, _INPUTS, _HIDDEN, dtype=torch.float64)
    bias = "keep" if cell.keep_gate is None else 1.0
    return initialize_(cell, seed=0, gain=2.0, forget_bias=bias)


def _seen(leaf: type[Measure], spec: str) -> MeasureContext | TrainingContext:
    """Return what a measure looks at: a trajectory of a cell, or a training."""
    return _training((0, 1)) if leaf.of_training else _context(_cell(spec))


@cache
def _training(seeds: tuple[int, ...]) -> TrainingContext:
    """Return a short training of small networks."""
    task, settings = Lag(4), TrainingSettings(updates=8)
    networks = [
        (
            initialize_(cells.build("lstm", task.features, _HIDDEN), seed=seed),
            {n: v.float() for n, v in draw_head(seed, _HIDDEN, task.outputs).items()},
        )
        for seed in seeds
    ]
    trainer = Trainer(networks, seeds, task, settings)
    while not trainer.done:
        trainer.update()
    return TrainingContext(task, settings, trainer.history)


def _context(cell: Cell) -> MeasureContext:
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(
        _BATCH, _LENGTH, _INPUTS, generator=generator, dtype=torch.float64
    )
    return MeasureContext(unroll(cell, inputs))


CHECKS = {
    "it applies to some cell": applies,
    "its fields are settings": settings,
    "outputs have the form declared": form,
    "measuring gives the same twice": repeats,
    "measuring changes nothing": no_side_effects,
    "bits are the same alone and in an ensemble": bits,
}
