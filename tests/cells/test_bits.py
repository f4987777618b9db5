"""A point's bits do not depend on its company."""

import pytest
import torch

from gradlab.cells import Diagonal, ensemble
from tests.cells.cases import members, rough


SPECS = [
    "rnn",
    "lstm",
    "lstm:peephole",
    "lstm:proj=5",
    "lstm:no_forget",
    "gru",
    "gru:reset_before",
]
STEPS = 4


def run(cell, inputs):
    """Everything a member's numbers could differ in: states, blocks, gradients."""
    state = cell.initial_state(*inputs.shape[:-2], inputs.shape[-2])
    found = []
    for _ in range(STEPS):
        before = state
        step = cell.step(inputs, before)
        jacobian = cell.jacobian(inputs, before, step)
        found += [*step.state, *step.gates.values()]
        found += [
            block.values if isinstance(block, Diagonal) else block
            for block in jacobian.blocks.values()
        ]
        found += cell.input_jacobian(inputs, before, step).values()
        found += [] if jacobian.conveyor is None else [jacobian.conveyor]
        state = step.state
    loss = state[cell.output_state].sum()
    found += torch.autograd.grad(loss, list(cell.parameters()))
    return [tensor.detach() for tensor in found]


@pytest.mark.parametrize("phi", [None, "sigmoid"])
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("hidden", [10, 37])
@pytest.mark.parametrize("spec", SPECS)
def test_alone_in_four_and_in_eleven(spec, hidden, batch, phi):
    model = rough(spec, inputs=5, hidden=hidden, phi=phi, dtype=torch.float32)
    singles = list(members(model, 11))
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(11, batch, 5, generator=generator)
    alone = [run(c, x) for c, x in zip(singles, inputs, strict=True)]
    for group in (range(11), range(3, 7), range(10, 11)):
        together = run(ensemble([singles[m] for m in group]), inputs[list(group)])
        for place, m in enumerate(group):
            for got, expected in zip(together, alone[m], strict=True):
                assert torch.equal(got[place], expected)
