"""What each layer and direction of a call read and gave.

A fused module gives the outputs of its top layer alone. The layers below are run again,
with the masks that dropout drew between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gradlab.modules import kernel
from gradlab.modules.call import Call


@dataclass(frozen=True)
class LayerPass:
    """One layer and direction of a call, in its own time: it reads step 1 first.

    Of sequences shorter than T, steps after their last one are zeros.

    Attributes:
        inputs: (T, B, I).
        hidden: h_1 .. h_T, (T, B, n).
        start: h_0 (and c_0), (B, n) each.
    """

    inputs: Tensor
    hidden: Tensor
    start: tuple[Tensor, ...]


@dataclass(frozen=True)
class Layer:
    """A layer of a call.

    Attributes:
        directions: forward, and reverse where there is one.
        mask: (T, B, all directions' n) that multiplied what the layer above read; None
            without dropout.
    """

    directions: tuple[LayerPass, ...]
    mask: Tensor | None


def layers_of(call: Call) -> tuple[Layer, ...]:
    """Return the layers of a call from the bottom up, in the module's dtype."""
    found, inputs, count = [], call.inputs, call.directions
    with kernel.as_it_ran(call), torch.no_grad():
        for number in range(call.layers):
            places = slice(number * count, (number + 1) * count)
            start = tuple(state[places] for state in call.start)
            if number == call.layers - 1:
                found.append(_layer(call, inputs, call.outputs, start, None))
                break
            names = kernel.weight_names(call, number)
            weights = [call.weights[name] for of in names for name in of]
            outputs, _ = kernel.run(
                call, inputs, _by_length(call, start), weights, layers=1
            )
            mask = _drawn_mask(call, outputs) if call.dropout else None
            found.append(_layer(call, inputs, outputs, start, mask))
            inputs = outputs if mask is None else outputs * mask
    return tuple(found)


def own_time(values: Tensor, lengths: Tensor, reverse: bool) -> Tensor:
    """Return (T, B, n) with each sequence's steps turned round; as it is if forward.

    >>> steps = torch.tensor([[1.0, 5.0], [2.0, 6.0], [3.0, 0.0]])[..., None]
    >>> own_time(steps, torch.tensor([3, 2]), reverse=True)[..., 0].tolist()
    [[3.0, 6.0], [2.0, 5.0], [1.0, 0.0]]
    """
    if not reverse:
        return values
    steps = torch.arange(len(values), device=values.device)[:, None]
    last = lengths.to(values.device) - 1
    index = torch.where(steps <= last, last - steps, steps)
    return values.gather(0, index[..., None].expand_as(values))


def _layer(
    call: Call,
    inputs: Tensor,
    outputs: Tensor,
    start: Sequence[Tensor],
    mask: Tensor | None,
) -> Layer:
    read, lengths = call.padded(inputs), call.lengths
    given = call.padded(outputs).chunk(call.directions, -1)
    return Layer(
        tuple(
            LayerPass(
                own_time(read, lengths, reverse=bool(d)),
                own_time(given[d], lengths, reverse=bool(d)),
                tuple(state[d] for state in start),
            )
            for d in range(call.directions)
        ),
        None if mask is None else call.padded(mask),
    )


def _drawn_mask(call: Call, outputs: Tensor) -> Tensor:
    """Draw the mask that the kernel drew next, of the caller's whole batch."""
    if call.packing:
        return torch.dropout(torch.ones_like(outputs), call.dropout, True)
    ones = outputs.new_ones(len(outputs), call.batch, outputs.shape[-1])
    return torch.dropout(ones, call.dropout, True)[:, : call.sequences]


def _by_length(call: Call, states: Sequence[Tensor]) -> list[Tensor]:
    return [call.packing.by_length(s) if call.packing else s for s in states]
