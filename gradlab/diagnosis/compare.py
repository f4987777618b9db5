"""Try remedies on one network: its exponent and horizon before and after."""

import copy
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from gradlab import catalog
from gradlab.arguments import describe, instance, whole_number
from gradlab.cells import Cell
from gradlab.diagnosis.compared import ComparedRemedies, Measured, RemedyEffect
from gradlab.diagnosis.diagnose import require_parity
from gradlab.diagnosis.forward import record_pass
from gradlab.diagnosis.layer import context_of, reach_of
from gradlab.diagnosis.remedies import expression_of, weights_restored
from gradlab.diagnosis.results import least
from gradlab.errors import ConfigError
from gradlab.exponents import lyapunov_exponents
from gradlab.measures import MeasureContext
from gradlab.modules import LayerRun, recurrent_modules, replay
from gradlab.modules.parity import parity
from gradlab.remedies.base import Remedy, as_claimed
from gradlab.remedies.clipping import Clipping, change_of_ratios
from gradlab.targets import call_model, describe_batch
from gradlab.trajectory import unroll


LAGS = 16
"""At most so many steps' parts of a gradient are clipped."""


def chosen_remedies(names: Sequence[str] | None) -> tuple[list[Remedy], list[str]]:
    """Return the remedies to try, and the names of those left out.

    Args:
        names: of remedies; ``all`` stands for every one; None: all but those that make
            updates.

    Raises:
        UnknownNameError: there is no such remedy.
    """
    known = catalog.names("remedies")
    if names is None:
        wanted = [name for name in known if not _leaf(name)().updates]
    elif "all" in names:
        wanted = list(known)
    else:
        wanted = [catalog.resolve("remedies", name) for name in names]
    remedies = [
        one for name in dict.fromkeys(wanted) for one in _leaf(name).candidates()
    ]
    left = [] if names else [name for name in known if name not in wanted]
    return remedies, left


def _leaf(name: str) -> type[Remedy]:
    leaf: type[Remedy] = catalog.get("remedies", name)
    return leaf


def compare_on_cell(
    cell: Cell,
    inputs: Tensor,
    names: Sequence[str] | None = None,
    *,
    seed: int = 0,
    network: str = "",
) -> ComparedRemedies:
    """Measure a cell on sequences as it is and with each remedy.

    Args:
        cell: left as it is.
        inputs: (B, T + 1, I). The first step is not measured: at a state of zeros a
            layer normalization has a slope of 300.
        names: as for :func:`chosen_remedies`.
        seed: of what remedies draw.
        network: in words.

    Raises:
        UnknownNameError: there is no such remedy.
        ConfigError: one that was named does not apply to the cell.
    """
    instance("cell", cell, Cell, try_='gradlab.build("lstm", 8, 32)')
    remedies, untried = chosen_remedies(names)

    def context(of: Cell) -> MeasureContext:
        return MeasureContext(unroll(of, inputs, burn_in=1), blocks="joint")

    as_is = context(cell)
    before, length = {cell.name: _measured(as_is)}, as_is.length

    def run(remedy: Remedy) -> tuple[dict[str, Measured], str, float]:
        started = time.perf_counter()
        other = remedy.other_network(cell)
        if other is None:
            other = copy.deepcopy(cell)
            remedy.apply_(other, length, seed)
        seconds = time.perf_counter() - started
        after = _measured(context(other))
        return {cell.name: after}, remedy.code("cell", length, seed), seconds

    effects = _effects(remedies, before, {cell.name: as_is}, run, named=bool(names))
    count, _, width = inputs.shape
    return ComparedRemedies(
        network or f"{cell.name}, {cell.hidden_size} units",
        f"{count} sequences of {length:,} steps, {width} features",
        cell.hidden_size,
        sum(cell.state_sizes),
        before,
        tuple(effects),
        tuple(untried),
    )


def compare_on_model(
    model: nn.Module,
    batch: Any,
    loss: Callable[[Any, Any], Tensor],
    names: Sequence[str] | None = None,
    *,
    sequences: int = 4,
    seed: int = 0,
) -> ComparedRemedies:
    """Measure a model's recurrent layers as they are and with each remedy.

    Arguments and errors are those of :func:`gradlab.compare_remedies`.
    """
    instance("model", model, nn.Module, try_="the torch.nn.Module you train")
    model = getattr(model, "_orig_mod", model)  # the model that torch.compile took
    if not callable(loss):
        raise ConfigError(
            got=f"loss = {describe(loss)}",
            expected="a function loss(output, batch) that returns a scalar",
            try_="lambda output, batch: torch.nn.functional.mse_loss(output, batch[1])",
        )
    sequences = whole_number("sequences", sequences, 1, try_="4")
    remedies, untried = chosen_remedies(names)

    def runs() -> tuple[LayerRun, ...]:
        return tuple(replay(record_pass(model, batch, loss, call_model).calls))

    first = runs()
    require_parity(parity(first))
    contexts = _contexts(first, sequences)
    if not contexts:
        raise ConfigError(
            got="recurrent layers that make a single step",
            expected="two steps or more",
            try_="a batch of longer sequences",
        )
    before = {name: _measured(context) for name, context in contexts.items()}
    lengths = {run.calls[0].name: int(run.lengths.max()) for run in first}
    modules = {name: recurrent_modules(model)[name] for name in lengths}

    def run(remedy: Remedy) -> tuple[dict[str, Measured], str, float]:
        fit = {n: m for n, m in modules.items() if remedy.applies_to(m)}
        started = time.perf_counter()
        with weights_restored(fit.values()):
            for name, module in fit.items() or modules.items():
                remedy.apply_(module, max(2, lengths[name]), seed)  # says why, of none
            seconds = time.perf_counter() - started
            after = {n: _measured(c) for n, c in _contexts(runs(), sequences).items()}
        code = [
            remedy.code(expression_of(name, model), max(2, lengths[name]), seed)
            for name in fit
        ]
        return after, "\n".join(code), seconds

    effects = _effects(remedies, before, contexts, run, named=bool(names))
    shown = least({name: one.reach for name, one in before.items()})
    cell = contexts[shown].cell
    return ComparedRemedies(
        type(model).__name__,
        describe_batch(batch),
        cell.hidden_size,
        sum(cell.state_sizes),
        before,
        tuple(effects),
        tuple(untried),
    )


def _contexts(runs: Sequence[LayerRun], sequences: int) -> dict[str, MeasureContext]:
    found = {run.name: context_of(run, sequences) for run in runs}
    return {
        name: replace(context, blocks="joint")
        for name, context in found.items()
        if context is not None
    }


def _measured(context: MeasureContext) -> Measured:
    """Return what is compared, of a context of the joint block."""
    exponent = lyapunov_exponents(context.trajectory, 1).exponents.values.mean()
    norms = context.norms
    curve = norms.ln_spectral_norm.at(block="joint").mean(-1)
    return Measured(
        reach_of(context),
        float(exponent),
        tuple(int(lag) for lag in norms.lags),
        tuple(curve.tolist()),
    )


def _effects(
    remedies: Sequence[Remedy],
    before: Mapping[str, Measured],
    contexts: Mapping[str, MeasureContext],
    run: Callable[[Remedy], tuple[dict[str, Measured], str, float]],
    *,
    named: bool,
) -> Iterator[RemedyEffect]:
    """Yield the effect of each remedy.

    Args:
        remedies: to try.
        before: what was measured of the network as it is.
        contexts: of that.
        run: applies a remedy and measures; returns layers, code and seconds.
        named: whether a remedy that does not apply is an error.
    """
    for remedy in remedies:
        note, code, seconds = "", "", 0.0
        after: Mapping[str, Measured] = {}
        if isinstance(remedy, Clipping):
            after, note = before, _clipped(contexts)  # the weights are the same
        else:
            try:
                after, code, seconds = run(remedy)
            except ConfigError as error:
                if named and len({type(one) for one in remedies}) == 1:
                    raise
                note = f"does not apply: {error.got.removeprefix('module = ')}"
        held = {
            layer: as_claimed(remedy.claims, before[layer].exponent, one.exponent)
            for layer, one in after.items()
        }
        yield RemedyEffect(
            remedy.name,
            remedy.title,
            remedy.why,
            remedy.reference,
            remedy.claims,
            code,
            remedy.updates if after else 0,
            seconds,
            after,
            note,
            held,
        )


def _clipped(contexts: Mapping[str, MeasureContext]) -> str:
    """Clip the gradient of each layer; say by how much ratios of its parts change."""
    changes = []
    for context in contexts.values():
        for part in context.backward.factors:
            steps = len(part.delta)
            some = torch.arange(0, steps, -(-steps // LAGS))
            delta, operand = (x[some].double() for x in (part.delta, part.operand))
            changes.append(change_of_ratios(delta.mT @ operand))
    if not changes:
        return "its cell lists no products with weight_hh, whose parts to clip"
    return (
        f"clipped to half its size, the parts of {min(LAGS, steps)} steps keep their "
        f"ratios within {max(changes):.0e}"
    )
