"""torch's own kernels of RNN, LSTM and GRU, called with given weights."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import torch
from torch import _VF, Tensor, nn

from gradlab.modules.call import Call


def weight_names(call: Call, layer: int) -> list[list[str]]:
    """Return torch's weight names of a layer, by direction, in the kernel's order."""
    if call.is_cell:
        return [[name for name in _ORDER if name in call.weights]]
    suffixes = [f"_l{layer}", f"_l{layer}_reverse"][: call.directions]
    return [
        [f"{name}{suffix}" for name in _ORDER if f"{name}{suffix}" in call.weights]
        for suffix in suffixes
    ]


_ORDER = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")


def run(
    call: Call,
    inputs: Tensor,
    start: Sequence[Tensor],
    weights: Sequence[Tensor],
    *,
    layers: int,
    dropout: float = 0.0,
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Run layers as a call ran them; return the outputs and final states.

    Args:
        call: whose kind, directions and packing hold.
        inputs: (T, B, I), or packed.
        start: (layers x directions, B, n) each, packed: the longest sequence first.
        weights: of all layers and directions, in torch's order.
        layers: how many.
        dropout: between them.
    """
    if call.is_cell:
        return _run_cell(call, inputs[0], [state[0] for state in start], weights)
    given = tuple(start) if call.kind == "LSTM" else start[0]
    settings = (
        list(weights),
        any("bias_ih" in name for name in call.weights),
        layers,
        dropout,
        dropout > 0,
        call.directions == 2,
    )
    kernel = _kernel(call.module)
    if call.packing:
        found = kernel(inputs, call.packing.batch_sizes, given, *settings)
    else:
        found = kernel(inputs, given, *settings, False)
    return found[0], tuple(found[1:])


def _kernel(module: nn.Module):
    if isinstance(module, nn.LSTM):
        return _VF.lstm
    if isinstance(module, nn.GRU):
        return _VF.gru
    return _VF.rnn_tanh if module.nonlinearity == "tanh" else _VF.rnn_relu


def _run_cell(
    call: Call, inputs: Tensor, start: Sequence[Tensor], weights: Sequence[Tensor]
) -> tuple[Tensor, tuple[Tensor, ...]]:
    biases = () if len(weights) > 2 else (None, None)
    found: tuple[Tensor, ...]
    if call.kind == "LSTM":
        found = _VF.lstm_cell(inputs, tuple(start), *weights, *biases)
    elif call.kind == "GRU":
        found = (_VF.gru_cell(inputs, start[0], *weights, *biases),)
    else:
        tanh = call.module.nonlinearity == "tanh"
        kernel = _VF.rnn_tanh_cell if tanh else _VF.rnn_relu_cell
        found = (kernel(inputs, start[0], *weights, *biases),)
    return found[0][None], tuple(state[None] for state in found)


@contextmanager
def as_it_ran(call: Call) -> Iterator[None]:
    """Restore a call's random state and autocast; leave the generators as they are.

    cuDNN draws dropout inside its kernel, out of reach, and has no double precision of
    its own: it is off.
    """
    with ExitStack() as stack:
        stack.enter_context(torch.backends.cudnn.flags(enabled=False))
        device = call.inputs.device
        devices = [device] if device.type == "cuda" else []
        if call.random_state is not None:
            stack.enter_context(torch.random.fork_rng(devices))
            if devices:
                torch.cuda.set_rng_state(call.random_state, device)
            else:
                torch.set_rng_state(call.random_state)
        on = call.autocast is not None
        if on or torch.is_autocast_enabled(device.type):
            stack.enter_context(torch.autocast(device.type, call.autocast, enabled=on))
        yield
