"""What a watch warns of: who is to blame first, and how sure that is. No torch."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from gradlab.errors import GradlabError
from gradlab.watching.history import LayerRow


VANISHING, EXPLODING = math.log(1e-3), math.log(1e3)
"""Of what is left at lag T."""
REMEDY = "gradlab.diagnose(model, batch, loss) measures remedies"

Kind = Literal[
    "vanishing",
    "exploding",
    "dead",
    "underflow",
    "nonfinite",
    "detached",
    "unread",
]


@dataclass(frozen=True)
class Finding:
    """Something wrong, at its first culprit.

    Attributes:
        kind: ``vanishing``, ``exploding``, ``dead``, ``underflow``, ``nonfinite``,
            ``detached`` or ``unread``.
        update: at which it was first seen.
        where: the module, with run, layer and direction where there are several.
        step: of the layer's own time, from 1; None where it is no single one.
        gate: or weight, or state; None where no single one is to blame.
        certainty: ``exact``; ``estimate``, of random cotangents; ``unknown``, where the
            scale of the gradients is not known.
        text: one sentence.
        others: other places where it was seen at that update.
        length: T, where ``step`` is counted back from the sequences' ends, else None.
    """

    kind: Kind
    update: int
    where: str
    step: int | None
    gate: str | None
    certainty: Literal["exact", "estimate", "unknown"]
    text: str
    others: tuple[str, ...] = ()
    length: int | None = None

    @property
    def remedy(self) -> str:
        """What to do; empty where the sentence says it or nothing general is known."""
        return REMEDY if self.kind in ("vanishing", "exploding", "underflow") else ""

    def __str__(self) -> str:
        """Return update, sentence and what to do."""
        return "; ".join(
            filter(None, [f"update {self.update}: {self.text}", self.remedy])
        )

    def state_dict(self) -> dict[str, Any]:
        """Return what :meth:`of_state` makes it of again."""
        return asdict(self) | {"others": list(self.others)}

    @classmethod
    def of_state(cls, state: dict[str, Any]) -> "Finding":
        """Return the finding that a ``state_dict`` was made of."""
        return cls(**{**state, "others": tuple(state["others"])})


class FindingWarning(UserWarning):
    """A watch found something."""


class FindingError(GradlabError, ArithmeticError):
    """A watch found something and was to raise."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(
            got=str(finding),
            expected="gradients that reach the first step and stay finite",
            try_='on_finding="warn" to go on',
        )
        self.finding = finding

    def __reduce__(self):
        return type(self), (self.finding,)


def judge(update: int, rows: Sequence[LayerRow]) -> Iterator[Finding]:
    """Yield what is wrong with the layers at an update, one finding a kind at most."""
    for kind, say in (
        ("dead", _dead),
        ("vanishing", _vanishing),
        ("exploding", _exploding),
        ("underflow", _underflow),
    ):
        found = [finding for row in rows if (finding := say(update, row))]
        if found:
            row, culprit = min(found, key=lambda pair: _severity(kind, pair[0], rows))
            others = tuple(other.name for other, _ in found if other is not row)
            length = None if culprit.step is None else row.length
            yield replace(culprit, others=others, length=length)


def _severity(kind: str, row: LayerRow, rows: Sequence[LayerRow]) -> float:
    """Return what is smallest of the first culprit."""
    if kind in ("dead", "underflow"):  # a gradient comes from above
        return -rows.index(row)
    return row.horizon / row.length if kind == "vanishing" else -row.left / row.length


def _underflow(update: int, row: LayerRow) -> tuple[LayerRow, Finding] | None:
    if not row.unreached or row.underflow == math.inf:
        return None
    certainty: Any = "exact" if row.underflow == 0.0 else "unknown"
    text = f"no gradient reaches {row.name} in {row.dtype}: it underflows on the way"
    return row, Finding("underflow", update, row.name, None, None, certainty, text)


def _dead(update: int, row: LayerRow) -> tuple[LayerRow, Finding] | None:
    if row.unreached:
        if row.underflow != math.inf:
            return None
        certainty: Any = "exact" if row.magnitudes else "unknown"
        text = f"no gradient reaches {row.name}: dL/dh_t is exactly 0 at every step"
        return row, Finding("dead", update, row.name, None, None, certainty, text)
    zeros = [k for k, value in enumerate(row.product) if value == -math.inf]
    if not zeros:
        return None
    lag = row.lags[zeros[0]]
    text = f"{row.name} passes nothing on: ds_T/ds_t is exactly 0 from {lag} steps back"
    if row.dead_sequences < row.sequences:
        text += f" in {row.dead_sequences} of {row.sequences} sequences"
    step = row.length - lag
    return row, Finding("dead", update, row.name, step, None, "exact", text)


def _vanishing(update: int, row: LayerRow) -> tuple[LayerRow, Finding] | None:
    if row.unreached or row.left == -math.inf:
        return None
    if not row.left + 2 * _error(row) < VANISHING:
        return None
    horizon = row.exact_horizon if row.exact_horizon == row.exact_horizon else None
    steps = int(row.horizon if horizon is None else min(horizon, row.length))
    text = f"{row.name} forgets within {steps} of {row.length} steps: that far back, "
    text += "less than 1/1000 of a gradient is left"
    gate = None
    if row.conveyor < VANISHING:
        gate = "forget_gate" if "forget_gate" in row.gates else "update_gate"
        text += f"; its {gate.replace('_', ' ')} (mean {row.gates[gate]:.2g}) alone "
        text += "would do that"
    if row.underflow < math.inf:
        text += f"; it underflows {row.dtype} after {row.underflow:,.0f} steps"
    certainty: Any = "estimate" if horizon is None else "exact"
    step = row.length - steps
    return row, Finding("vanishing", update, row.name, step, gate, certainty, text)


def _exploding(update: int, row: LayerRow) -> tuple[LayerRow, Finding] | None:
    if not row.left - 2 * _error(row) > EXPLODING:
        return None
    curve = zip(row.lags, row.product, strict=True)
    lag = next(lag for lag, value in curve if value > EXPLODING)
    text = f"{row.name} explodes within {lag} of {row.length} steps: that far back, a "
    text += "gradient is more than 1000 times as large"
    step = row.length - lag
    return row, Finding("exploding", update, row.name, step, None, "estimate", text)


def _error(row: LayerRow) -> float:
    return row.left_error if row.left_error == row.left_error else 0.0
