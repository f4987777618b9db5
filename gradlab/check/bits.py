"""Bits of a member of an ensemble, compared with those of the member alone.

The conveyor is defined in :mod:`gradlab.cells.base`.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from gradlab import cells
from gradlab.cells import Cell, Diagonal


def differing_bits(members: Sequence[Cell], batch: int = 2) -> Iterator[str]:
    """Name each number of a cell that is not the same alone and in an ensemble.

    Compared are states, gates, Jacobians, conveyors and gradients over four steps, of
    each member alone, among all, in a group of four, and in a group of one.

    Args:
        members: at least 7 cells that differ in their weights only.
        batch: B, sequences of each.
    """
    generator = torch.Generator().manual_seed(1)
    shape = (4, len(members), batch, members[0].input_size)
    like = members[0].initial_state(1)[0]
    inputs = torch.randn(*shape, generator=generator).to(like)
    alone = [_trace(cell, inputs[:, m]) for m, cell in enumerate(members)]
    everyone = list(range(len(members)))
    for group in (everyone, everyone[3:7], everyone[-1:]):
        together = _trace(cells.ensemble([members[m] for m in group]), inputs[:, group])
        for place, m in enumerate(group):
            for name, expected in alone[m].items():
                if not torch.equal(together[name][place], expected):
                    yield f"other bits of {name} among {len(group)}"


def _trace(cell: Cell, inputs: Tensor) -> dict[str, Tensor]:
    """Return the numbers of a run over (T, …M, B, I) by name, member axis first."""
    found: dict[str, Tensor] = {}
    state = cell.initial_state(*inputs.shape[1:-1])
    for t, x in enumerate(inputs, start=1):
        before, step = state, cell.step(x, state)
        state = step.state
        jacobian = cell.jacobian(x, before, step)
        found |= {f"{n}_{t}": s for n, s in zip(cell.state_names, state, strict=True)}
        found |= {f"{name} at step {t}": gate for name, gate in step.gates.items()}
        for (later, earlier), block in jacobian.blocks.items():
            values = block.values if isinstance(block, Diagonal) else block
            found[f"block {later} by {earlier} of J_{t}"] = values
        if jacobian.conveyor is not None:
            found[f"conveyor at step {t}"] = jacobian.conveyor
        for name, block in cell.input_jacobian(x, before, step).items():
            found[f"d{name}_{t}/dx_{t}"] = block
    weights = dict(cell.named_parameters())
    gradients = torch.autograd.grad(
        state[cell.output_state].sum(), list(weights.values()), materialize_grads=True
    )
    found |= {f"dL/d{n}": g for n, g in zip(weights, gradients, strict=True)}
    return {name: value.detach() for name, value in found.items()}
