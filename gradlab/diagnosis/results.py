"""What a diagnosis found, as plain data: NumPy and words, no torch."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.labelled import LabelledArray


if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Reach:
    """How far back a layer's gradient reaches.

    Attributes:
        verdict: a word of :data:`gradlab.statistics.VERDICTS`; empty of a single step.
        ln_left: ln of the joint Jacobian product's spectral norm at T.
        horizon: first lag with less than 1/1000 left, inf where T is not enough.
        singular_values: how many of that product's are above 1/1000, mean over
            sequences; NaN where not computed.
    """

    verdict: str
    ln_left: float
    horizon: float
    singular_values: float

    @property
    def rank(self) -> tuple[float, ...]:
        """What is compared: of two, the larger reaches further.

        One that explodes ranks below all others, however far it reaches; below it one
        that is not finite. Then count horizon, singular values above 1/1000, and how
        little the size changes.
        """
        if math.isnan(self.ln_left):
            return (-1.0,)
        size = -abs(self.ln_left)
        if self.verdict in ("exploding", "not_finite"):
            return (0.0, 0.0, 0.0, size)
        known = not math.isnan(self.singular_values)
        return (1.0, self.horizon, self.singular_values if known else -1.0, size)


def least(reaches: Mapping[str, Reach]) -> str:
    """Return the name of the layer that reaches least, by :attr:`Reach.rank`.

    Args:
        reaches: by the layers' names; those of a single step, which have no verdict,
            count where all are.

    Raises:
        ValueError: there is none.
    """
    several = [name for name, reach in reaches.items() if reach.verdict]
    return min(several or reaches, key=lambda name: reaches[name].rank)


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
        """The first remedy, if the layer that reaches least then reaches further.

        None where that layer is stable as it is.
        """
        before = {layer.name: layer.reach for layer in self.layers}
        first = next((one for one in self.remedies if one.after), None)
        if first is None or not before:
            return None
        now, then = before[least(before)], first.after[least(first.after)]
        if now.verdict == "stable":
            return None
        further = then.rank[:3] > now.rank[:3] or then.verdict == "stable"
        return first if further else None

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
            "training": self.training,
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
