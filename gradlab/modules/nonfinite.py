"""Where the first inf or NaN of a forward or backward pass arises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from gradlab.modules.call import Call
from gradlab.modules.replay import LayerRun, replay


@dataclass(frozen=True)
class NonFinite:
    """The place at which numbers stop being finite.

    Attributes:
        direction: ``forward`` or ``backward`` pass.
        where: the module, with layer and direction where there are several.
        step: of the module's time, from 1; None of a weight.
        sequence: the first one it happens to, from 0; None of a weight.
        what: ``weight_hh_l1``, ``inputs``, ``initial state``, a gate's name, ``state``;
            in the backward pass ``gradient from outside``, a gate's name, ``gradient``.
    """

    direction: Literal["forward", "backward"]
    where: str
    step: int | None
    sequence: int | None
    what: str


def first_nonfinite(calls: Sequence[Call]) -> tuple[str, str] | None:
    """Return module and tensor of the first inf or NaN that torch's modules have.

    Such as ``("lstm", "outputs")``; of the backward pass ``gradient of outputs``. None
    where all is finite. Where it arises, :func:`locate` says, if a replay shows it.
    """
    for call in calls:
        named = [("inputs", call.inputs), ("outputs", call.outputs)]
        for what, values in (*named, *(("final state", s) for s in call.final)):
            if not values.isfinite().all():
                return call.name, what
    for call in reversed(calls):
        for what, gradient in call.gradients.items():
            if not gradient.isfinite().all():
                return call.name, f"gradient of {what}"
    return None


def locate(calls: Sequence[Call]) -> NonFinite | None:
    """Return the origin of the first inf or NaN among recorded calls; None if none is.

    In a forward pass the lowest layer's first step of its own time: above a
    bidirectional layer all steps are affected. In a backward pass the highest layer's
    last step; a gradient that overflows in the module's dtype is finite in a wider one,
    so the pass is computed in the module's.
    """
    for call in calls:
        for name, weight in call.weights.items():
            if not weight.isfinite().all():
                return NonFinite("forward", call.name, None, None, name)
    # of half precision in float32, in which bfloat16 has its range
    doubles = all(call.outputs.dtype == torch.float64 for call in calls)
    runs = replay(calls, torch.float64 if doubles else torch.float32)
    forward = (found for run in runs if (found := _forward(run)))
    backward = (found for run in reversed(runs) if (found := _backward(run)))
    return next(forward, None) or next(backward, None)


def _forward(run: LayerRun) -> NonFinite | None:
    path = run.trajectory
    for state in path.start:
        if (sequence := _first(state)) is not None:
            return NonFinite("forward", run.name, 1, sequence, "initial state")
    causes = {
        "inputs": path.inputs,
        **path.pre_activations,
        "state": path.states[0][1:],
    }
    for t in range(path.length):
        if found := _at(run, t, causes, "forward"):
            return found
    return None


def _backward(run: LayerRun) -> NonFinite | None:
    found, path = run.gradients, run.trajectory
    gates = {
        name: found.by_product[..., rows]
        for name, rows in path.cell.weight_blocks.items()
    }
    outside = torch.cat(run.entering, -1)[1:]
    causes = {
        "gradient from outside": outside,
        "gradient": torch.cat(found.state, -1)[1:],
        **gates,
    }
    for t in reversed(range(path.length)):
        if place := _at(run, t, causes, "backward"):
            return place
    return None


def _at(
    run: LayerRun,
    t: int,
    causes: Mapping[str, Tensor],
    direction: Literal["forward", "backward"],
) -> NonFinite | None:
    """Return the first of several causes that is not finite at step t, from 0."""
    there = run.lengths > t
    for what, values in causes.items():
        sequence = _first(values[t], there.to(values.device))
        if sequence is not None:
            length = int(run.lengths[sequence])
            step = length - t if run.reverse else t + 1
            return NonFinite(
                direction, run.name, step, sequence, what.replace("_", " ")
            )
    return None


def _first(values: Tensor, there: Tensor | None = None) -> int | None:
    """Return the first sequence of (B, n) with an inf or NaN."""
    bad = ~values.isfinite().all(-1)
    if there is not None:
        bad &= there
    found = bad.nonzero()
    return int(found[0]) if len(found) else None
