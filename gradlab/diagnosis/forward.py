"""Run a model's forward and backward pass once, recorded, and leave it as it was."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from gradlab.arguments import describe
from gradlab.errors import ConfigError
from gradlab.modules import Call, Recorder
from gradlab.numerics.random_state import random_state_kept


@dataclass(frozen=True)
class Pass:
    """A recorded forward and backward pass.

    Attributes:
        calls: of recurrent modules.
        loss: its value.
    """

    calls: tuple[Call, ...]
    loss: float


def record_pass(
    model: nn.Module, batch: Any, loss: Callable, call: Callable[[nn.Module, Any], Any]
) -> Pass:
    """Run ``loss(call(model, batch), batch)`` and its backward pass.

    Weights, ``.grad``, buffers, mode and random generators are afterwards what they
    were. Compiled code runs uncompiled, where hooks work.

    Raises:
        ConfigError: a loss that is no scalar, or depends on no recurrent module.
        Exception: what model or loss raise, as it is.
    """
    name = getattr(loss, "__name__", type(loss).__name__)
    recorder = Recorder(model, by_inputs=True)
    with _unchanged(model), torch.enable_grad():
        recorder.install()
        try:
            value = _scalar(loss(call(model, batch), batch), name)
            _backward(model, value, recorder)
        finally:
            recorder.remove()
    calls = recorder.calls
    if not calls:
        names = ", ".join(recorder.modules)
        raise ConfigError(
            got=f"a forward pass that records no gradients in {names}",
            expected="recurrent modules that are called, outside torch.no_grad",
            try_="the model as it is trained",
        )
    if not any(one.is_reached for one in calls):
        raise ConfigError(
            got=f"the loss {name}, which does not depend on {calls[0].name}",
            expected="a loss of what the recurrent modules give",
            try_="the loss that the model is trained with",
        )
    return Pass(tuple(calls), float(value.detach()))


def _scalar(value: Any, name: str) -> Tensor:
    if not isinstance(value, Tensor) or value.numel() != 1:
        raise ConfigError(
            got=f"the loss {name}, which gives {_given(value)}",
            expected="a scalar tensor from loss(output, batch)",
            try_=".mean() of it"
            if isinstance(value, Tensor)
            else "to return the tensor, without .item()"
            if isinstance(value, float)
            else "to return the tensor that backward() is called of",
        )
    if not value.requires_grad:
        raise ConfigError(
            got=f"the loss {name}, which gives a tensor without a gradient",
            expected="a loss that depends on the model's weights",
            try_="what the model gives, without detach(), item() or no_grad",
        )
    return value.reshape(())


def _given(value: Any) -> str:
    if isinstance(value, float):
        return f"a float, {value:.4g}, which has no gradient"
    return describe(value)


def _backward(model: nn.Module, value: Tensor, recorder: Recorder) -> None:
    """Compute gradients by what the modules read alone: no weight gets a ``.grad``."""
    try:
        if recorder.aliases:
            torch.autograd.grad(value, list(recorder.aliases), allow_unused=True)
            return
    except RuntimeError as error:
        if "heckpoint" not in str(error):
            raise
    # reentrant checkpointing allows a whole backward pass alone
    value.backward()


@contextmanager
def _unchanged(model: nn.Module) -> Iterator[None]:
    tensors = [*model.parameters(), *model.buffers()]
    values = [tensor.detach().clone() for tensor in tensors]
    gradients = [(p, p.grad) for p in model.parameters()]
    modes = [(module, module.training) for module in model.modules()]
    device = next((t.device for t in tensors), torch.device("cpu"))
    for parameter, _ in gradients:
        parameter.grad = None
    try:
        with (
            random_state_kept(device),
            torch.backends.cudnn.flags(enabled=False),
            torch.compiler.set_stance("force_eager"),
        ):
            yield
    finally:
        with torch.no_grad():
            for tensor, value in zip(tensors, values, strict=True):
                if not torch.equal(tensor, value):
                    tensor.copy_(value)
        for parameter, gradient in gradients:
            parameter.grad = gradient
        for module, training in modes:
            module.training = training
