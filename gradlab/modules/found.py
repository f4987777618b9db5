"""The recurrent modules inside a model, and the weights they use."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from gradlab.errors import ConfigError
from gradlab.modules.call import CELLS, MODULES, is_recurrent


def recurrent_modules(model: nn.Module) -> dict[str, nn.Module]:
    """Return the recurrent modules of a model by name.

    One that is there under two names has the first. A model that is itself recurrent
    has the name of its class.

    Raises:
        ConfigError: none is there, or one cannot be read.
    """
    found = {}
    for name, module in model.named_modules():
        name = name.removeprefix("_orig_mod").removeprefix(".")  # of torch.compile
        if is_recurrent(module):
            _refuse_own_forward(name, module)
            found[name or type(module).__name__] = module
        elif isinstance(module, torch.jit.ScriptModule):
            _refuse_scripted(name, module)
    if not found:
        raise ConfigError(
            got=f"{type(model).__name__}, with no nn.RNN, nn.LSTM, nn.GRU or Cell of "
            "them",
            expected="a model that has one inside",
            try_="gradlab.unroll with a gradlab.Cell, for a recurrence of your own",
        )
    return found


def weights_of(module: Any) -> Iterator[tuple[str, Tensor]]:
    """Yield a recurrent module's weights by torch's name, as they are used."""
    if isinstance(module, nn.RNNBase):
        names = [name for layer in module._all_weights for name in layer]
    else:
        names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
    for name in names:
        weight = getattr(module, name)
        if weight is not None:
            yield name, weight


def _refuse_own_forward(name: str, module: nn.Module) -> None:
    kinds = [kind for kind in (*MODULES, *CELLS) if isinstance(module, kind)]
    if type(module).forward is not kinds[0].forward:
        raise ConfigError(
            got=f"{name or 'the model'}: {type(module).__name__} with a forward of its "
            "own",
            expected=f"the forward of nn.{kinds[0].__name__}, of which the steps are "
            "known",
            try_=f"a module that contains an nn.{kinds[0].__name__} and calls it",
        )


def _refuse_scripted(name: str, module: Any) -> None:
    kinds = {kind.__name__ for kind in (*MODULES, *CELLS)}
    if module.original_name in kinds:
        raise ConfigError(
            got=f"{name or 'the model'}, a scripted {module.original_name}",
            expected="a module of torch.nn: scripted ones take no hooks",
            try_="the model before torch.jit.script",
        )
