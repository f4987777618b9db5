"""A user's trained weights, loaded into their model without running what is saved."""

import importlib.util
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gradlab import regular_file
from gradlab.errors import InputError
from gradlab.numerics import torch_file


_KEYS = {"", "state_dict", "model_state_dict", "model"}
"""Where checkpoints keep the model that was trained; "" is the file itself."""

_PREFIXES = re.compile(r"(model\.|module\.|_orig_mod\.)*")
"""What Lightning, DataParallel and torch.compile put before a model's names."""

_SHOWN = 3


@dataclass(frozen=True)
class Checkpoint:
    """What was loaded.

    Attributes:
        file: as it was named.
        key: under which the ``state_dict`` lay in it; empty for the whole file.
        prefix: that its names had and the model's have not.
    """

    file: str
    key: str = ""
    prefix: str = ""


def load_checkpoint(
    module: nn.Module, path: str | Path, *, unsafe: bool = False
) -> Checkpoint:
    """Load trained weights into a Module.

    The file is a ``state_dict`` saved with ``torch.save``, or holds one under a key, as
    training scripts save them; names may have a prefix, as Lightning's do. It has every
    name of the module, and no other. A file of safetensors needs its package.

    Args:
        module: changed in place; where this raises, in part perhaps.
        path: of the file.
        unsafe: execute the code in a pickle, for files that are trusted. Then a whole
            saved Module does, too.

    Raises:
        InputError: the file cannot be read, needs code, is damaged, or its weights do
            not fit the module.
    """
    file = str(path)
    found = _read(file, unsafe)
    parts = list(_parts(found))
    if not parts:
        raise InputError(
            got=f"{file}, which holds no tensors by name{_held(found)}",
            expected="a state_dict, or one under a key such as 'state_dict'",
            try_=_save(file),
        )
    fitting = list(_fitting(file, parts, list(module.state_dict())))
    usual = [c for c in fitting if c.key in _KEYS and _PREFIXES.fullmatch(c.prefix)]
    chosen = usual or fitting
    if len(chosen) > 1:
        raise _ambiguous(file, chosen)
    one = chosen[0] if chosen else _nearest(file, parts, module)
    weights = _without_prefix(dict(parts)[one.key], one.prefix)
    try:
        module.load_state_dict(weights)
    except RuntimeError as error:
        differences = list(_differences(module, weights))
        if not differences:
            raise  # of a hook of the module's own
        raise _misfit(one, module, differences) from error
    return one


def _read(file: str, unsafe: bool) -> Any:
    try:
        with regular_file.open_binary(file) as opened:
            if not opened.read(1):
                raise InputError(
                    got=f"{file}, which is empty",
                    expected="a state_dict saved with torch.save",
                    try_=_save(file),
                )
            opened.seek(0)
            if Path(file).suffix == ".safetensors":
                return _read_safetensors(file, opened.read())
            if not unsafe:
                return torch_file.load(
                    opened,
                    file,
                    "a state_dict saved with torch.save; nothing was executed",
                    try_=_save(file),
                    try_code=f"{_save(file)}, or --unsafe-checkpoint for a file that "
                    "you trust",
                )
            return _execute(file, opened)
    except OSError as error:
        raise InputError(
            got=f"{file}, which cannot be read ({error.strerror or error})",
            expected="a file that torch.save wrote",
            try_="--checkpoint model.pt",
        ) from error


def _execute(file: str, opened: Any) -> Any:
    """Return what a pickle gives, by running its code."""
    try:
        return torch.load(opened, map_location="cpu", weights_only=False)
    except Exception as error:
        raise InputError(
            got=f"{file}, which torch cannot load ({type(error).__name__}: {error})",
            expected="a file that torch.save wrote, with classes that can be imported",
            try_=_save(file),
        ) from error


def _read_safetensors(file: str, data: bytes) -> dict[str, Tensor]:
    if importlib.util.find_spec("safetensors") is None:
        raise InputError(
            got=f"{file}, with no package to read it",
            expected="the package safetensors, or a file that torch.save wrote",
            try_="pip install safetensors",
        )
    import safetensors.torch

    try:
        return safetensors.torch.load(data)
    except Exception as error:
        raise InputError(
            got=f"{file}, which safetensors cannot load ({error})",
            expected="a file that safetensors.torch.save_file wrote",
            try_="safetensors.torch.save_file(model.state_dict(), 'model.safetensors')",
        ) from error


def _save(file: str) -> str:
    name = re.sub(r"\.\w*$", "", Path(file).name) or "model"
    return f"torch.save(model.state_dict(), {name + '.pt'!r})"


def _parts(found: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each ``state_dict`` of a file, with the key it lies under."""
    if isinstance(found, nn.Module):
        yield "", found.state_dict()
    elif _is_state_dict(found):
        yield "", found
    elif isinstance(found, Mapping):
        for key, value in found.items():
            inner = value.state_dict() if isinstance(value, nn.Module) else value
            if _is_state_dict(inner):
                yield str(key), inner


def _is_state_dict(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and len(value) > 0
        and all(
            isinstance(key, str)
            and (isinstance(one, Tensor) or key.endswith("_extra_state"))
            for key, one in value.items()
        )
    )


def _fitting(
    file: str, parts: Iterable[tuple[str, Mapping[str, Any]]], expected: list[str]
) -> Iterator[Checkpoint]:
    """Yield the parts whose names are a module's, below a prefix."""
    for key, weights in parts:
        for prefix in _prefixes(weights, expected):
            below = {name for name in weights if name.startswith(prefix)}
            if below == {prefix + name for name in expected}:
                yield Checkpoint(file, key, prefix)


def _prefixes(names: Iterable[str], expected: list[str]) -> list[str]:
    """Return what stands before a module's first name in other names."""
    first = expected[0] if expected else ""
    ends = (name for name in names if f".{name}".endswith(f".{first}"))
    return list(dict.fromkeys(name.removesuffix(first) for name in ends if first))


def _without_prefix(weights: Mapping[str, Any], prefix: str) -> Mapping[str, Any]:
    if not prefix:
        return weights
    n = len(prefix)
    return {name[n:]: w for name, w in weights.items() if name.startswith(prefix)}


def _nearest(
    file: str, parts: Iterable[tuple[str, Mapping[str, Any]]], module: nn.Module
) -> Checkpoint:
    """Return the part that has most names of a module, to tell what it lacks."""
    expected = module.state_dict().keys()
    candidates = [
        Checkpoint(file, key, prefix)
        for key, weights in parts
        for prefix in ["", *filter(None, _common_prefixes(weights))]
    ]
    found = dict(parts)

    def shared(one: Checkpoint) -> int:
        return len(expected & _without_prefix(found[one.key], one.prefix).keys())

    return max(candidates, key=shared)


def _common_prefixes(names: Iterable[str]) -> list[str]:
    return sorted({m[0] for name in names if (m := _PREFIXES.match(name))})


def _differences(module: nn.Module, weights: Mapping[str, Any]) -> Iterator[str]:
    """Yield in words how weights differ from what a module has."""
    expected = module.state_dict()
    missing = [name for name in expected if name not in weights]
    unexpected = [name for name in weights if name not in expected]
    if missing:
        yield f"without {_some(missing)}"
    if unexpected:
        yield f"with {_some(unexpected)}, which the model has not"
    wrong = [
        f"{name} is {_shape(weights[name])}, the model's {_shape(value)}"
        for name, value in expected.items()
        if isinstance(weights.get(name), Tensor)
        and isinstance(value, Tensor)
        and not nn.parameter.is_lazy(value)
        and weights[name].shape != value.shape
    ]
    if wrong:
        yield _some(wrong)


def _some(items: list[str]) -> str:
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape)) or "a scalar"


def _misfit(one: Checkpoint, module: nn.Module, differences: list[str]) -> InputError:
    name = type(module).__name__
    where = f"{one.file}[{one.key!r}]" if one.key else one.file
    return InputError(
        got=f"{where}, which does not fit {name}: {'; '.join(differences)}",
        expected="the names and shapes of the model's state_dict()",
        try_=f"a checkpoint of this {name}, or the sizes it was trained with",
    )


def _ambiguous(file: str, chosen: Iterable[Checkpoint]) -> InputError:
    places = [
        " in ".join(
            words
            for words in (
                f"those of {c.prefix!r}" if c.prefix else "",
                f"key {c.key!r}" if c.key else "",
            )
            if words
        )
        for c in chosen
    ]
    return InputError(
        got=f"{file}, of which several parts fit the model: {_some(places)}",
        expected="one state_dict that fits",
        try_="saving the one you mean alone, by torch.save(part, 'part.pt')",
    )


def _held(found: Any) -> str:
    if isinstance(found, Mapping) and found:
        return f" but {_some([repr(key) for key in found])}"
    return ""
