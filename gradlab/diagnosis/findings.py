"""What is wrong with a model's gradients, in the order in which to look at it."""

import math
from collections.abc import Iterator, Mapping, Sequence

from gradlab.diagnosis.causes import (
    cause,
    large_block,
    saturation,
    saturation_cause,
)
from gradlab.diagnosis.forward import Pass
from gradlab.diagnosis.results import Finding, LayerResult
from gradlab.modules import Call, LayerRun
from gradlab.modules.nonfinite import NonFinite
from gradlab.statistics import THRESHOLDS
from gradlab.trajectory import Trajectory


SATURATED = 0.5
"""Share of a gate's values within 5 % of 0 or 1 from which it is called saturated."""


def findings(
    passed: Pass,
    layers: Sequence[LayerResult],
    runs: Mapping[str, LayerRun],
    trajectories: Mapping[str, Trajectory],
    bad_call: tuple[str, str] | None,
    origin: NonFinite | None,
) -> tuple[Finding, ...]:
    """Return findings, the first culprit first: not finite, detached, then by layer.

    Args:
        passed: forward and backward pass.
        layers: what was measured.
        runs: by the layers' names.
        trajectories: by the layers' names, of the sequences that were measured; none
            of a single step.
        bad_call: module and tensor of torch's first inf or NaN, if there is one.
        origin: where it arises; None where no step of the replay shows it.
    """
    calls = passed.calls
    found = []
    if origin is not None:
        found.append(_nonfinite(origin))
    elif bad_call:
        found.append(_unlocated(*bad_call))
    found += _detached(calls)
    cut = {finding.where for finding in found}
    unreached = {
        call.name
        for call in calls
        if not call.is_reached and not call.in_backward and call.name not in cut
    }
    found += [
        Finding("unreached", name, f"a call of {name} has no part in the loss")
        for name in sorted(unreached)
    ]
    if not bad_call:
        worst = sorted(layers, key=lambda layer: -abs(layer.reach.ln_left))
        for layer in worst:
            if trajectory := trajectories.get(layer.name):
                found += _of_layer(layer, runs[layer.name], trajectory)
    if not (bad_call or math.isfinite(passed.loss)):
        explodes = any(finding.kind == "exploding" for finding in found)
        found.insert(len(found) if explodes else 0, _loss_alone(passed.loss))
    return tuple(found)


def _nonfinite(origin: NonFinite) -> Finding:
    where = origin.where
    if origin.step is None:
        text = f"{origin.what} of {where} is not finite"
    else:
        text = (
            f"{where}: not finite from step {origin.step} of the {origin.direction} "
            f"pass on, first in its {origin.what} (sequence {origin.sequence})"
        )
    return Finding("nonfinite", where, text)


def _unlocated(where: str, what: str) -> Finding:
    return Finding(
        "unknown",
        where,
        f"{where}: torch's {what} has an inf or NaN and the replay has none, so that "
        "the step where it arises is unknown and nothing can be compared",
    )


def _loss_alone(loss: float) -> Finding:
    return Finding(
        "unknown",
        "loss",
        f"the loss is {loss}, though all that recurrent modules read, gave and got "
        "back is finite: it arises outside of them",
    )


def _detached(calls: Sequence[Call]) -> Iterator[Finding]:
    by_module: dict[str, list[Call]] = {}
    for call in calls:
        if call.detached:
            by_module.setdefault(call.name, []).append(call)
    for name, cut in by_module.items():
        first = cut[0]
        assert first.continues is not None
        places = f"{len(cut)} times, first " if len(cut) > 1 else ""
        yield Finding(
            "detached",
            name,
            f"{name}: the state is detached {places}between call "
            f"{first.continues.number} and call {first.number}, so no gradient goes "
            f"back further than {first.steps} steps from there",
        )


def _of_layer(
    layer: LayerResult, run: LayerRun, trajectory: Trajectory
) -> Iterator[Finding]:
    word, reach = layer.reach.verdict, layer.reach
    left = _power(reach.ln_left)
    if word in ("vanishing", "exploding", "dead"):
        within = (
            f"below 1/1000 after {reach.horizon:.0f} of {layer.steps} steps"
            if word == "vanishing"
            else f"over {layer.steps} steps"
        )
        yield Finding(
            word,
            layer.name,
            f"{layer.name}: the gradient is {left} times as large at the first step as "
            f"at the last, {within}"
            if word != "dead"
            else f"{layer.name}: nothing at all reaches the first step",
            cause(trajectory, word),
        )
    if word not in ("stable", "undetermined"):
        yield from _saturated(layer, trajectory)
    if word == "vanishing" and _is_hidden(layer, run):
        yield Finding(
            "hidden",
            layer.name,
            f"{layer.name}: a loss at {_steps_with_loss(run)} of {layer.longest} steps "
            "hides that: each step has a gradient, from the losses near it",
        )


def _saturated(layer: LayerResult, trajectory: Trajectory) -> Iterator[Finding]:
    """Yield one finding for gates that do not move, and one for large weights."""
    shares = saturation(trajectory)
    which = {name: share for name, share in shares.items() if share > SATURATED}
    reason = {name: saturation_cause(trajectory, name) for name in which}
    moved = {name: why for name, why in reason.items() if why}
    large = ""
    if block := large_block(trajectory):
        large = (
            f"weight_hh's block {block[0].replace('_', ' ')} has a spectral norm of "
            f"{block[1]:.2g}; PyTorch's default has about 1.2"
        )
    if moved or (which and large):
        name = max(moved or which, key=lambda gate: shares[gate])
        yield Finding(
            "saturated",
            layer.name,
            f"{layer.name}: {100 * shares[name]:.0f} % of the {name.replace('_', ' ')} "
            "is saturated, within 5 % of 0 or 1",
            moved.get(name, large),
        )
    elif large:
        yield Finding("large", layer.name, f"{layer.name}: {large}")


def _steps_with_loss(run: LayerRun) -> int:
    return int(
        (run.entering[run.trajectory.cell.output_state][1:] != 0).any(-1).any(-1).sum()
    )


def _is_hidden(layer: LayerResult, run: LayerRun) -> bool:
    """Return whether dL/dh_1 looks well though nothing comes from the last step."""
    output = run.trajectory.cell.state_names[run.trajectory.cell.output_state]
    curve = layer.loss_gradient.at(block=output)
    enters_often = _steps_with_loss(run) >= layer.longest / 2
    return enters_often and curve[1] - max(curve[1:]) > math.log(THRESHOLDS[0])


def _power(ln: float) -> str:
    if not math.isfinite(ln):
        return "0" if ln < 0 else "more than any number"
    decades = ln / math.log(10)
    return f"{math.exp(ln):.2g}" if abs(decades) < 3 else f"10^{decades:.1f}"
