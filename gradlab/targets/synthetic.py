"""A batch of random numbers, for a model that is looked at without data."""

import re

import numpy as np
import torch
from torch import Tensor, nn

from gradlab import arguments
from gradlab.errors import ConfigError
from gradlab.seeding import stream
from gradlab.targets.calling import original
from gradlab.targets.objects import required


_MOST = 2**27
"""Numbers of the largest batch, a gigabyte of them in float64."""


def synthetic_batch(
    spelled: str, *, dtype: torch.dtype | None = None, seed: int = 0
) -> Tensor:
    """Return a tensor of random numbers, the same for the same arguments.

    Torch's generators are not used.

    Args:
        spelled: ``32x180x128``, a shape of standard normal numbers; or
            ``32x180:tokens=1000``, a shape of whole numbers from 0 to 999, int64.
        dtype: of normal numbers; torch's default if left out.
        seed: of :func:`gradlab.seeding.stream`.

    Raises:
        ConfigError: ``spelled`` has another form, or too large a size.
    """
    arguments.text("--input", spelled, try_="32x100x16")
    n = "[0-9]{1,19}"  # as many digits as int64 has
    found = re.fullmatch(rf"({n}(?:x{n})*)(?::tokens=({n}))?", spelled)
    shape = [int(size) for size in found[1].split("x")] if found else []
    tokens = int(found[2]) if found and found[2] else None
    if not found or 0 in shape or tokens == 0:
        raise ConfigError(
            got=f"--input {arguments.describe(spelled)}",
            expected="sizes from 1 on with x between them, and :tokens=N for whole "
            "numbers",
            try_="32x100x16 or 32x100:tokens=1000",
        )
    count = 1
    for size in shape:
        count *= size
    if count > _MOST or (tokens or 0) > 2**63 - 1:
        raise ConfigError(
            got=f"--input {arguments.describe(spelled)}",
            expected=f"at most {_MOST} numbers, and tokens that int64 holds",
            try_="fewer sequences, or shorter ones",
        )
    random = stream(seed, "inputs")
    if tokens is not None:
        return torch.from_numpy(random.integers(tokens, size=shape, dtype=np.int64))
    numbers = torch.from_numpy(random.standard_normal(shape))
    return numbers.to(dtype or torch.get_default_dtype())


def missing_batch(module: nn.Module) -> ConfigError:
    """Return the error for a model that was named without a batch: what it needs.

    Where ``forward`` needs one argument it offers a synthetic batch, with the features
    of the first layer that says how many it takes.
    """
    module = original(module)
    needed = required(module.forward)
    signature = f"{type(module).__name__}.forward({', '.join(needed)})"
    several = len(needed) > 1
    return ConfigError(
        got=f"no batch for {signature}",
        expected="a batch: --batch MODULE:NAME, or a .pt, .npy or .npz file",
        try_=f"--batch mydata.py:batch, which gives ({', '.join(needed)}, target)"
        if several
        else f"--input {_suggested(module)} for random numbers of that shape",
    )


def _suggested(module: nn.Module) -> str:
    for layer in module.modules():
        if isinstance(layer, nn.Embedding | nn.EmbeddingBag):
            return f"32x100:tokens={layer.num_embeddings}"
        if isinstance(layer, nn.Linear):
            return f"32x100x{layer.in_features}"
        if isinstance(layer, nn.RNNBase):
            sizes = "32x100" if layer.batch_first else "100x32"
            return f"{sizes}x{layer.input_size}"
        if isinstance(layer, nn.RNNCellBase):
            return f"32x100x{layer.input_size}"
    return "32x100x16"
