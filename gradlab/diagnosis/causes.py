"""Why a layer's gradient vanishes or explodes: which gate, and which term of it."""

from dataclasses import dataclass

import torch
from torch import Tensor

from gradlab.activations.base import Activation
from gradlab.cells.base import Cell
from gradlab.trajectory import Trajectory


LARGE = 3.0
"""Of a gate's pre-activation: from here a sigmoid is within 5 % of 0 or 1, and its
derivative below a fifth of its largest; of a recurrent block's spectral norm: three
times that of PyTorch's default, whose blocks have about 1.15 (entries uniform within
1 / sqrt(H), standard deviation 1 / sqrt(3 H), largest singular value about 2 sqrt(H)
times that)."""


@dataclass(frozen=True)
class Terms:
    """What a gate's pre-activation is made of, root mean squares over all steps.

    Attributes:
        bias: mean of the biases' sum.
        inputs: of weight_ih x.
        recurrent: of weight_hh h.
    """

    bias: float
    inputs: float
    recurrent: float

    @property
    def largest(self) -> str:
        """``bias``, ``inputs`` or ``recurrent``."""
        sizes = {
            "bias": abs(self.bias),
            "inputs": self.inputs,
            "recurrent": self.recurrent,
        }
        return max(sizes, key=lambda name: sizes[name])


def cause(trajectory: Trajectory, verdict: str) -> str:
    """Return why, in one sentence with measured numbers; empty if nothing says."""
    if verdict == "dead":
        return _dead(trajectory)
    loses = verdict in ("vanishing", "fading")
    keep = trajectory.cell.keep_gate
    if keep is None:
        return _by_weights(trajectory) if loses else _exploding(trajectory)
    return _by_keep_gate(trajectory) if loses else _exploding(trajectory)


def _by_keep_gate(trajectory: Trajectory) -> str:
    cell = trajectory.cell
    assert cell.keep_gate is not None
    name = cell.keep_gate.name
    gate = trajectory.gates[name]
    mean = gate.log().mean().exp().item()
    open_units = (gate.log().mean((0, 1)).exp() > 0.9).sum().item()
    words = (
        f"{name.replace('_', ' ')}: its geometric mean is {mean:.3g}, "
        f"above 0.9 in {open_units} of {gate.shape[-1]} units"
    )
    return f"{words}; {_of_terms(trajectory, name)}"


def _of_terms(trajectory: Trajectory, gate: str) -> str:
    terms = terms_of(trajectory, gate)
    if terms.largest == "inputs" and terms.inputs > LARGE:
        return (
            f"the inputs saturate it: weight_ih x has a size of {terms.inputs:.2g}, a "
            f"sigmoid is flat beyond {LARGE:g}"
        )
    if terms.largest == "recurrent" and terms.recurrent > LARGE:
        return (
            f"the recurrent weights saturate it: weight_hh h has a size of "
            f"{terms.recurrent:.2g}, a sigmoid is flat beyond {LARGE:g}"
        )
    return f"its bias is {terms.bias:.2g} on average"


def _by_weights(trajectory: Trajectory) -> str:
    weight = trajectory.cell.get_parameter("weight_hh").detach()
    radius = torch.linalg.eigvals(weight).abs().max().item()
    slope = _mean_slope(trajectory)
    return (
        f"weight_hh: its spectral radius is {radius:.2g}, and the activation's "
        f"derivative is {slope:.2g} on average"
    )


def _mean_slope(trajectory: Trajectory) -> float:
    a = trajectory.pre_activations["recurrent"]
    phi: Activation = trajectory.cell.activation  # type: ignore[assignment]
    return phi.derivative(a, trajectory.states[0][1:]).abs().mean().item()


def _dead(trajectory: Trajectory) -> str:
    slope = _mean_slope(trajectory) if not trajectory.gates else 1.0
    return f"the activation's derivative is {slope:.2g} on average"


def _exploding(trajectory: Trajectory) -> str:
    norms = {
        name.replace("_", " "): torch.linalg.matrix_norm(block, 2).item()
        for name, block in _blocks(trajectory.cell).items()
    }
    name, largest = max(norms.items(), key=lambda item: item[1])
    block = "" if len(norms) == 1 else f", block {name}"
    return f"weight_hh{block}: its spectral norm is {largest:.2g}"


def saturation_cause(trajectory: Trajectory, gate: str) -> str:
    """Return which term saturates a gate; empty where it is its bias."""
    terms = terms_of(trajectory, gate)
    sizes = {"inputs": terms.inputs, "recurrent": terms.recurrent}
    if terms.largest == "bias" or sizes[terms.largest] <= LARGE:
        return ""
    return _of_terms(trajectory, gate)


def large_block(trajectory: Trajectory) -> tuple[str, float] | None:
    """Return the recurrent block of the largest spectral norm, if that is large."""
    norms = {
        name: torch.linalg.matrix_norm(block, 2).item()
        for name, block in _blocks(trajectory.cell).items()
    }
    name, largest = max(norms.items(), key=lambda item: item[1])
    return (name, largest) if largest > LARGE else None


def terms_of(trajectory: Trajectory, gate: str) -> Terms:
    """Return the terms of a gate's pre-activation."""
    cell = trajectory.cell
    rows = cell.weight_blocks[gate]
    inputs = trajectory.inputs @ cell.get_parameter("weight_ih").detach()[rows].mT
    before = trajectory.states[cell.output_state][:-1]
    recurrent = before @ cell.get_parameter("weight_hh").detach()[rows].mT
    named = dict(cell.named_parameters())
    biases = [named[name][rows] for name in ("bias_ih", "bias_hh") if name in named]
    bias = torch.stack(biases).sum(0).mean().item() if biases else 0.0
    return Terms(bias, _rms(inputs), _rms(recurrent))


def saturation(trajectory: Trajectory) -> dict[str, float]:
    """Return the share of each sigmoid gate's values within 5 % of 0 or 1."""
    return {
        name: ((gate < 0.05) | (gate > 0.95)).double().mean().item()
        for name, gate in trajectory.gates.items()
        if name != "candidate"
    }


def _blocks(cell: Cell) -> dict[str, Tensor]:
    weight = cell.get_parameter("weight_hh").detach()
    return {name: weight[rows] for name, rows in cell.weight_blocks.items()}


def _rms(values: Tensor) -> float:
    return values.square().mean().sqrt().item()
