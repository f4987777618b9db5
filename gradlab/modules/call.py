"""One call of a recurrent module inside a model: what it read, gave and received."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence


@dataclass(frozen=True)
class Packing:
    """How a packed batch is laid out, as :class:`PackedSequence` has it.

    Attributes:
        batch_sizes: sequences that have step t, (T) on the CPU.
        sorted_indices: the caller's number of each sequence, longest first; None where
            the caller's order is that.
        unsorted_indices: the inverse.
    """

    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None

    @property
    def lengths(self) -> Tensor:
        """(B), in the caller's order."""
        counts = torch.arange(int(self.batch_sizes[0]))[:, None] < self.batch_sizes
        lengths = counts.sum(1)
        order = self.unsorted_indices
        return lengths if order is None else lengths[order.cpu()]

    def padded(self, data: Tensor) -> Tensor:
        """Return packed data (steps of all sequences, n) as (T, B, n), zeros after."""
        packed = PackedSequence(
            data, self.batch_sizes, self.sorted_indices, self.unsorted_indices
        )
        return pad_packed_sequence(packed)[0]

    def by_length(self, state: Tensor) -> Tensor:
        """Return a state (layers, B, n) in the caller's order, the longest first."""
        order = self.sorted_indices
        return state if order is None else state.index_select(1, order)

    def as_given(self, state: Tensor) -> Tensor:
        """Return a state with the longest first in the caller's order."""
        order = self.unsorted_indices
        return state if order is None else state.index_select(1, order)


@dataclass(eq=False)
class Call:
    """A call of ``nn.RNN``, ``nn.LSTM``, ``nn.GRU`` or one of their cells.

    Tensors are copies without a graph, of the module's dtype, in its kernel's layout:
    time first, (T, B, n), or packed, (all steps, n). A cell's call is one of one step.

    Attributes:
        number: place among the calls of the forward pass.
        name: of the module within the model.
        module: the module.
        weights: by torch's name, as they were used.
        inputs: x.
        start: h_0 (and c_0) in the caller's order, (layers x directions, B, n).
        start_given: whether the caller gave them.
        outputs: h of the top layer.
        final: h_n (and c_n).
        shared: the same in the memory the caller was given.
        batch: sequences of the caller's batch, of which the first B are recorded.
        packing: of packed batches.
        dropout: between layers, where it is drawn.
        random_state: of the generator before the call, where there is dropout.
        autocast: dtype of ``torch.autocast``, where it is on.
        continues: the call whose final states this one starts from; None for another
            start.
        detached: whether it starts from their values alone, so that no gradient passes.
        made_in: number of the backward pass it was made in, as activation
            checkpointing does; -1 outside.
        gradients: dL/d of ``outputs``, ``final0``, ``final1`` (what the backward pass
            brought to the module; a cell's output is its ``final0``) and of ``inputs``,
            ``start0``, ``start1`` (what it took on from there), those that there were,
            in the layout of the tensors. Those of several passes are added up; those of
            a pass with ``create_graph``, as a gradient penalty makes one, give way to
            those of the next without.
        second_order: whether there was one: what then came through the graph of
            that pass arrives inside the module, and is not among the gradients.
    """

    number: int
    name: str
    module: nn.Module
    weights: Mapping[str, Tensor]
    inputs: Tensor
    start: tuple[Tensor, ...]
    start_given: bool
    outputs: Tensor
    final: tuple[Tensor, ...]
    shared: tuple[Tensor, ...]
    batch: int
    packing: Packing | None = None
    dropout: float = 0.0
    random_state: Tensor | None = None
    autocast: torch.dtype | None = None
    continues: "Call | None" = None
    detached: bool = False
    made_in: int = -1
    gradients: dict[str, Tensor] = field(default_factory=dict)
    second_order: bool = False
    _of_graph: bool = field(default=False, repr=False)

    @property
    def kind(self) -> str:
        """``RNN``, ``LSTM`` or ``GRU``."""
        return kind_of(self.module)

    @property
    def in_backward(self) -> bool:
        """Whether it was made while gradients were computed."""
        return self.made_in != -1

    @property
    def is_cell(self) -> bool:
        """Whether the module takes one step a call."""
        return isinstance(self.module, nn.RNNCellBase)

    @property
    def layers(self) -> int:
        """How many layers the module has."""
        return 1 if self.is_cell else int(self._of_module("num_layers"))

    @property
    def directions(self) -> int:
        """1, or 2 of a bidirectional module."""
        return 2 if getattr(self.module, "bidirectional", False) else 1

    @property
    def steps(self) -> int:
        """T, of packed batches that of the longest sequence."""
        return len(self.packing.batch_sizes) if self.packing else len(self.inputs)

    @property
    def sequences(self) -> int:
        """B."""
        return int(self.start[0].shape[1])

    @property
    def lengths(self) -> Tensor:
        """(B), how many steps each sequence has, in the caller's order."""
        if self.packing:
            return self.packing.lengths
        return torch.full((self.sequences,), self.steps)

    @property
    def is_reached(self) -> bool:
        """Whether the loss depends on what the call gave."""
        return any(name in self.gradients for name in ("outputs", "final0", "final1"))

    def receive(self, name: str, gradient: Tensor, with_graph: bool = False) -> None:
        """Add a gradient to what arrived before, ``with_graph`` by create_graph."""
        if self._of_graph and not with_graph:
            self.gradients.clear()
        self._of_graph = with_graph
        self.second_order |= with_graph
        known = self.gradients.get(name)
        self.gradients[name] = gradient if known is None else known + gradient

    def padded(self, values: Tensor) -> Tensor:
        """Return values of all steps as (T, B, n) in the caller's order."""
        return self.packing.padded(values) if self.packing else values

    def _of_module(self, name: str) -> Any:
        return getattr(self.module, name)


MODULES: tuple[type[nn.Module], ...] = (nn.RNN, nn.LSTM, nn.GRU)
CELLS: tuple[type[nn.Module], ...] = (nn.RNNCell, nn.LSTMCell, nn.GRUCell)


def is_recurrent(module: nn.Module) -> bool:
    """Return whether this is one of torch.nn's recurrent modules or cells."""
    return isinstance(module, (*MODULES, *CELLS))


def kind_of(module: nn.Module) -> str:
    """Return ``RNN``, ``LSTM`` or ``GRU``."""
    for kind, classes in zip(
        ("RNN", "LSTM", "GRU"), zip(MODULES, CELLS, strict=True), strict=True
    ):
        if isinstance(module, classes):
            return kind
    raise TypeError(f"{type(module).__name__} is no recurrent module of torch.nn")
