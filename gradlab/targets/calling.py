"""Call a model with a batch as its ``forward`` takes it."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from gradlab import arguments
from gradlab.errors import ConfigError
from gradlab.targets.objects import required, signature_text


def call_model(model: nn.Module, batch: Any) -> Any:
    """Return the output of a model for a batch.

    A tensor goes to it whole, as everything else but: of a tuple or list as many of
    the first elements as ``forward`` has positional parameters; of a dict the entries
    that ``forward`` names, as keywords, where it names all that it needs among them
    (or, of a ``forward(**batch)``, all). What is left over is for the loss.

    Raises:
        ConfigError: the batch has not what ``forward`` needs, or lies on another device
            than the model.
        Exception: any that the model itself raises, as it is.
    """
    signature = _signature(model)
    args, kwargs = _arguments(model, signature, batch)
    if signature is not None:
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            forward = (
                f"{type(original(model)).__name__}.forward{signature_text(signature)}"
            )
            raise ConfigError(
                got=f"{_words(batch)} for {forward} ({error})",
                expected="a batch with what forward takes: a tuple in its order, or a "
                "dict with its names",
                try_=f"a batch of ({', '.join(_positional(signature))}), then targets",
            ) from error
    try:
        return model(*args, **kwargs)
    except RuntimeError as error:
        there, here = _devices(model), _tensor_devices([args, kwargs])
        if "device" not in str(error) or not here or not there or here & there:
            raise  # lengths, for one, stay on the CPU
        raise ConfigError(
            got=f"a batch on {_list(here)} for a model on {_list(there)}",
            expected="both on one device",
            try_=f'a batch moved there, by .to("{min(map(str, there))}")',
        ) from error


def original(model: nn.Module) -> nn.Module:
    """Return the model that ``torch.compile`` wrapped; a model as it is otherwise.

    >>> original(nn.Linear(2, 1))
    Linear(in_features=2, out_features=1, bias=True)
    """
    return getattr(model, "_orig_mod", model)


def _signature(model: nn.Module) -> inspect.Signature | None:
    try:
        return inspect.signature(original(model).forward)
    except (TypeError, ValueError):  # written in C
        return None


def _arguments(
    model: nn.Module, signature: inspect.Signature | None, batch: Any
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if isinstance(batch, PackedSequence):  # a tuple, but one thing
        return (batch,), {}
    if isinstance(batch, Mapping):
        keywords = _keywords(model, signature, batch) if signature is not None else {}
        return ((), keywords) if keywords else ((batch,), {})
    if isinstance(batch, tuple | list):
        if signature is None or _has(signature, inspect.Parameter.VAR_POSITIONAL):
            return tuple(batch), {}
        return tuple(batch[: len(_positional(signature))]), {}
    return (batch,), {}


def _keywords(
    model: nn.Module, signature: inspect.Signature, batch: Mapping[Any, Any]
) -> dict[str, Any]:
    """Return what forward takes of a batch by name; nothing where it takes it whole."""
    if not all(isinstance(key, str) for key in batch):
        return {}
    parameters = signature.parameters.values()
    named = {p.name for p in parameters if p.kind in _BY_NAME} & batch.keys()
    if not named.issuperset(required(original(model).forward)):
        return {}
    any_name = _has(signature, inspect.Parameter.VAR_KEYWORD)
    takes_whole = _positional(signature) or _has(
        signature, inspect.Parameter.VAR_POSITIONAL
    )
    if not named and not (any_name and not takes_whole):
        return {}
    return {key: batch[key] for key in batch if any_name or key in named}


_BY_NAME = (
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.KEYWORD_ONLY,
)
_BY_PLACE = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
)


def _has(signature: inspect.Signature, kind: Any) -> bool:
    return any(p.kind == kind for p in signature.parameters.values())


def _positional(signature: inspect.Signature) -> list[str]:
    return [p.name for p in signature.parameters.values() if p.kind in _BY_PLACE]


def _words(batch: Any) -> str:
    if isinstance(batch, Mapping):
        return f"a dict of {', '.join(map(str, list(batch)[:8]))}"
    return arguments.describe(batch)


def _devices(model: nn.Module) -> set[torch.device]:
    return {t.device for t in [*model.parameters(), *model.buffers()]}


def _tensor_devices(values: Any) -> set[torch.device]:
    return {tensor.device for tensor in _tensors(values)}


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        yield from _tensors(list(value.values()))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _tensors(item)


def _list(devices: set[torch.device]) -> str:
    return " and ".join(sorted(map(str, devices)))
