"""Replay recorded calls as trajectories with the loss's own gradients.

Each layer and direction of a module becomes a run of a gradlab cell with the module's
weights: states are the module's own, gates and cell states are computed from them, all
steps at once. Gradients come from the cotangents that reached the module, layer by
layer from the top. Everything that measures a :class:`Trajectory` then measures an
unmodified module.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gradlab import cells
from gradlab.bptt import Backward, GradientFactors
from gradlab.cells.base import Cell
from gradlab.cells.lstm import LSTM
from gradlab.modules import kernel
from gradlab.modules.backpropagation import Gradients, backpropagate
from gradlab.modules.call import Call
from gradlab.modules.chains import chains
from gradlab.modules.layers import Layer, layers_of, own_time
from gradlab.trajectory import Trajectory


@dataclass(frozen=True)
class LayerRun:
    """One layer and direction over a run of calls, in its own time.

    Attributes:
        calls: that continue each other.
        number: place among the runs of the module, from 1; 0 of the only one.
        layer: from 1 at the bottom.
        reverse: whether it reads from the end.
        lengths: (B), steps of each sequence.
        trajectory: of all T steps of the longest sequence, (T, B, ·); steps after a
            sequence's last one are of no meaning.
        entering: dL/ds_t that does not come from the step after, (T + 1, B, n) a state.
        gradients: of the user's loss; zero after a sequence's last step.
        hidden: h_1 .. h_T as the step computes them from the module's h_{t-1}.
    """

    calls: tuple[Call, ...]
    number: int
    layer: int
    reverse: bool
    lengths: Tensor
    trajectory: Trajectory
    entering: tuple[Tensor, ...]
    gradients: Gradients
    hidden: Tensor

    @property
    def name(self) -> str:
        """The module's name, and run, layer and direction where there are several."""
        call = self.calls[0]
        parts = [call.name]
        if self.number:
            parts.append(f"run {self.number}")
        if call.layers > 1:
            parts.append(f"layer {self.layer}")
        if call.directions > 1:
            parts.append("reverse" if self.reverse else "forward")
        return " ".join(parts)

    @property
    def suffix(self) -> str:
        """Of torch's weight names: ``_l0_reverse``; empty of a cell."""
        if self.calls[0].is_cell:
            return ""
        return f"_l{self.layer - 1}" + "_reverse" * self.reverse

    @property
    def factors(self) -> dict[str, tuple[Tensor, Tensor | None]]:
        """delta_t and operand_t by torch's weight name; None for a bias's ones.

        Step t contributes G_t = sum over sequences of delta_t operand_t^T to the
        weight's gradient.
        """
        found, run = self.gradients, self.trajectory
        before = run.states[run.cell.output_state][:-1]
        factors: dict[str, tuple[Tensor, Tensor | None]] = {
            "weight_ih": (found.by_input, run.inputs),
            "weight_hh": (found.by_product, before),
            "bias_ih": (found.by_input, None),
            "bias_hh": (found.by_product, None),
        }
        if found.by_output is not None:
            projected = run.gates["output_gate"] * run.states[1][1:].tanh()
            factors["weight_hr"] = found.state[0][1:], projected
        return {
            name: factors[name.removesuffix(self.suffix)]
            for name in kernel.weight_names(self.calls[0], self.layer - 1)[self.reverse]
        }

    @property
    def weight_gradients(self) -> dict[str, Tensor]:
        """dL/dW by torch's weight name, summed over steps and sequences."""
        return {
            name: delta.flatten(0, 1).mT @ operand.flatten(0, 1)
            if operand is not None
            else delta.sum((0, 1))
            for name, (delta, operand) in self.factors.items()
        }

    @property
    def input_gradient(self) -> Tensor:
        """dL/dx_t, (T, B, I), in the run's own time."""
        weight = self.trajectory.cell.get_parameter("weight_ih")
        return self.gradients.by_input @ weight.detach()

    def aligned(self) -> tuple[Trajectory, Backward]:
        """Return trajectory and gradients of sequences of one length, by their ends.

        Of those that have as many steps as the middle one of all, their last steps.
        """
        length = int(self.lengths.sort(descending=True).values[len(self.lengths) // 2])
        which = (self.lengths >= length).nonzero()[:, 0]
        offsets = self.lengths[which] - length
        as_they_are = len(which) == len(self.lengths) and not offsets.any()
        device = self.trajectory.inputs.device

        def take(values: Tensor, steps: int) -> Tensor:
            """Return each sequence's last ``length`` steps, (steps, B', n)."""
            if as_they_are and len(values) == steps:
                return values
            chosen = values[:, which.to(device)]
            index = torch.arange(steps)[:, None] + offsets
            index = index[..., None].expand(*index.shape, values.shape[-1]).to(device)
            return chosen.gather(0, index)

        def states(values: Sequence[Tensor]) -> tuple[Tensor, ...]:
            return tuple(take(state, length + 1) for state in values)

        def steps(values: Tensor) -> Tensor:
            return take(values, length)

        run, found = self.trajectory, self.gradients
        trajectory = Trajectory(
            run.cell,
            steps(run.inputs),
            states(run.states),
            {name: steps(gate) for name, gate in run.gates.items()},
            {name: steps(a) for name, a in run.pre_activations.items()},
            tuple(
                cells.RecurrentProduct(p.rows, steps(p.operand), steps(p.product))
                for p in run.recurrent
            ),
        )
        factors = tuple(
            GradientFactors(p.rows, steps(found.by_product), p.operand)
            for p in trajectory.recurrent
        )
        return trajectory, Backward(states(found.graph), states(found.state), factors)


@torch.no_grad()
def replay(
    calls: Sequence[Call], dtype: torch.dtype = torch.float64
) -> tuple[LayerRun, ...]:
    """Return the runs of all layers and directions of calls that a loss has reached.

    Args:
        calls: as :class:`gradlab.modules.Recorder` has them after a backward pass.
        dtype: in which gates and gradients are computed.
    """
    # checkpointing runs the forward pass again: what no gradient reaches is the twin
    kept = [call for call in calls if call.is_reached or not call.in_backward]
    runs: list[LayerRun] = []
    found = chains(kept)
    for chain in found:
        same = [other for other in found if other[0].module is chain[0].module]
        number = same.index(chain) + 1 if len(same) > 1 else 0
        runs += _replay_chain(chain, number, dtype)
    return tuple(runs)


def _replay_chain(chain: list[Call], which: int, dtype: torch.dtype) -> list[LayerRun]:
    first = chain[0]
    by_call = [layers_of(call) for call in chain]
    lengths = torch.stack([call.lengths for call in chain]).sum(0)
    above = [_outputs_gradient(call) for call in chain]  # (T, B, all directions' n)
    found = []
    for number in reversed(range(first.layers)):
        layers = [layers[number] for layers in by_call]
        runs = [
            _replay_layer(chain, which, layers, number, d, lengths, above, dtype)
            for d in range(first.directions)
        ]
        found += runs[::-1]
        if number:
            masks = [layers[number - 1].mask for layers in by_call]
            above = _below(runs, masks)
    return found[::-1]


def _replay_layer(
    chain: list[Call],
    which: int,
    layers: list[Layer],
    number: int,
    direction: int,
    lengths: Tensor,
    above: list[Tensor],
    dtype: torch.dtype,
) -> LayerRun:
    passes = [layer.directions[direction] for layer in layers]
    cell = _cell_of(chain[0], number, direction, dtype)
    inputs = torch.cat([one.inputs for one in passes]).to(dtype)
    hidden = torch.cat([passes[0].start[0][None], *(p.hidden for p in passes)])
    trajectory, stepped = _trajectory(
        cell,
        inputs,
        hidden.to(dtype),
        [state.to(dtype) for state in passes[0].start[1:]],
    )
    entering = [torch.zeros_like(state) for state in trajectory.states]
    whole, end = set(), 0
    for call, gradient in zip(chain, above, strict=True):
        own = gradient.chunk(call.directions, -1)[direction]
        own = own_time(own, call.lengths, bool(direction)).to(dtype)
        entering[0][end + 1 : end + 1 + call.steps] += own
        last = end + call.lengths.to(own.device)
        end += call.steps
        for k, state in enumerate(entering):
            arrived = call.gradients.get(f"final{k}")
            if arrived is not None:
                of_layer = arrived[number * call.directions + direction].to(dtype)
                state[last, torch.arange(len(last))] += of_layer
        if call is not chain[-1]:
            whole.add(end)
    gradients = backpropagate(trajectory, tuple(entering), whole)
    return LayerRun(
        tuple(chain),
        which,
        number + 1,
        bool(direction),
        lengths,
        trajectory,
        tuple(entering),
        gradients,
        stepped,
    )


def _cell_of(call: Call, number: int, direction: int, dtype: torch.dtype) -> Cell:
    """Return the cell of a layer and direction, with the weights that were used."""
    names = kernel.weight_names(call, number)[direction]
    weights = {_bare(name): call.weights[name].to(dtype) for name in names}
    nonlinearity = getattr(call.module, "nonlinearity", "tanh")
    return cells.from_weights(call.kind, weights, nonlinearity)


def _bare(name: str) -> str:
    """Return ``weight_ih`` of ``weight_ih_l0_reverse``."""
    return "_".join(name.split("_")[:2])


def _trajectory(
    cell: Cell, inputs: Tensor, hidden: Tensor, start: Sequence[Tensor]
) -> tuple[Trajectory, Tensor]:
    """Return the trajectory through given h_0 .. h_T, and the step's own h_1 .. h_T.

    Gates depend on x_t and h_{t-1} alone, so that all steps are one call; c follows by
    its recurrence, elementwise.
    """
    before = hidden[:-1]
    states: tuple[Tensor, ...] = (hidden,)
    if not start:
        step = cell.step(inputs, (before,))
        stepped = step.state[0]
    else:
        c = start[0].new_empty(len(hidden), *start[0].shape)
        step = cell.step(inputs, (before, torch.zeros_like(c[1:])))
        names = ("forget_gate", "input_gate", "candidate")
        f, i, g = (step.gates[name] for name in names)
        added = i * g
        c[0] = start[0]
        for t in range(len(added)):
            torch.addcmul(added[t], f[t], c[t], out=c[t + 1])
        stepped = step.gates["output_gate"] * c[1:].tanh()
        if isinstance(cell, LSTM) and cell.proj_size:
            stepped = stepped @ cell.weight_hr.mT
        states = hidden, c
    return (
        Trajectory(
            cell, inputs, states, step.gates, step.pre_activations, step.recurrent
        ),
        stepped,
    )


def _outputs_gradient(call: Call) -> Tensor:
    """Return dL/d of a call's outputs that came by them, (T, B, n); zeros if none."""
    arrived = call.gradients.get("outputs")
    given = call.outputs if arrived is None else arrived
    return call.padded(torch.zeros_like(given) if arrived is None else arrived)


def _below(runs: Sequence[LayerRun], masks: Sequence[Tensor | None]) -> list[Tensor]:
    """Return dL/d of the outputs of the layer below, call by call, (T, B, n)."""
    by_run = [input_gradients(run) for run in runs]
    totals = [sum(parts) for parts in zip(*by_run, strict=True)]
    return [
        total if mask is None else total * mask
        for total, mask in zip(totals, masks, strict=True)
    ]


def input_gradients(run: LayerRun) -> list[Tensor]:
    """Return dL/dx of a run call by call, (T, B, I), in the module's time."""
    parts = run.input_gradient.split([call.steps for call in run.calls])
    return [
        own_time(part, call.lengths, run.reverse)
        for part, call in zip(parts, run.calls, strict=True)
    ]
