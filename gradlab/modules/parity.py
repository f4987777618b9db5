"""Compare a replay with torch's own module."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gradlab.modules import kernel
from gradlab.modules.call import Call
from gradlab.modules.replay import LayerRun, input_gradients


TOLERANCES = {
    torch.float64: 1e-9,
    torch.float32: 1e-4,
    torch.bfloat16: 2e-2,
    torch.float16: 2e-2,
}
"""By the dtype a module computes in, relative to the largest entry of a tensor."""


@dataclass(frozen=True)
class Parity:
    """The largest differences between a replay and torch's module.

    Each relative to the largest entry of the tensor; 0 where there is nothing to
    compare, NaN where the replay has numbers that are not finite and torch has none.

    Attributes:
        outputs: h of every step.
        by_inputs: dL/dx, against the model's own backward pass where it was recorded
            and against torch's kernel run again.
        by_weights: dL/dW, summed over steps, against torch's kernel run again.
        by_start: dL/dh_0 and dL/dc_0, against both.
        dtype: that the module computes in, such as ``float32``.
        tolerance: of that dtype.
    """

    outputs: float
    by_inputs: float
    by_weights: float
    by_start: float
    dtype: str
    tolerance: float

    @property
    def worst(self) -> float:
        """The largest of the four; NaN if one is."""
        return _worst((self.outputs, self.by_inputs, self.by_weights, self.by_start))

    @property
    def holds(self) -> bool:
        """Whether it is within the tolerance."""
        return self.worst <= self.tolerance


def parity(runs: Sequence[LayerRun]) -> Parity:
    """Return the parity of all runs of a replay.

    Calls of which only some sequences were recorded are compared without the kernel
    where dropout was drawn: its mask is that of the whole batch.
    """
    found: dict[str, list[float]] = {
        "outputs": [0.0],
        "x": [0.0],
        "W": [0.0],
        "h": [0.0],
    }
    for chain in _by_chain(runs):
        for name, difference in _differences(chain):
            found[name].append(difference)
    dtype = max(
        (_computed_dtype(run.calls[0]) for run in runs), key=lambda d: TOLERANCES[d]
    )
    return Parity(
        outputs=_worst(found["outputs"]),
        by_inputs=_worst(found["x"]),
        by_weights=_worst(found["W"]),
        by_start=_worst(found["h"]),
        dtype=str(dtype).removeprefix("torch."),
        tolerance=TOLERANCES[dtype],
    )


def _worst(values: Sequence[float]) -> float:
    return float("nan") if any(x != x for x in values) else max(values)


def _by_chain(runs: Sequence[LayerRun]) -> list[list[LayerRun]]:
    chains: dict[int, list[LayerRun]] = {}
    for run in runs:
        chains.setdefault(id(run.calls[0]), []).append(run)
    return list(chains.values())


def _differences(runs: list[LayerRun]) -> Iterator[tuple[str, float]]:
    """Yield which quantity of a chain differs, and by how much."""
    calls = runs[0].calls
    for run in runs:
        mask = _within(run)
        yield (
            "outputs",
            _relative(run.hidden * mask, run.trajectory.states[0][1:] * mask),
        )
    lowest = [run for run in runs if run.layer == 1]
    by_inputs = [
        sum(parts) for parts in zip(*map(input_gradients, lowest), strict=True)
    ]
    by_start = [
        torch.stack([run.gradients.state[k][0] for run in runs])
        for k in range(len(calls[0].start))
    ]
    for call, ours in zip(calls, by_inputs, strict=True):
        if "inputs" in call.gradients:
            theirs = call.padded(call.gradients["inputs"])
            yield "x", _relative(ours, theirs)
    for k, ours in enumerate(by_start):
        if f"start{k}" in calls[0].gradients:
            yield "h", _relative(ours, calls[0].gradients[f"start{k}"])
    if any(call.dropout and call.batch != call.sequences for call in calls):
        return
    by_weight: dict[str, Tensor] = {}
    for place, call in enumerate(calls):
        again = _Again(call)
        yield "outputs", _relative(again.outputs, call.outputs)
        yield "x", _relative(by_inputs[place], call.padded(again.by_inputs))
        for k, theirs in enumerate(again.by_start):
            if place == 0:
                yield "h", _relative(by_start[k], theirs)
        for name, gradient in again.by_weight.items():
            known = by_weight.get(name, 0)
            by_weight[name] = known + gradient.double()
    for run in runs:
        for name, gradient in run.weight_gradients.items():
            yield "W", _relative(gradient, by_weight[name])


class _Again:
    """A call run again by torch's kernel, and its gradients for what reached it."""

    def __init__(self, call: Call) -> None:
        inputs = call.inputs.clone().requires_grad_()
        given = [state.clone().requires_grad_() for state in call.start]
        weights = {
            name: weight.clone().requires_grad_()
            for layer in range(call.layers)
            for names in kernel.weight_names(call, layer)
            for name, weight in ((n, call.weights[n]) for n in names)
        }
        with kernel.as_it_ran(call), torch.enable_grad():
            start = [
                call.packing.by_length(state) if call.packing else state
                for state in given
            ]
            outputs, final = kernel.run(
                call,
                inputs,
                start,
                list(weights.values()),
                layers=call.layers,
                dropout=call.dropout,
            )
            final = tuple(
                call.packing.as_given(state) if call.packing else state
                for state in final
            )
        named = {"outputs": outputs} | {f"final{k}": s for k, s in enumerate(final)}
        arrived = [
            (named[name], gradient.to(named[name].dtype))
            for name, gradient in call.gradients.items()
            if name in named
        ]
        leaves = [inputs, *given, *weights.values()]
        if arrived:
            tensors, gradients = zip(*arrived, strict=True)
            found = torch.autograd.grad(
                tensors, leaves, gradients, materialize_grads=True
            )
        else:
            found = tuple(map(torch.zeros_like, leaves))
        self.outputs = outputs.detach()
        self.by_inputs = found[0]
        self.by_start = found[1 : 1 + len(given)]
        self.by_weight = dict(zip(weights, found[1 + len(given) :], strict=True))


def _within(run: LayerRun) -> Tensor:
    """Return (T, B, 1), 1 at the steps a sequence has."""
    lengths = run.lengths.to(run.hidden.device)
    steps = torch.arange(len(run.hidden), device=lengths.device)[:, None]
    return (steps < lengths)[..., None].to(run.hidden)


def _relative(ours: Tensor, theirs: Tensor) -> float:
    """Return max |ours - theirs| / max |theirs|.

    0 where theirs is not all finite, and where it is so small that its dtype has no
    digits left for it: ours, of a wider range, is then the better one.
    """
    info = torch.finfo(theirs.dtype)
    if not theirs.numel() or not theirs.isfinite().all():
        return 0.0
    theirs = theirs.double()
    largest = theirs.abs().max()
    ours = ours.double()
    if max(largest, ours.abs().max()) < info.tiny / info.eps:
        return 0.0
    difference = (ours - theirs).abs().max()
    return float(difference / largest) if difference else 0.0


def _computed_dtype(call: Call) -> torch.dtype:
    return call.autocast or call.outputs.dtype
