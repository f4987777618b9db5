"""Random configurations of torch's recurrent modules, and a loss of what they give.

Weights are scaled so that products are neither tiny nor huge: where everything is
rounding, agreement would say nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence


MODULES = (nn.RNN, nn.LSTM, nn.GRU)
CELLS = (nn.RNNCell, nn.LSTMCell, nn.GRUCell)


@dataclass(frozen=True)
class Configured:
    """A module with inputs, initial states and a loss."""

    module: nn.Module
    inputs: Tensor | PackedSequence
    start: tuple[Tensor, ...]
    loss: Callable[[Any], Tensor]
    described: str

    def run(self) -> Tensor:
        """Run the module; return the loss."""
        if not self.start:
            return self.loss(self.module(self.inputs))
        lstm = isinstance(self.module, nn.LSTM | nn.LSTMCell)
        return self.loss(
            self.module(self.inputs, self.start if lstm else self.start[0])
        )


def configured(seed: int, dtype: torch.dtype) -> Configured:
    """A module by chance: kind, layers, directions, and all else that it can have."""
    rng = np.random.default_rng(seed)

    def chance(p: float = 0.5) -> bool:
        return bool(rng.random() < p)

    torch.manual_seed(seed)
    kind = MODULES[rng.integers(3)]
    features, hidden = (int(n) for n in rng.integers(1, 9, 2))
    options: dict[str, Any] = {
        "num_layers": int(rng.integers(1, 4)),
        "bidirectional": chance(),
        "bias": chance(0.8),
        "batch_first": chance(),
        "dropout": 0.4 if chance() else 0.0,
    }
    if kind is nn.RNN:
        options["nonlinearity"] = ("tanh", "relu")[rng.integers(2)]
    if kind is nn.LSTM and hidden > 1 and chance():
        options["proj_size"] = int(rng.integers(1, hidden))
    if options["num_layers"] == 1:
        options["dropout"] = 0.0
    module = kind(features, hidden, dtype=dtype, **options)
    module.train(chance(0.7))
    near_one(module)
    unbatched, packed = chance(0.15), chance(0.4)
    steps, batch = int(rng.integers(1, 16)), int(rng.integers(1, 6))
    shape = (batch, steps) if options["batch_first"] else (steps, batch)
    if unbatched:
        shape, packed, batch = (steps,), False, 0
    inputs: Any = torch.randn(*shape, features, dtype=dtype).requires_grad_()
    if packed:
        lengths = torch.from_numpy(rng.integers(1, steps + 1, batch))
        lengths[rng.integers(batch)] = steps
        inputs = pack_padded_sequence(
            inputs, lengths, options["batch_first"], enforce_sorted=False
        )
    count = options["num_layers"] * (1 + options["bidirectional"])
    widths = [options.get("proj_size", hidden)] + [hidden] * (kind is nn.LSTM)
    start = tuple(
        torch.randn(count, *([batch] if batch else []), n, dtype=dtype).requires_grad_()
        for n in widths
    )
    which = rng.integers(1, 8)
    described = f"{kind.__name__} {options} packed={packed} loss={which:03b}"
    given = start if chance() else ()
    return Configured(module, inputs, given, _loss(int(which)), described)


def near_one(module: nn.Module) -> None:
    """Scale recurrent weights to a largest singular value near 1."""
    with torch.no_grad():
        for name, weight in module.named_parameters():
            if name.startswith("weight_hh"):
                count = weight.shape[0] // weight.shape[1] or 1
                weight.mul_(0.9 * count**0.5 / torch.linalg.matrix_norm(weight, 2))


def _loss(which: int) -> Callable[[Any], Tensor]:
    """Return a loss of outputs, of h_n, of c_n, or several, by three bits."""

    def loss(given: Any) -> Tensor:
        outputs, final = given
        parts = [outputs.data if isinstance(outputs, PackedSequence) else outputs]
        parts += final if isinstance(final, tuple) else [final]
        chosen = [part for k, part in enumerate(parts) if which >> k & 1] or parts[:1]
        return sum((part * part * (1 + part)).sum() for part in chosen)  # type: ignore[return-value]

    return loss
