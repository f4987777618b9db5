"""Check the sequence and the state a cell is to run on, and run it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from gradlab.arguments import describe
from gradlab.cells._dtypes import HALF, warn_upcast
from gradlab.cells._states import check_states
from gradlab.errors import ConfigError, ShapeError


DIAGNOSE = "gradlab.diagnose takes whole models, both directions and packed batches"
"""What is said of modules and inputs that are none of a cell's."""


def as_inputs(cell: Any, inputs: Any, *, time_first: bool = False) -> Tensor:
    """Return the inputs of a cell as a tensor (…M, B, T, I).

    A NumPy array takes the cell's dtype and device; half precision is upcast, which a
    warning says.

    Args:
        cell: a :class:`gradlab.Cell`, whose module imports this one.
        inputs: as they were given.
        time_first: whether they are (T, B, I), those of one cell.

    Raises:
        ConfigError: what is no tensor of floats, or one of another dtype or device
            than the cell.
        ShapeError: for other shapes, no sequence or no step.
    """
    width, members = cell.input_size, cell.ensemble_shape
    like = [p for p in cell.parameters() if p.is_floating_point()]
    sample = f"torch.randn({', '.join(map(str, (*members, 4, 64, width)))})"
    tensor = _as_tensor("inputs", inputs, like, sample)
    shape, axes = tuple(tensor.shape), ("sequences", "steps")
    expected = (*members, *(reversed(axes) if time_first else axes), width)
    if members:
        fits = len(shape) == len(expected) and shape[: len(members)] == members
    else:
        fits = len(shape) == 3 if time_first else len(shape) >= 3
    if not fits or shape[-1] != width:
        raise ShapeError(
            got=f"inputs of shape {shape}",
            expected=f"({', '.join(map(str, expected))})",
            try_=sample,
        )
    if 0 in shape:
        raise ShapeError(
            got=f"inputs of shape {shape}, which hold nothing",
            expected="one sequence or more, of one step or more",
            try_="leaving empty batches out",
        )
    return tensor.swapaxes(0, 1) if time_first else tensor


def as_state(cell: Any, given: Any, inputs: Tensor) -> tuple[Tensor, ...]:
    """Return s_0 as one tensor (…M, B, n) per state name.

    Args:
        cell: a :class:`gradlab.Cell`.
        given: a sequence of tensors or NumPy arrays, which take the inputs' dtype and
            device; the cell's own initial state if None.
        inputs: (…M, B, T, I), checked.

    Raises:
        ConfigError, ShapeError: as :func:`as_inputs`.
    """
    lead = tuple(inputs.shape[:-2])
    if given is None:
        start = cell.initial_state(*lead)
        check_states(cell, start, [len(lead) + 1] * len(start))
        return tuple(s.to(dtype=inputs.dtype, device=inputs.device) for s in start)
    expected = [(*lead, size) for size in cell.state_sizes]
    wanted = f"{', '.join(map(str, expected))} for {', '.join(cell.state_names)}"
    try_ = "cell.initial_state(sequences)"
    if not isinstance(given, tuple | list):
        raise ConfigError(
            got=f"initial_state = {describe(given)}",
            expected=f"a tuple of tensors of shapes {wanted}",
            try_=try_,
        )
    states = tuple(_as_tensor("initial_state", s, [inputs], try_) for s in given)
    shapes = [tuple(state.shape) for state in states]
    if shapes != expected:
        raise ShapeError(
            got=f"initial states of shapes {', '.join(map(str, shapes))}",
            expected=wanted,
            try_=try_,
        )
    return states


def run(cell: Any, inputs: Any, state: Any = None) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Return the output states (…M, B, T, n) of a cell over ``inputs``, and s_T."""
    inputs = as_inputs(cell, inputs)
    state = as_state(cell, state, inputs)
    outputs = []
    for x in inputs.unbind(-2):
        state = cell.step(x, state).state
        outputs.append(state[cell.output_state])
    return torch.stack(outputs, -2), state


def _as_tensor(what: str, value: Any, like: Sequence[Tensor], try_: str) -> Tensor:
    """Return a tensor with the dtype and on the device of ``like``."""
    if isinstance(value, PackedSequence):
        raise ConfigError(
            got=f"{what} = a PackedSequence",
            expected=f"a tensor with sequences of one length ({DIAGNOSE})",
            try_="torch.nn.utils.rnn.pad_packed_sequence on those of equal length",
        )
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        first = like[0] if like else torch.empty(0)
        native = torch.from_numpy(np.array(value, dtype=np.float64, order="C"))
        return native.to(dtype=first.dtype, device=first.device)
    if not isinstance(value, Tensor):
        raise ConfigError(
            got=f"{what} = {describe(value)}",
            expected="a tensor, or a NumPy array, of floating-point numbers",
            try_=try_,
        )
    if value.is_nested:
        raise ConfigError(
            got=f"{what} = a nested tensor",
            expected="a tensor with sequences of one length",
            try_=f"torch.nested.to_padded_tensor({what}, 0.0) if all are equally long",
        )
    if value.layout != torch.strided:
        raise ConfigError(
            got=f"{what} in the sparse layout {value.layout}",
            expected="a dense tensor",
            try_=f"{what}.to_dense()",
        )
    if not value.is_floating_point():
        raise ConfigError(
            got=f"{what} of dtype {value.dtype}",
            expected="floating-point numbers",
            try_="inputs.float(), or torch.nn.functional.one_hot for letters",
        )
    return _matched(what, value, like)


def _matched(what: str, value: Tensor, like: Sequence[Tensor]) -> Tensor:
    """Return ``value``, upcast from half precision; refuse what does not fit."""
    dtypes = {tensor.dtype for tensor in like}
    if value.dtype in HALF and dtypes.isdisjoint(HALF):
        to = like[0].dtype if like else torch.float32
        warn_upcast(what, value.dtype, to)
        value = value.to(to)
    if dtypes and value.dtype not in dtypes:
        raise ConfigError(
            got=f"{what} of dtype {value.dtype} for a cell of {like[0].dtype}",
            expected="one dtype",
            try_=f"{what}.to({like[0].dtype}), or cell.to({value.dtype})",
        )
    devices = {tensor.device for tensor in like}
    if devices and value.device not in devices:
        raise ConfigError(
            got=f"{what} on device {value.device} for a cell on {like[0].device}",
            expected="one device",
            try_=f'{what}.to("{like[0].device}")',
        )
    return value
