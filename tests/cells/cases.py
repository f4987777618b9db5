"""Situations the tests of cells run over, as data."""

from collections.abc import Iterator
from itertools import product

import torch

from gradlab import catalog, cells
from gradlab.activations.base import Activation
from gradlab.cells import Cell, Step


SWITCHES = {
    "rnn": [[]],
    "lstm": [
        ["", "no_forget", "coupled"],
        ["", "peephole"],
        ["", "no_output_activation"],
        ["", "gate=hardsigmoid"],
        ["", "candidate=softsign"],
        ["", "proj=3"],
    ],
    "gru": [["", "reset_before"], ["", "z_replaces"], ["", "gate=hardsigmoid"]],
}
"""Every option of every cell; the product of the rows is every combination."""

ACTIVATIONS = catalog.names("activations")


def spec(cell: str, options: tuple[str, ...]) -> str:
    given = [option for option in options if option]
    return f"{cell}:{'+'.join(given)}" if given else cell


SPECS = [
    spec(cell, options)
    for cell, switches in SWITCHES.items()
    for options in product(*[row or [""] for row in switches])
]
PLAIN = ["rnn", "lstm", "lstm:proj=3", "lstm:peephole", "lstm:coupled+peephole"]
PLAIN += ["lstm:no_forget", "gru", "gru:reset_before", "gru:z_replaces"]
PLAIN += ["gru:reset_before+z_replaces"]


def activation(name: str) -> Activation:
    return catalog.get("activations", name)()


def rough(
    spec: str,
    *,
    inputs: int = 3,
    hidden: int = 7,
    phi: str | None = None,
    bias: bool = True,
    dtype: torch.dtype = torch.float64,
    seed: int = 0,
) -> Cell:
    """A cell with N(0, 1) weights, where nothing is small and no gate is idle."""
    phi = None if phi is None else activation(phi)
    cell = cells.build(spec, inputs, hidden, activation=phi, bias=bias, dtype=dtype)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return cell


def visit(
    cell: Cell, *lead: int, seed: int = 1
) -> tuple[torch.Tensor, tuple[torch.Tensor, ...], Step]:
    """Random inputs and state with leading axes (*lead, B), and the step from there."""
    generator = torch.Generator().manual_seed(seed)
    like = next(cell.parameters())

    def draw(width: int) -> torch.Tensor:
        return torch.randn(*lead, width, generator=generator).to(like)

    inputs = draw(cell.input_size)
    state = tuple(draw(width) for width in cell.state_sizes)
    with torch.no_grad():
        return inputs, state, cell.step(inputs, state)


def twin(cell: Cell, inputs: torch.Tensor, state: tuple) -> torch.Tensor:
    """J_t of every sequence by torch.func.jacrev, one sequence at a time."""
    return _derivative(cell, inputs, state, 0)


def input_twin(cell: Cell, inputs: torch.Tensor, state: tuple) -> torch.Tensor:
    """ds_t/dx_t of every sequence by torch.func.jacrev, one sequence at a time."""
    return _derivative(cell, inputs, state, 1)


def _derivative(cell, inputs, state, of):
    sizes = list(cell.state_sizes)

    def advance(joined: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        after = cell.step(x[None], tuple(s[None] for s in joined.split(sizes))).state
        return torch.cat([s[0] for s in after])

    joined = torch.cat(state, -1)
    each = torch.func.vmap(torch.func.jacrev(advance, of))
    rows = each(joined.flatten(0, -2), inputs.flatten(0, -2))
    return rows.detach().reshape(*joined.shape, -1)


def relative(got: torch.Tensor, expected: torch.Tensor) -> float:
    """|got - expected|_F / |expected|_F: no absolute allowance."""
    return ((got - expected).norm() / expected.norm()).item()


def members(cell: Cell, count: int) -> Iterator[Cell]:
    """Cells built like ``cell`` with other weights."""
    import copy

    for seed in range(count):
        other = copy.deepcopy(cell)
        generator = torch.Generator().manual_seed(100 + seed)
        with torch.no_grad():
            for p in other.parameters():
                p.copy_(torch.randn(p.shape, generator=generator) * 0.4)
        yield other
