"""What a model was looked at with, in the few words of a report's first lines."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from gradlab import arguments
from gradlab.targets.calling import original
from gradlab.targets.checkpoint import Checkpoint
from gradlab.targets.default_loss import WORDS


_SHOWN = 5


def describe(
    target: str,
    model: nn.Module,
    batch: Any,
    *,
    checkpoint: Checkpoint | None,
    source: str | None,
    loss: str | None,
) -> dict[str, str]:
    """Return what was loaded, in words: ``model``, ``checkpoint``, ``batch``, ``loss``.

    Args:
        target: as it was named.
        model: that it gave.
        batch: the batch itself.
        checkpoint: that was loaded into the model.
        source: how the batch was named; None where it is synthetic.
        loss: as it was named; None for :func:`gradlab.targets.default_loss`.
    """
    named = "synthetic" if source is None else source
    return {
        "model": f"{type(original(model)).__name__} of {target}",
        "checkpoint": "" if checkpoint is None else _checkpoint(checkpoint),
        "batch": f"{named} ({describe_batch(batch)})",
        "loss": loss or WORDS,
    }


def describe_batch(batch: Any) -> str:
    """Return the shapes and dtypes of a batch.

    >>> import torch
    >>> describe_batch({"x": torch.zeros(32, 180, 128), "y": torch.arange(32)})
    'dict of x 32x180x128 float32, y 32 int64'
    """
    if isinstance(batch, PackedSequence):
        return _packed(batch)
    if isinstance(batch, Mapping):
        return f"dict of {_some([f'{k} {_short(v)}' for k, v in batch.items()])}"
    if isinstance(batch, tuple | list):
        kind = "list" if isinstance(batch, list) else "tuple"
        return f"{kind} of {_some([_short(value) for value in batch])}"
    return _short(batch)


def _short(value: Any) -> str:
    if isinstance(value, PackedSequence):
        return _packed(value)
    if isinstance(value, Tensor):
        dtype = str(value.dtype).removeprefix("torch.")
        return " ".join(filter(None, ["x".join(map(str, value.shape)), dtype]))
    return arguments.describe(value)


def _packed(batch: PackedSequence) -> str:
    steps, most = len(batch.batch_sizes), int(batch.batch_sizes[0])
    sizes = "x".join(map(str, batch.data.shape[1:]))
    dtype = str(batch.data.dtype).removeprefix("torch.")
    return f"packed {most} sequences of up to {steps} steps, {sizes} {dtype}"


def _some(items: list[str]) -> str:
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more


def _checkpoint(one: Checkpoint) -> str:
    words = [f"its {one.key}"] if one.key else []
    words += [f"without the prefix {one.prefix}"] if one.prefix else []
    return f"{one.file} ({', '.join(words)})" if words else one.file
