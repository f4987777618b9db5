"""A loss for a model that is looked at without one."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from gradlab.errors import ConfigError


WORDS = "mean square of the output at its last step, for want of --loss"


def default_loss(model: nn.Module) -> Callable[[Any, Any], Tensor]:
    """Return the mean square of a model's output at the last step.

    Verdicts, horizons and remedies are of Jacobian products, which no loss changes; the
    gradients of a loss then come from the last step alone, so that what arrives at
    earlier ones came through the recurrence. The output is the first tensor with a
    gradient in what the model gives; one without steps, (B, n), is taken whole. Steps
    are its first axis where the model's last recurrent module has ``batch_first=False``
    and its second one otherwise.

    >>> model = nn.LSTM(2, 3, batch_first=True)
    >>> outputs, _ = model(torch.zeros(4, 9, 2))
    >>> loss = default_loss(model)
    >>> bool(loss((outputs, None), None) == outputs[:, -1].square().mean())
    True
    """
    fused = [layer for layer in model.modules() if isinstance(layer, nn.RNNBase)]
    axis = 0 if fused and not fused[-1].batch_first else 1

    def last_step(output: Any, batch: Any) -> Tensor:
        for found in _outputs(output):
            return _last(found, axis).square().mean()
        raise ConfigError(
            got=f"no --loss for {type(model).__name__}, whose output has no tensor "
            "with a gradient",
            expected="a loss",
            try_="--loss mymodel.py:loss, with def loss(output, batch)",
        )

    return last_step


def _outputs(value: Any) -> Iterator[Tensor | PackedSequence]:
    """Yield the tensors with a gradient in what a model gives."""
    if isinstance(value, Tensor | PackedSequence):
        data = value if isinstance(value, Tensor) else value.data
        if data.requires_grad and data.is_floating_point():
            yield value
    elif isinstance(value, Mapping):
        yield from _outputs(list(value.values()))
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _outputs(one)


def _last(output: Tensor | PackedSequence, axis: int) -> Tensor:
    if isinstance(output, PackedSequence):
        padded, lengths = pad_packed_sequence(output, batch_first=True)
        return padded[torch.arange(len(lengths)), lengths - 1]
    return output.select(axis, -1) if output.ndim > 2 else output
