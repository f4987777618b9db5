"""What a diagnosis found, as plain data: NumPy and words, no torch."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.diagnosis.reach import Reach, least
from gradlab.labelled import LabelledArray


if TYPE_CHECKING:
    import pandas


LAST_STEPS = 10
"""Steps at the end whose share of the recurrent weights' gradient is given."""


@dataclass(frozen=True)
class LayerResult:
    """One layer and direction of a recurrent module, in one forward pass.

    Attributes:
        name: the module's name, with run, layer and direction where there are several.
        module: the module's name within the model.
        kind: the module, ``LSTM(128, 256, num_layers=2)``.
        cell: ``rnn``, ``lstm`` or ``gru``.
        hidden: H.
        state_size: of the whole state, in an LSTM that of h and c together: the
            singular values of a Jacobian product.
        steps: T, of the steps measured; lags run to it.
        shortest, longest: steps of the batch's sequences.
        batch: how many sequences there are.
        sequences: of how many of them Jacobian products were taken.
        reach: how far the gradient reaches.
        records: measures over these sequences by output, as a sweep stores them.
        loss_gradient: ln |dL/dh_t| (and c) over all sequences by time since the start,
            ``state`` x ``step``: root mean square over the sequences that have step t.
        gradients_within: the same of what is no state, ``block`` x ``step`` from 1:
            dL/dx_t (``x``), dL/dc_t along the graph, through h_t as well (``c_graph``),
            and dL/da_t of each gate's pre-activation, by the gate's name.
        weight_share: share of each step in dL/dW of the whole batch, ``parameter`` x
            ``step``; sums to 1.
    """

    name: str
    module: str
    kind: str
    cell: str
    hidden: int
    state_size: int
    steps: int
    shortest: int
    longest: int
    batch: int
    sequences: int
    reach: Reach
    records: Mapping[str, LabelledArray]
    loss_gradient: LabelledArray
    gradients_within: LabelledArray
    weight_share: LabelledArray

    @property
    def recurrent_share(self) -> np.ndarray:
        """Each step's share of dL/dW_hh, the last step last; empty without W_hh.

        Of sequences of one length that of the whole batch; else of those measured,
        which are aligned at their ends.
        """
        if self.shortest == self.longest:
            names = self.weight_share.coords["block"]
            name = next((n for n in names if n.startswith("weight_hh")), None)
            return self.weight_share.sel(block=name).values if name else np.zeros(0)
        record = self.records.get("weight_share")
        return record.values if record is not None else np.zeros(0)

    @property
    def last_share(self) -> float:
        """The share of dL/dW_hh from the last ten steps; NaN where there are no more.

        It can pass 1: shares have signs.
        """
        share = self.recurrent_share
        return float(share[-LAST_STEPS:].sum()) if len(share) > LAST_STEPS else math.nan

    @property
    def kept(self) -> float:
        """The factor kept per step, geometric mean over T."""
        return math.exp(self.reach.ln_left / self.steps)

    def value(self, output: str, **at: Any) -> float:
        """Return one value of a record; NaN where it was not measured."""
        record = self.records.get(output)
        if record is None:
            return math.nan
        for axis, label in at.items():
            if label not in record.coords[axis]:
                return math.nan
        return float(record.at(**at))


@dataclass(frozen=True)
class Finding:
    """One thing that a diagnosis found.

    Attributes:
        kind: ``vanishing``, ``exploding``, ``dead``, ``nonfinite``, ``detached``,
            ``hidden`` (by the loss), ``unreached``, ``unknown``.
        where: layer or module.
        text: one sentence with its numbers.
        cause: why, in one sentence with its numbers; empty where nothing says.
    """

    kind: str
    where: str
    text: str
    cause: str = ""


@dataclass(frozen=True)
class RemedyResult:
    """What a remedy changes, measured on this model and batch before any training.

    Attributes:
        title: such as ``chrono forget bias, t_max 180``.
        why: one sentence.
        code: Python lines that apply it; empty where there is nothing to apply.
        after: by layer name; empty of one that cannot help.
    """

    title: str
    why: str
    code: str
    after: Mapping[str, Reach]


@dataclass(frozen=True)
class Diagnosed:
    """A model, batch and loss, with what was found.

    Attributes:
        model, checkpoint, batch, loss: in words; checkpoint empty where weights are as
            the model was made.
        training: whether the model is in training mode.
        loss_value: the loss.
        parity: largest differences between replay and torch's modules, with ``dtype``,
            ``tolerance``, ``worst``; empty where no comparison is possible.
        layers: from the bottom up, module by module.
        findings: the first culprit first.
        remedies: the best first.
        versions: of gradlab, torch, Python.
        trained: whether the weights were learned; remedies replace them.
    """

    model: str
    checkpoint: str
    batch: str
    loss: str
    training: bool
    loss_value: float
    parity: Mapping[str, Any]
    layers: tuple[LayerResult, ...]
    findings: tuple[Finding, ...]
    remedies: tuple[RemedyResult, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    trained: bool = False

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict of each layer by its name."""
        return {layer.name: layer.reach.verdict for layer in self.layers}

    @property
    def best(self) -> RemedyResult | None:
        """The first remedy, if it improves the layer that reaches least.

        None where that layer is stable as it is; :meth:`Reach.improves` has the rule.
        """
        before = {layer.name: layer.reach for layer in self.layers}
        first = next((one for one in self.remedies if one.after), None)
        if first is None or not before:
            return None
        now, then = before[least(before)], first.after[least(first.after)]
        if now.verdict == "stable":
            return None
        return first if then.improves(now) else None

    def frame(self) -> "pandas.DataFrame":
        """Return one row per value: layer, measure, its axes, value, sd."""
        import pandas

        rows = [row for layer in self.layers for row in _rows(layer)]
        return pandas.DataFrame(rows)

    def as_json(self) -> str:
        """Return all but the curves as JSON; what is not finite is a string."""
        found = {
            "model": self.model,
            "checkpoint": self.checkpoint,
            "batch": self.batch,
            "loss": self.loss,
            "trained": self.trained,
            "mode": "training" if self.training else "evaluation",
            "loss_value": self.loss_value,
            "parity": dict(self.parity),
            "layers": [
                {
                    "name": layer.name,
                    "kind": layer.kind,
                    "state_size": layer.state_size,
                    "steps": layer.steps,
                    "sequences": layer.sequences,
                    "kept_per_step": layer.kept,
                    **asdict(layer.reach),
                }
                for layer in self.layers
            ],
            "findings": [asdict(finding) for finding in self.findings],
            "remedies": [asdict(remedy) for remedy in self.remedies],
            "versions": dict(self.versions),
        }
        return json.dumps(
            as_json_value(found), indent=2, ensure_ascii=False, allow_nan=False
        )


def _rows(layer: LayerResult) -> Iterator[dict[str, Any]]:
    arrays = {
        **layer.records,
        "loss_gradient_of_batch": layer.loss_gradient,
        "gradients_within_of_batch": layer.gradients_within,
        "weight_share_of_batch": layer.weight_share,
    }
    for output, array in arrays.items():
        for place in np.ndindex(array.values.shape):
            at = {
                axis: labels[k]
                for (axis, labels), k in zip(array.coords.items(), place, strict=True)
            }
            sd = math.nan if array.sd is None else float(array.sd[place])
            yield {
                "layer": layer.name,
                "measure": output,
                **at,
                "value": float(array.values[place]),
                "sd": sd,
            }


def as_json_value(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if isinstance(value, Mapping):
        return {str(key): as_json_value(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_json_value(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
