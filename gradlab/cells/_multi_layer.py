"""Cells one above the other, as one cell whose state is that of all layers."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from gradlab.cells.base import Cell, Diagonal, Recurrent, Step, StepJacobian
from gradlab.errors import ConfigError
from gradlab.numerics.batch_invariant import bmm, pad_to_multiple


Block = Tensor | Diagonal


class Layer(NamedTuple):
    """One layer within a step: its cell, what it is fed with, s_{t-1} and the step."""

    cell: Cell
    inputs: Tensor
    state: tuple[Tensor, ...]
    step: Step


class MultiLayerCell(Cell):
    """Layer l = 1 .. L is fed with what layer l - 1 reads out at the same step.

    The state is s = (s^1, .., s^L), from the bottom up, its names those of the layers'
    cells with the layer's number: ``h1 c1 h2 c2``. With x^1 = x and x^l = h^{l-1}::

        ds^l_t/ds^l_{t-1} = J^l_t                                    within a layer
        ds^l_t/ds^m_{t-1} = (ds^l_t/dx^l_t) (dh^{l-1}_t/ds^m_{t-1})  between, m < l

    so J_t is block lower triangular: a product's block of one layer is the product of
    that layer's own Jacobians, whatever the other layers do. Every layer has a conveyor
    of its own, so the whole names none; :meth:`gradlab.trajectory.Trajectory.layer`
    gives a layer's trajectory, which has it. Gates are named ``forget_gate.1``.

    Layers of RNN, LSTM or GRU are ``torch.nn``'s with ``num_layers``: ``state_dict``
    has its names (``weight_ih_l0``, counted from 0 there) and reads them.

    Args:
        cells: from the bottom up, of one kind; the second and all above take inputs
            as wide as what the one below reads out.

    Raises:
        ConfigError: if there is no cell, if a cell does not fit on the one below, or
            where numbered names could be read two ways.
    """

    def __init__(self, cells: Sequence[Cell]) -> None:
        _check(cells)
        super().__init__(cells[0].input_size, cells[0].hidden_size)
        self.cells = nn.ModuleList(cells)
        _check_names(self.state_names)
        self._register_state_dict_hook(_to_torchs_names)
        self._register_load_state_dict_pre_hook(_from_torchs_names)

    @property
    def layer_cells(self) -> tuple[Cell, ...]:
        return tuple(self.cells)  # type: ignore[arg-type]

    @property
    def name(self) -> str:  # type: ignore[override]
        return self.layer_cells[0].name

    @property
    def supports_ensembles(self) -> bool:  # type: ignore[override]
        return self.layer_cells[0].supports_ensembles

    @property
    def equation(self) -> str:  # type: ignore[override]
        return self.layer_cells[0].equation

    @property
    def reference(self) -> str:  # type: ignore[override]
        return self.layer_cells[0].reference

    @property
    def state_names(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(
            f"{name}{number}"
            for number, cell in enumerate(self.layer_cells, start=1)
            for name in cell.state_names
        )

    @property
    def gate_names(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(
            f"{gate}.{number}"
            for number, cell in enumerate(self.layer_cells, start=1)
            for gate in cell.gate_names
        )

    @property
    def state_sizes(self) -> tuple[int, ...]:
        return tuple(size for cell in self.layer_cells for size in cell.state_sizes)

    @property
    def output_state(self) -> int:
        below, top = self.layer_cells[:-1], self.layer_cells[-1]
        return sum(len(cell.state_names) for cell in below) + top.output_state

    @property
    def weight_blocks(self) -> dict[str, slice]:
        blocks, above = {}, 0
        for number, cell in enumerate(self.layer_cells, start=1):
            for name, rows in cell.weight_blocks.items():
                blocks[f"{name}.{number}"] = _shifted(rows, above)
            above += _rows(cell)
        return blocks

    @property
    def recurrent_parameters(self) -> tuple[str, ...]:
        return tuple(
            f"cells.{k}.{name}"
            for k, cell in enumerate(self.layer_cells)
            for name in cell.recurrent_parameters
        )

    def places(self, number: int) -> slice:
        """Return where the states of layer ``number`` (from 1) stand in the state."""
        counts = [len(cell.state_names) for cell in self.layer_cells[:number]]
        return slice(sum(counts[:-1]), sum(counts))

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        steps = []
        for number, cell in enumerate(self.layer_cells, start=1):
            step = cell.step(inputs, state[self.places(number)])
            inputs = step.state[cell.output_state]
            steps.append(step)
        return self.joined(steps)

    def joined(self, steps: Sequence[Step]) -> Step:
        """Return the layers' steps as one."""
        return Step(
            tuple(s for step in steps for s in step.state),
            _numbered([step.gates for step in steps]),
            _numbered([step.pre_activations for step in steps]),
            self._uses(steps),
        )

    def jacobian(self, inputs, state, step, *, out=None) -> StepJacobian:
        blocks: dict[str, Block] = {}
        below: dict[str, Block] = {}
        for number, layer in enumerate(self.apart(inputs, state, step), start=1):
            cell = layer.cell
            into = _fed(layer) if below else {}
            rows = {later: _chained(into[later], below) for later in into}
            for (later, earlier), block in _own_blocks(layer).items():
                rows.setdefault(later, {})[f"{earlier}{number}"] = block
            for later, row in rows.items():
                blocks |= {f"{later}{number}{name}": b for name, b in row.items()}
            below = rows.get(cell.state_names[cell.output_state], {})
        return StepJacobian(blocks)

    def input_jacobian(self, inputs, state, step) -> dict[str, Tensor]:
        blocks: dict[str, Tensor] = {}
        below: Tensor | None = None
        for number, layer in enumerate(self.apart(inputs, state, step), start=1):
            into = _fed(layer)
            if below is not None:
                into = {name: _times(block, below) for name, block in into.items()}
            blocks |= {f"{name}{number}": block for name, block in into.items()}
            below = into[layer.cell.state_names[layer.cell.output_state]]
        return blocks

    def vjp(self, inputs, state, step, cotangents, *, out=None) -> tuple[Tensor, ...]:
        pulled: list[Tensor] = []
        fed: Tensor | None = None
        layers = list(enumerate(self.apart(inputs, state, step), start=1))
        for number, layer in reversed(layers):
            own = list(cotangents[self.places(number)])
            if fed is not None:
                own[layer.cell.output_state] = own[layer.cell.output_state] + fed
            earlier = layer.cell.vjp(
                layer.inputs,
                layer.state,
                layer.step,
                tuple(own),
                out=None if out is None else out[self.places(number)],
            )
            pulled = [*earlier, *pulled]
            if number > 1:
                into = _fed(layer)
                named = zip(layer.cell.state_names, own, strict=True)
                parts = [_times(rows, into[name]) for name, rows in named]
                fed = torch.stack(parts).sum(0) if len(parts) > 1 else parts[0]
        return tuple(pulled)

    def apart(self, inputs, state, step: Step) -> list[Layer]:
        """Return the layers of a step, from the bottom up; leading axes as they are."""
        found = []
        for number, cell in enumerate(self.layer_cells, start=1):
            places = self.places(number)
            own = Step(
                step.state[places],
                _of(number, step.gates),
                _of(number, step.pre_activations),
                self._own_uses(number, step.recurrent),
            )
            found.append(Layer(cell, inputs, state[places], own))
            inputs = own.state[cell.output_state]
        return found

    def between(self, first: int, last: int) -> Cell:
        """Return layers ``first`` .. ``last`` as a cell, their parameters shared."""
        chosen = self.layer_cells[first - 1 : last]
        return chosen[0] if len(chosen) == 1 else MultiLayerCell(chosen)

    def taken_out(
        self, first: int, last: int, inputs: Tensor, state, step: Step
    ) -> tuple[Tensor, Step]:
        """Return what :meth:`between` was fed with in a step, and its own step."""
        layers = self.apart(inputs, state, step)[first - 1 : last]
        cell, steps = self.between(first, last), [layer.step for layer in layers]
        joined = cell.joined(steps) if isinstance(cell, MultiLayerCell) else steps[0]
        return layers[0].inputs, joined

    def _uses(self, steps: Sequence[Step]) -> tuple[Recurrent, ...]:
        """Return the uses of the layers' ``weight_hh``, these one below the other."""
        uses, above = [], 0
        for cell, step in zip(self.layer_cells, steps, strict=True):
            for use in step.recurrent:
                rows = _shifted(use.rows, above)
                uses.append(Recurrent(rows, use.operand, use.product))
            above += _rows(cell)
        return tuple(uses)

    def _own_uses(
        self, number: int, uses: Sequence[Recurrent]
    ) -> tuple[Recurrent, ...]:
        above = sum(_rows(cell) for cell in self.layer_cells[: number - 1])
        end = above + _rows(self.layer_cells[number - 1])
        return tuple(
            Recurrent(_shifted(use.rows, -above), use.operand, use.product)
            for use in uses
            if above <= use.rows.start < end
        )


def _rows(cell: Cell) -> int:
    """Return how many rows ``weight_hh`` has."""
    return max((rows.stop for rows in cell.weight_blocks.values()), default=0)


def _shifted(rows: slice, by: int) -> slice:
    return slice((rows.start or 0) + by, rows.stop + by)


def _numbered(named: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    return {
        f"{name}.{number}": value
        for number, values in enumerate(named, start=1)
        for name, value in values.items()
    }


def _of(number: int, named: Mapping[str, Tensor]) -> dict[str, Tensor]:
    end = f".{number}"
    return {k.removesuffix(end): v for k, v in named.items() if k.endswith(end)}


def _fed(layer: Layer) -> dict[str, Tensor]:
    """Return ds_t/dx_t of a layer by its cell's state names."""
    return layer.cell.input_jacobian(layer.inputs, layer.state, layer.step)


def _own_blocks(layer: Layer) -> dict[tuple[str, str], Block]:
    """Return a layer's own blocks by (later, earlier), its conveyor among them."""
    cell = layer.cell
    own = cell.jacobian(layer.inputs, layer.state, layer.step)
    blocks = {
        (later, earlier): own.blocks[later + earlier]
        for later in cell.state_names
        for earlier in cell.state_names
        if later + earlier in own.blocks
    }
    if own.conveyor is not None:
        carry = (cell.state_names[-1],) * 2
        blocks[carry] = _with_diagonal(blocks.get(carry), own.conveyor)
    return blocks


def _with_diagonal(block: Block | None, values: Tensor) -> Block:
    if block is None:
        return Diagonal(values)
    if isinstance(block, Diagonal):
        return Diagonal(block.values + values)
    whole = block.clone()
    whole.diagonal(dim1=-2, dim2=-1).add_(values)
    return whole


def _chained(into: Tensor, below: Mapping[str, Block]) -> dict[str, Block]:
    """Return ``into`` (…, B, n, I) times each block of the state it looks at."""
    return {
        name: into * block.values.unsqueeze(-2)
        if isinstance(block, Diagonal)
        else _times(into, block)
        for name, block in below.items()
    }


def _times(a: Tensor, b: Tensor) -> Tensor:
    """Return a @ b, (…, m, k) and (…, k, n), with the same bits in any company."""
    flat = [pad_to_multiple(matrix.flatten(0, -3), 2) for matrix in (a, b)]
    product = bmm(*flat)[:, : a.shape[-2], : b.shape[-1]]
    return product.reshape(*a.shape[:-1], b.shape[-1])


_OURS = re.compile(r"cells\.(\d+)\.(.+)")
_TORCHS = re.compile(r"(.+)_l(\d+)")


def _to_torchs_names(
    module: nn.Module, state: dict[str, Any], prefix: str, *more: Any
) -> None:
    """Name ``cells.0.weight_ih`` as torch does, ``weight_ih_l0``."""
    _rename(state, prefix, _OURS, r"\2_l\1")


def _from_torchs_names(state: dict[str, Any], prefix: str, *more: Any) -> None:
    """Read torch's names as ours."""
    _rename(state, prefix, _TORCHS, r"cells.\2.\1")


def _rename(
    state: dict[str, Any], prefix: str, pattern: re.Pattern[str], into: str
) -> None:
    for key in [key for key in state if key.startswith(prefix)]:
        found = pattern.fullmatch(key.removeprefix(prefix))
        if found:
            state[prefix + found.expand(into)] = state.pop(key)


def _check(cells: Sequence[Cell]) -> None:
    if not cells:
        raise ConfigError(
            got="layers of no cell", expected="one cell or more", try_="layers=2"
        )
    for below, above in zip(cells, cells[1:], strict=False):
        width = below.state_sizes[below.output_state]
        if above.input_size != width or type(above) is not type(below):
            raise ConfigError(
                got=f"{above} above {below}",
                expected=f"cells of one kind, those above with inputs of {width}",
                try_="gradlab.build('lstm:layers=2', 3, 8)",
            )


def _check_names(names: Sequence[str]) -> None:
    """Refuse states whose numbered names, or pairs of them, can be read two ways."""
    pairs = {later + earlier for later in names for earlier in names}
    if len(pairs) < len(names) ** 2:
        raise ConfigError(
            got=f"layers with states {', '.join(names)}",
            expected="names of states that do not end in a digit",
            try_='state_names = ("h", "c")',
        )
