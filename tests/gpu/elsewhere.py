"""A device that is not there: tensors that compute on the CPU and deny it.

What breaks on a GPU breaks here, without one: an operation on tensors of two devices,
``numpy()`` of a tensor that was not brought back, a constant left on the CPU. Tensors
claim to be on ``meta``, the one device that needs no driver.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map


DEVICE = "meta"
CPU = torch.device("cpu")


class Away(Tensor):
    """A tensor elsewhere; its values are here."""

    values: Tensor

    @staticmethod
    def __new__(cls, values: Tensor) -> Away:
        made = Tensor._make_wrapper_subclass(
            cls,
            values.shape,
            strides=values.stride(),
            storage_offset=values.storage_offset(),
            dtype=values.dtype,
            device=DEVICE,
            requires_grad=values.requires_grad,
        )
        made.values = values
        return made

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return _computed(func, args, kwargs or {})

    def __repr__(self) -> str:
        return f"Away({self.values})"

    def tolist(self) -> list:
        return self.values.tolist()


class Elsewhere(TorchDispatchMode):
    """While it lasts, ``device="meta"`` makes tensors that are away."""

    def __enter__(self):
        self.literals = _Literals()
        self.literals.__enter__()
        return super().__enter__()

    def __exit__(self, *error):
        super().__exit__(*error)
        self.literals.__exit__(*error)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return _computed(func, args, kwargs or {})


class _Literals(TorchFunctionMode):
    """``torch.tensor`` brings its values to a device where no dispatch sees it.

    So does a list that is an index.
    """

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if func is Tensor.__getitem__ and isinstance(args[1], list):
            args = (args[0], torch.tensor(args[1]))
        if func is torch.tensor and str(kwargs.get("device")) == DEVICE:
            return func(*args, **(kwargs | {"device": CPU})).to(DEVICE)
        return func(*args, **kwargs)


def _computed(func: Callable, args: Any, kwargs: dict[str, Any]) -> Any:
    """Compute with the values; refuse a mixture of devices."""
    tensors: list[Tensor] = []
    tree_map(lambda x: tensors.append(x) if isinstance(x, Tensor) else None, args)
    tree_map(lambda x: tensors.append(x) if isinstance(x, Tensor) else None, kwargs)
    away = [t for t in tensors if isinstance(t, Away)]
    here = [t for t in tensors if not isinstance(t, Away)]
    target = kwargs.get("device")
    goes = _goes_away(func, away, target)
    name = func.overloadpacket.__name__
    if away and name not in ("copy_", "_to_copy") and not _indexed(name, here):
        mixed = [t for t in here if t.ndim]
        if mixed:
            raise RuntimeError(
                f"{func}: a tensor of shape {tuple(mixed[0].shape)} is on the CPU, "
                f"another of shape {tuple(away[0].shape)} is not"
            )
    if target is not None:
        kwargs = kwargs | {"device": CPU}
    result = func(*tree_map(_plain, args), **tree_map(_plain, kwargs))
    written = {id(t.values): t for t in away}
    return tree_map(
        lambda x: written.get(id(x), Away(x) if goes else x) if _is_tensor(x) else x,
        result,
    )


def _goes_away(func: Callable, away: list[Away], target: Any) -> bool:
    if target is not None:
        return torch.device(target).type == DEVICE
    return bool(away)


def _indexed(name: str, here: list[Tensor]) -> bool:
    """An index may be on the CPU, as on a GPU."""
    whole = all(t.dtype in (torch.int64, torch.bool, torch.uint8) for t in here)
    return name in ("index", "index_put_", "index_put") and whole


def _plain(x: Any) -> Any:
    return x.values if isinstance(x, Away) else x


def _is_tensor(x: Any) -> bool:
    return isinstance(x, Tensor)
