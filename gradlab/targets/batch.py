"""A user's batch, named on the command line or read from a file."""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from gradlab import arguments, regular_file
from gradlab.errors import ConfigError, InputError
from gradlab.numerics import torch_file
from gradlab.numerics.random_state import random_state_kept
from gradlab.targets.objects import call, load_object


_FILES = (".pt", ".pth", ".npy", ".npz")


def load_batch(
    spelled: str, *, app_dir: str | Path = ".", dtype: torch.dtype | None = None
) -> Any:
    """Return one batch.

    Args:
        spelled: a ``.pt`` file of ``torch.save``, a ``.npy`` or ``.npz`` file of NumPy;
            or ``pkg.mod:name`` or ``file.py:name`` of a tensor, tuple, list, dict, of a
            ``DataLoader``, whose first batch it is, or of a function that gives one of
            these. Arrays become tensors; those that ``numpy.savez`` was given without
            names a tuple, the named ones a dict.
        app_dir: see :func:`gradlab.targets.objects.load_object`.
        dtype: of the floats of NumPy's arrays; torch's default if left out.

    Raises:
        ConfigError: ``spelled`` has another form, or names what is no batch.
        InputError: the file cannot be read, is damaged, or holds other objects.
        UnknownNameError: there is no such module, or nothing of that name in it.
        Exception: any that the user's own code raises, as it is.
    """
    arguments.text("--batch", spelled, try_="mydata.py:batch")
    dtype = dtype or torch.get_default_dtype()
    got = f"--batch {spelled}, "
    if Path(spelled).suffix in _FILES or ":" not in spelled:
        found = _from_file(spelled, dtype)
    else:
        found = load_object("--batch", spelled, app_dir, example="batch")
        if callable(found) and not isinstance(found, torch.nn.Module):
            found = call("--batch", spelled, found, "a batch")
            got = f"--batch {spelled}, which gives "
        if isinstance(found, DataLoader):
            found = _first(spelled, found)
        if isinstance(found, np.ndarray):
            found = _as_tensor(spelled, found, dtype)
    if isinstance(found, Tensor) or (
        isinstance(found, Mapping | tuple | list) and len(found)
    ):
        return found
    raise ConfigError(
        got=got + arguments.describe(found),
        expected="a tensor, a tuple, list or dict of them, a DataLoader, or a function "
        "that gives one",
        try_="def batch(): return next(iter(DataLoader(dataset, batch_size=32)))",
    )


def _first(spelled: str, loader: DataLoader) -> Any:
    """Return the first batch of a loader; its next epoch is as it would have been.

    It is read in this process: no worker is started for one batch.
    """
    alone = copy.copy(loader)
    alone.num_workers, alone.timeout = 0, 0
    with random_state_kept(torch.device("cpu")), _generators_kept(loader):
        for batch in alone:
            return batch
    raise ConfigError(
        got=f"--batch {spelled}, a DataLoader without a batch",
        expected="one with at least one batch",
        try_="drop_last=False, or a smaller batch_size",
    )


@contextmanager
def _generators_kept(loader: DataLoader) -> Iterator[None]:
    """Restore the generators that a loader and its samplers were given."""
    samplers = (loader.sampler, getattr(loader.batch_sampler, "sampler", None))
    owners = (loader, loader.batch_sampler, *samplers)
    found = [getattr(owner, "generator", None) for owner in owners]
    states = [(g, g.get_state()) for g in found if isinstance(g, torch.Generator)]
    try:
        yield
    finally:
        for generator, state in states:
            generator.set_state(state)


def _from_file(spelled: str, dtype: torch.dtype) -> Any:
    if Path(spelled).suffix not in _FILES:
        raise ConfigError(
            got=f"--batch {spelled!r}",
            expected=f"MODULE:NAME, FILE.py:NAME, or a file {', '.join(_FILES)}",
            try_="mydata.py:batch",
        )
    try:
        with regular_file.open_binary(spelled) as file:
            if not file.read(1):
                raise InputError(
                    got=f"{spelled}, which is empty",
                    expected="a batch saved with torch.save or numpy.save",
                    try_="torch.save(batch, 'batch.pt')",
                )
            file.seek(0)
            if Path(spelled).suffix in (".npy", ".npz"):
                return _from_numpy(spelled, file, dtype)
            return torch_file.load(
                file,
                spelled,
                "a tensor, or a tuple, list or dict of them, saved with torch.save; "
                "nothing was executed",
                try_="torch.save(batch, 'batch.pt')",
                try_code="--batch mydata.py:batch for objects of your own",
            )
    except OSError as error:
        raise InputError(
            got=f"{spelled}, which cannot be read ({error.strerror or error})",
            expected="a .pt, .npy or .npz file",
            try_="--batch batch.pt",
        ) from error


def _from_numpy(spelled: str, file: BinaryIO, dtype: torch.dtype) -> Any:
    try:
        found = np.load(file, allow_pickle=False)
        arrays = found if isinstance(found, np.ndarray) else dict(found)
    except Exception as error:  # NumPy and zipfile raise many kinds
        pickled = "pickle" in str(error)
        reason = "it holds Python objects" if pickled else "it is damaged or no array"
        raise InputError(
            got=f"{spelled}, which NumPy cannot load ({reason})",
            expected="numbers written by numpy.save or numpy.savez",
            try_="numpy.save('batch.npy', array)",
        ) from error
    if isinstance(arrays, np.ndarray):
        return _as_tensor(spelled, arrays, dtype)
    tensors = {key: _as_tensor(spelled, one, dtype) for key, one in arrays.items()}
    unnamed = [f"arr_{i}" for i in range(len(tensors))]
    if set(tensors) == set(unnamed):
        return tuple(tensors[name] for name in unnamed)
    return tensors


def _as_tensor(spelled: str, array: np.ndarray, dtype: torch.dtype) -> Tensor:
    try:
        native = array.astype(array.dtype.newbyteorder("="), copy=True)
        tensor = torch.from_numpy(native)
    except TypeError as error:
        raise InputError(
            got=f"{spelled}, an array of type {array.dtype}",
            expected="numbers",
            try_="array.astype(numpy.float32)",
        ) from error
    return tensor.to(dtype) if tensor.is_floating_point() else tensor
