"""Stacked layers of cells, as one cell whose state is that of all layers.

Carry and conveyor are defined in :mod:`gradlab.cells.base`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from gradlab.cells._step import distinct_names
from gradlab.cells.base import Cell, Diagonal, RecurrentProduct, Step, StepJacobian
from gradlab.errors import ConfigError
from gradlab.numerics.batch_invariant import bmm, pad_to_multiple


Block = Tensor | Diagonal


class LayerStep(NamedTuple):
    """The arguments of a layer's derivatives: cell, x_t, s_{t-1} and the step."""

    cell: Cell
    inputs: Tensor
    state: tuple[Tensor, ...]
    step: Step


class MultiLayerCell(Cell):
    """Layers l = 1 .. L of cells; layer l reads the output of layer l - 1 at that step.

    The state is s = (s^1, .., s^L), from the bottom up, its names those of the layers'
    cells with the layer's number: ``h1 c1 h2 c2``. Gates are named ``forget_gate.1``.
    With x^1 = x and x^l = h^{l-1}, by the chain rule::

        ds^l_t/ds^l_{t-1} = J^l_t                                    within a layer
        ds^l_t/ds^m_{t-1} = (ds^l_t/dx^l_t) (dh^{l-1}_t/ds^m_{t-1})  between, m < l

    so J_t is block lower triangular, and a product's block of one layer is the product
    of that layer's own Jacobians. Each layer has a conveyor of its own, so the whole
    cell has none; :meth:`gradlab.trajectory.Trajectory.layer` gives a layer's
    trajectory, which has it.

    With RNN, LSTM or GRU it is ``torch.nn``'s with ``num_layers``: ``state_dict`` has
    its names (``weight_ih_l0``, counted from 0 there) and reads them.

    Args:
        cells: from the bottom up, of one class; the inputs of the second and all above
            are as wide as the output of the cell below.

    Raises:
        ConfigError: if there is no cell, or if an input width is not the output width
            below.
    """

    def __init__(self, cells: Sequence[Cell]) -> None:
        _check(cells)
        super().__init__(cells[0].input_size, cells[0].hidden_size)
        self.cells = nn.ModuleList(cells)
        self._register_state_dict_hook(_to_torch_names)
        self._register_load_state_dict_pre_hook(_from_torch_names)

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
    def ensemble_shape(self) -> tuple[int, ...]:
        return self.layer_cells[0].ensemble_shape

    @property
    def state_names(self) -> tuple[str, ...]:  # type: ignore[override]
        return distinct_names(
            [
                (name, str(number))
                for number, cell in enumerate(self.layer_cells, start=1)
                for name in cell.state_names
            ]
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
        layers = zip(self._first_rows(), self.layer_cells, strict=False)
        return {
            f"{name}.{number}": slice(first + rows.start, first + rows.stop)
            for number, (first, cell) in enumerate(layers, start=1)
            for name, rows in cell.weight_blocks.items()
        }

    @property
    def recurrent_parameters(self) -> tuple[str, ...]:
        return tuple(
            f"cells.{k}.{name}"
            for k, cell in enumerate(self.layer_cells)
            for name in cell.recurrent_parameters
        )

    def initial_state(self, *batch_shape: int) -> tuple[Tensor, ...]:
        layers = self.layer_cells
        return tuple(s for cell in layers for s in cell.initial_state(*batch_shape))

    def state_slice(self, number: int) -> slice:
        """Return where the states of layer ``number`` (from 1) are in the state."""
        counts = [len(cell.state_names) for cell in self.layer_cells[:number]]
        return slice(sum(counts[:-1]), sum(counts))

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        steps = []
        for number, cell in enumerate(self.layer_cells, start=1):
            step = cell.step(inputs, state[self.state_slice(number)])
            inputs = step.state[cell.output_state]
            steps.append(step)
        return self.join(steps)

    def join(self, steps: Sequence[Step]) -> Step:
        """Return the step of the whole from those of its layers."""
        return Step(
            tuple(s for step in steps for s in step.state),
            _numbered([step.gates for step in steps]),
            _numbered([step.pre_activations for step in steps]),
            tuple(
                _offset_rows(product, first_row)
                for first_row, step in zip(self._first_rows(), steps, strict=False)
                for product in step.recurrent
            ),
        )

    def split(self, inputs, state, step: Step) -> list[LayerStep]:
        """Return the layers' steps, from the bottom up: the inverse of :meth:`join`."""
        found = []
        first_rows = self._first_rows()
        for number, cell in enumerate(self.layer_cells, start=1):
            places, rows = self.state_slice(number), first_rows[number - 1 :][:2]
            own = Step(
                step.state[places],
                _of_layer(number, step.gates),
                _of_layer(number, step.pre_activations),
                tuple(
                    _offset_rows(product, -rows[0])
                    for product in step.recurrent
                    if rows[0] <= product.rows.start < rows[1]
                ),
            )
            found.append(LayerStep(cell, inputs, state[places], own))
            inputs = own.state[cell.output_state]
        return found

    def select_layers(self, first: int, last: int) -> Cell:
        """Return layers ``first`` .. ``last`` as a cell, with shared parameters."""
        chosen = self.layer_cells[first - 1 : last]
        return chosen[0] if len(chosen) == 1 else MultiLayerCell(chosen)

    def jacobian(self, inputs, state, step, *, out=None) -> StepJacobian:
        names = self._names_by_layer()
        blocks: dict[tuple[str, str], Block] = {}
        below: dict[str, Block] = {}
        for number, layer in enumerate(self.split(inputs, state, step), start=1):
            by_input = _input_jacobian(layer) if below else {}
            rows = {
                later: {name: _times_below(block, b) for name, b in below.items()}
                for later, block in by_input.items()
            }
            for (later, earlier), block in _own_blocks(layer).items():
                rows.setdefault(later, {})[names[number - 1][earlier]] = block
            for later, row in rows.items():
                name = names[number - 1][later]
                blocks |= {(name, earlier): b for earlier, b in row.items()}
            below = rows.get(layer.cell.state_names[layer.cell.output_state], {})
        return StepJacobian(blocks)

    def input_jacobian(self, inputs, state, step) -> dict[str, Tensor]:
        blocks: dict[str, Tensor] = {}
        below: Tensor | None = None
        for number, layer in enumerate(self.split(inputs, state, step), start=1):
            by_input = _input_jacobian(layer)
            if below is not None:
                by_input = {name: _matmul(b, below) for name, b in by_input.items()}
            names = self._names_by_layer()[number - 1]
            blocks |= {names[name]: block for name, block in by_input.items()}
            below = by_input[layer.cell.state_names[layer.cell.output_state]]
        return blocks

    def vjp(self, inputs, state, step, cotangents, *, out=None) -> tuple[Tensor, ...]:
        # From the top down: a layer's output gets the cotangent of the input above it.
        found: list[Tensor] = []
        from_above: Tensor | None = None
        layers = list(enumerate(self.split(inputs, state, step), start=1))
        for number, layer in reversed(layers):
            cell, places = layer.cell, self.state_slice(number)
            own = list(cotangents[places])
            if from_above is not None:
                own[cell.output_state] = own[cell.output_state] + from_above
            own_out = None if out is None else out[places]
            found = [*cell.vjp(*layer[1:], tuple(own), out=own_out), *found]
            if number > 1:
                by_input = _input_jacobian(layer)
                named = zip(cell.state_names, own, strict=True)
                parts = [_matmul(rows, by_input[name]) for name, rows in named]
                from_above = torch.stack(parts).sum(0) if len(parts) > 1 else parts[0]
        return tuple(found)

    def _names_by_layer(self) -> list[dict[str, str]]:
        """Return a layer's names of its states -> their names here, layer by layer."""
        ours = iter(self.state_names)
        return [dict(zip(c.state_names, ours, strict=False)) for c in self.layer_cells]

    def _first_rows(self) -> list[int]:
        """Return where each layer's rows of ``weight_hh`` begin, and where they end."""
        first = [0]
        for cell in self.layer_cells:
            stops = (rows.stop for rows in cell.weight_blocks.values())
            first.append(first[-1] + max(stops, default=0))
        return first


def _offset_rows(product: RecurrentProduct, by: int) -> RecurrentProduct:
    """Return the product with ``by`` added to its row numbers."""
    rows = slice(product.rows.start + by, product.rows.stop + by)
    return RecurrentProduct(rows, product.operand, product.product)


def _numbered(named: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    return {
        f"{name}.{number}": value
        for number, values in enumerate(named, start=1)
        for name, value in values.items()
    }


def _of_layer(number: int, named: Mapping[str, Tensor]) -> dict[str, Tensor]:
    end = f".{number}"
    return {k.removesuffix(end): v for k, v in named.items() if k.endswith(end)}


def _input_jacobian(layer: LayerStep) -> dict[str, Tensor]:
    """Return ds_t/dx_t of a layer by its cell's state names."""
    return layer.cell.input_jacobian(layer.inputs, layer.state, layer.step)


def _own_blocks(layer: LayerStep) -> dict[tuple[str, str], Block]:
    """Return J^l_t of a layer by (later, earlier), its conveyor added."""
    own = layer.cell.jacobian(layer.inputs, layer.state, layer.step)
    blocks = dict(own.blocks)
    if own.conveyor is not None:
        carry = (layer.cell.state_names[-1], layer.cell.state_names[-1])
        blocks[carry] = _plus_diagonal(blocks.get(carry), own.conveyor)
    return blocks


def _plus_diagonal(block: Block | None, values: Tensor) -> Block:
    if block is None:
        return Diagonal(values)
    if isinstance(block, Diagonal):
        return Diagonal(block.values + values)
    whole = block.clone()
    whole.diagonal(dim1=-2, dim2=-1).add_(values)
    return whole


def _times_below(by_input: Tensor, below: Block) -> Block:
    """Return ds_t/dx_t (…, B, n, I) times a block of the layer below."""
    if isinstance(below, Diagonal):
        return by_input * below.values.unsqueeze(-2)
    return _matmul(by_input, below)


def _matmul(a: Tensor, b: Tensor) -> Tensor:
    """Return a @ b for (…, m, k) and (…, k, n), batch-invariant."""
    padded = [pad_to_multiple(matrix.flatten(0, -3), 2) for matrix in (a, b)]
    product = bmm(*padded)[:, : a.shape[-2], : b.shape[-1]]
    return product.reshape(*a.shape[:-1], b.shape[-1])


_OURS = re.compile(r"cells\.(\d+)\.(.+)")
_TORCH = re.compile(r"(.+)_l(\d+)")


def _to_torch_names(
    module: nn.Module, state: dict[str, Any], prefix: str, *more: Any
) -> None:
    """Name ``cells.0.weight_ih`` as torch does, ``weight_ih_l0``."""
    _rename(state, prefix, _OURS, r"\2_l\1")


def _from_torch_names(state: dict[str, Any], prefix: str, *more: Any) -> None:
    """Name ``weight_ih_l0`` as we do, ``cells.0.weight_ih``."""
    _rename(state, prefix, _TORCH, r"cells.\2.\1")


def _rename(
    state: dict[str, Any], prefix: str, pattern: re.Pattern[str], template: str
) -> None:
    for key in [key for key in state if key.startswith(prefix)]:
        found = pattern.fullmatch(key.removeprefix(prefix))
        if found:
            state[prefix + found.expand(template)] = state.pop(key)


def _check(cells: Sequence[Cell]) -> None:
    if not cells:
        raise ConfigError(got="no cells", expected="one cell or more", try_="layers=2")
    for below, above in zip(cells, cells[1:], strict=False):
        width = below.state_sizes[below.output_state]
        if above.input_size != width or type(above) is not type(below):
            raise ConfigError(
                got=f"{above} on top of {below}",
                expected=f"cells of one kind, those above with inputs of {width}",
                try_="gradlab.build('lstm:layers=2', 3, 8)",
            )
