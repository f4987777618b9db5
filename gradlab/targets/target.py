"""A user's model, named on the command line."""

import random
from pathlib import Path

import numpy as np
import torch
from torch import nn

from gradlab import arguments
from gradlab.errors import ConfigError
from gradlab.targets.objects import call, load_object


def load_target(
    spelled: str, *, app_dir: str | Path = ".", seed: int | None = None
) -> nn.Module:
    """Return a Module, or the one that a class or function gives.

    Args:
        spelled: ``pkg.mod:name`` or ``file.py:name`` of a Module, or of a class or
            function that gives one when called without arguments. Its weights are
            drawn as it draws them: from torch's global generator, as a rule.
        app_dir: see :func:`gradlab.targets.objects.load_object`.
        seed: of the global generators of torch, NumPy and Python, below 2^32, before
            anything of the user's is run; they stay as they are if left out.

    Raises:
        ConfigError: ``spelled`` has another form, or what it names needs arguments or
            is no Module.
        InputError: the file cannot be read, or ends the program.
        UnknownNameError: there is no such module, or nothing of that name in it.
        Exception: any that the user's own code raises, as it is.
    """
    if seed is not None:
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        torch.manual_seed(seed)
    found = load_object("TARGET", spelled, app_dir, example="build")
    got = f"TARGET {spelled}, "
    if callable(found) and not isinstance(found, nn.Module):
        found = call("TARGET", spelled, found, "a Module")
        got = f"TARGET {spelled}, which gives "
    if not isinstance(found, nn.Module):
        raise ConfigError(
            got=f"{got}{arguments.describe(found)}",
            expected="a Module, or a class or function that gives one",
            try_=f"{spelled.rpartition(':')[0]}:build, with def build(): return Net()",
        )
    return found


def floating_dtype(module: nn.Module) -> torch.dtype:
    """Return the dtype of a Module's first floating-point parameter.

    Torch's default where it has none.
    """
    dtypes = (p.dtype for p in module.parameters() if p.is_floating_point())
    return next(dtypes, torch.get_default_dtype())
