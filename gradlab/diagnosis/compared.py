"""What remedies change of one network, before and after, as plain data."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from gradlab.diagnosis.reach import Reach, least
from gradlab.diagnosis.results import as_json_value


if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Measured:
    """One layer of a network, as it is or with a remedy.

    Attributes:
        reach: how far back a gradient reaches.
        exponent: lambda_1, the largest Lyapunov exponent by QR, nats per step, mean
            over sequences.
        lags: of the curve, from 0 to T.
        ln_left: ln of the joint spectral norm at each lag, mean over sequences.
    """

    reach: Reach
    exponent: float
    lags: tuple[int, ...]
    ln_left: tuple[float, ...]

    @property
    def steps(self) -> int:
        """T."""
        return self.lags[-1]


@dataclass(frozen=True)
class RemedyEffect:
    """What one remedy changes.

    Attributes:
        name: of the remedy, as it is given to ``--remedy``.
        title: what it is called, settings included.
        why: one sentence.
        reference: the source.
        claims: what it claims of lambda_1: ``towards 0``, ``up``, ``not above 0`` or
            ``unchanged``.
        code: Python lines that apply it; empty where there is nothing to apply.
        updates: of the weights that it made.
        seconds: that applying it took.
        after: by layer; empty where it does not apply.
        note: why it does not apply, or what else was measured; empty else.
        held: by layer, whether lambda_1 changed as claimed.
    """

    name: str
    title: str
    why: str
    reference: str
    claims: str
    code: str
    updates: int
    seconds: float
    after: Mapping[str, Measured]
    note: str
    held: Mapping[str, bool]


@dataclass(frozen=True)
class ComparedRemedies:
    """Remedies on one network and the same sequences, before any training.

    Attributes:
        network: in words.
        inputs: in words.
        hidden: H of the layer that is shown.
        state_size: of its whole state.
        before: by layer, as it is.
        remedies: in the order of their names.
        untried: names of remedies that make updates and were not requested.
    """

    network: str
    inputs: str
    hidden: int
    state_size: int
    before: Mapping[str, Measured]
    remedies: tuple[RemedyEffect, ...]
    untried: tuple[str, ...]

    @property
    def layer(self) -> str:
        """The layer that reaches least as it is; tables show that one."""
        return least({name: one.reach for name, one in self.before.items()})

    @property
    def missed(self) -> tuple[RemedyEffect, ...]:
        """Remedies after which lambda_1 of :attr:`layer` is not as claimed."""
        layer = self.layer
        return tuple(one for one in self.remedies if not one.held.get(layer, True))

    def frame(self) -> "pandas.DataFrame":
        """Return one row per remedy and layer; ``none`` is the network as it is."""
        import pandas

        return pandas.DataFrame(list(self._rows()))

    def _rows(self) -> Iterator[dict[str, Any]]:
        for layer, one in self.before.items():
            yield {"remedy": "none", "title": "as it is", "layer": layer, **_row(one)}
        for effect in self.remedies:
            for layer, one in effect.after.items():
                named = {"remedy": effect.name, "title": effect.title, "layer": layer}
                yield named | _row(one) | {"as_claimed": effect.held[layer]}

    def as_json(self) -> str:
        """Return all of it as JSON; what is not finite is a string."""
        found = asdict(self) | {"layer": self.layer}
        text = as_json_value(found)
        return json.dumps(text, indent=2, ensure_ascii=False, allow_nan=False)


def _row(one: Measured) -> dict[str, Any]:
    reach = one.reach
    return {
        "horizon": reach.horizon,
        "lambda_1": one.exponent,
        "ln_left": reach.ln_left,
        "singular_values": reach.singular_values,
        "verdict": reach.verdict,
        "kept_per_step": math.exp(reach.ln_left / one.steps),
    }
