"""Weights from a file that ``torch.save`` wrote, and what fits them."""

import io
from collections.abc import Iterable, Mapping
from typing import Any

from torch import Tensor

from gradlab.errors import InputError
from gradlab.numerics import torch_file
from gradlab.shell_text import quote


_SAVE = "torch.save(model.lstm.state_dict(), 'lstm.pt')"
_CELLS = {1: "rnn", 3: "gru", 4: "lstm"}
"""Blocks of rows of weight_hh -> the cell that has so many."""


def read(data: bytes, file: str) -> Mapping[str, Tensor]:
    """Return the tensors of a ``state_dict``, by name.

    Args:
        data: the file's contents.
        file: its name, for messages.

    Raises:
        InputError: it holds something else.
    """
    found = torch_file.load(
        io.BytesIO(data), file, "a state_dict saved with torch.save", try_=_SAVE
    )
    if _is_tensors(found):
        return found
    raise _no_tensors(found, file)


def fitting(
    weights: Mapping[str, Tensor], file: str, cell: str = "", *, task: bool = False
) -> str:
    """Return the options of ``gradlab sweep`` that fit weights, or what to save first.

    Args:
        weights: by name.
        file: that they are from.
        cell: of the sweep, without its options: named where its number of blocks is
            another than those of ``rnn``, ``gru`` and ``lstm``, or unknown.
        task: whether the network is trained: then its task sets the features.
    """
    if any("_reverse" in name for name in weights):
        return "saving each direction by itself: this module is bidirectional"
    recurrent = weights.get("weight_hh_l0", weights.get("weight_hh"))
    inputs = weights.get("weight_ih_l0", weights.get("weight_ih"))
    if recurrent is None or inputs is None:
        return _saving_a_part(weights, f"torch.load({file!r})")
    projection = weights.get("weight_hr_l0", weights.get("weight_hr"))
    hidden = [1, *(recurrent if projection is None else projection).shape][-1]
    if recurrent.ndim != 2 or inputs.ndim != 2 or not hidden:
        return _SAVE
    gates, rest = divmod(len(recurrent), hidden)
    name = _CELLS.get(gates, cell) if cell in ("", *_CELLS.values()) else cell
    if rest or not name:
        return _SAVE
    layers = sum(key.startswith("weight_hh") for key in weights)
    own = [f"layers={layers}"] if layers > 1 else []
    own += [] if projection is None else [f"proj={recurrent.shape[-1]}"]
    spec = ":".join([name, "+".join(own)]) if own else name
    features = inputs.shape[-1]
    sizes = f"--hidden {hidden}" + ("" if task else f" --features {features}")
    options = f"--cell {quote(spec)} {sizes} --weights {quote(file)}"
    return f"{options}, with a task of {features} features" if task else options


def _no_tensors(found: Any, file: str) -> InputError:
    """Return the error for what is no ``state_dict``: perhaps it holds one."""
    got, try_ = f"{file}, which holds no tensors by name", _SAVE
    if isinstance(found, Mapping):
        inside = [key for key, value in found.items() if _is_tensors(value) and value]
        got += f" but {', '.join(map(repr, list(found)[:8]))}" if found else ""
        if inside:
            got += f"; tensors are in {' and '.join(map(repr, inside[:8]))}"
            source = f"torch.load({file!r})[{inside[0]!r}]"
            try_ = _saving_a_part(found[inside[0]], source)
    return InputError(got, "a state_dict saved with torch.save", try_)


def _saving_a_part(weights: Mapping[str, Tensor], source: str) -> str:
    """Return the line that saves the recurrent layer in the ``state_dict`` of a model.

    Args:
        weights: by name; those of a layer begin with its name in the model.
        source: the expression that loads them.
    """
    layers = list(dict.fromkeys(_layers_of(weights)))
    if not layers:
        return _SAVE
    layer = layers[0]
    name = f"{layer.removesuffix('.').replace('.', '_') or 'layer'}.pt"
    if not layer:
        return f"torch.save({source}, {name!r})"
    n = len(layer)
    part = f"{{k[{n}:]: w for k, w in {source}.items() if k[:{n}] == {layer!r}}}"
    others = f", one of {', '.join(one[:-1] for one in layers)}" if layers[1:] else ""
    return f"torch.save({part}, {name!r}){others}"


def _layers_of(names: Iterable[str]) -> Iterable[str]:
    """Yield what stands before ``weight_hh`` in names, as in ``encoder.lstm.``."""
    for name in names:
        before, found, _ = name.partition("weight_hh")
        if found and (not before or before.endswith(".")):
            yield before


def _is_tensors(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(key, str) and isinstance(one, Tensor) for key, one in value.items()
    )
