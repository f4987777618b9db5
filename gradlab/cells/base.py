"""The base class of cells: one step of a recurrent network, and its derivatives.

The smallest cell a user can write::

    class Mine(Cell):
        state_names = ("h",)

        def __init__(self, input_size, hidden_size):
            super().__init__(input_size, hidden_size)
            self.weight = nn.Parameter(torch.randn(hidden_size, hidden_size))

        def step(self, inputs, state):
            (h,) = state
            return Step(state=(torch.tanh(inputs + h @ self.weight.mT),))

``jacobian``, ``vjp`` and ``input_jacobian`` then come from autograd. Two things are
asked of a step. It depends on inputs and state alone: a random mask or a clock is one
more state, which ``initial_state`` draws from a generator with a seed and ``step``
hands on detached (its own derivative, 1, would keep the joint norm from falling). And a
state is a vector of real numbers for each sequence: a matrix is handed on flattened,
complex numbers as two states. What a cell may add, each of it optional:

* closed forms: override ``jacobian``, ``vjp``, ``input_jacobian`` (``StepJacobian``,
  ``Diagonal``), and ``conveyor`` where a gate keeps the carry. (The carry is the last
  state, c of an LSTM or h of a GRU; the conveyor is the diagonal by which that gate
  hands it on from step to step.) A class that overrides ``step`` inherits none of
  them, nor ``supports_ensembles``;
* what is measured: ``Step(state, gates, pre_activations, recurrent)``, with the names
  in ``gate_names`` and the products with ``weight_hh`` as ``RecurrentProduct``;
* PyTorch's parameters ``weight_ih``, ``weight_hh``, ``bias_ih``, ``bias_hh``: derive
  from :class:`gradlab.cells.TorchCell`;
* where a sequence starts, if not at zero: ``initial_state``;
* ensembles, many members computed at once: set ``supports_ensembles`` and use
  :mod:`gradlab.numerics.batch_invariant` for products with a weight (``linear``,
  ``left_multiply``, ``right_multiply``, ``scale_rows``, ``add_scaled_rows_``) and
  activations of :mod:`gradlab.activations`, so that a member's numbers have the same
  bits alone and among others;
* a spec such as ``mine:option=3``: ``options``, ``conflicts``, ``axes``,
  ``axes_removed_by``.

``gradlab check FILE`` tests all of it.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor, nn

from gradlab.catalog.inherited import outdated
from gradlab.cells import _automatic
from gradlab.cells._sequence import run
from gradlab.cells._signature import require_out
from gradlab.cells._step import (
    Diagonal,
    KeepGate,
    RecurrentProduct,
    Step,
    StepJacobian,
    combine,
)
from gradlab.numerics.shapes import Cotangents, Inputs, State


__all__ = [
    "Cell",
    "Diagonal",
    "KeepGate",
    "RecurrentProduct",
    "Step",
    "StepJacobian",
    "combine",
]


class Cell(nn.Module, ABC):
    """One step of a recurrent network, s_t = F(s_{t-1}, x_t).

    A cell has no hooks: what can be measured is what ``step`` returns. With a leading
    member axis on its parameters it is an ensemble (:func:`gradlab.cells.ensemble`),
    and all tensors have the same axis before B.

    Class attributes:
        state_names: names of the states; the last one is the carry, the state whose own
            block the conveyor belongs to.
        gate_names: the row blocks of ``weight_hh``, in PyTorch's order; empty where
            ``weight_hh`` is one block.
        supports_ensembles: whether ``step`` and the closed forms take any leading axes,
            time among them, and parameters a leading member axis. Other cells are
            called with (B, ·) alone, where the sequences may be those of many steps.
        options: what may follow the colon of a spec and its default, as a literal (a
            switch, a whole number, a float, or the name of an activation); each is a
            keyword of the constructor.
        conflicts: pairs of options that exclude each other.
        axes: which sweep axes apply, among ``activation init gain forget_bias
            input_bias``. The constructor takes the activation by the keyword
            ``activation``; init and gain draw ``weight_hh``; the forget bias is that of
            :attr:`keep_gate`, the input bias that of :attr:`input_gate`.
        axes_removed_by: options -> the axes they take away again, e.g.
            ``{"no_forget": ("forget_bias",)}``; ``"a+b"``: where both are set.
        initial: parameter -> what :func:`gradlab.initialize_` draws it by in place of
            PyTorch's default: the name of an initializer, or a number that fills it.
            The constructor is to set the same.
        linear_recurrence: whether s_t = A_t s_{t-1} + b_t with A_t and b_t from the
            inputs alone and A_t diagonal, or diagonal over the complex numbers in
            pairs of real ones. No path goes through recurrent weights then: the
            conveyor is all there is, and there are no detours.
        numbers_per_unit: how many numbers of the state a hidden unit has, where it is
            not one for each name in ``state_names``.
        title: the name in reports; ``name`` where it is empty.
        equation, reference, description: one line each, for tables and reports.
    """

    name: ClassVar[str]
    state_names: ClassVar[tuple[str, ...]] = ("h",)
    gate_names: tuple[str, ...] = ()
    supports_ensembles: ClassVar[bool] = False
    options: ClassVar[dict] = {}
    conflicts: ClassVar[tuple[tuple[str, str], ...]] = ()
    axes: ClassVar[tuple[str, ...]] = ()
    axes_removed_by: ClassVar[dict] = {}
    initial: ClassVar[dict[str, str | float]] = {}
    linear_recurrence: ClassVar[bool] = False
    numbers_per_unit: ClassVar[int | None] = None
    title: ClassVar[str] = ""
    equation: ClassVar[str] = ""
    reference: ClassVar[str] = ""
    description: ClassVar[str] = ""

    def __init_subclass__(cls, **kw: object) -> None:
        """Reset the inherited closed forms of a class with a ``step`` of its own.

        A closed form holds for the ``step`` it was written for, and so does
        ``supports_ensembles``. Where a more derived class has another ``step``, ``cls``
        gets that of :class:`Cell`; ``vjp`` also where ``jacobian`` is more derived.

        Raises:
            ConfigError: a ``jacobian`` or ``vjp`` that does not take ``out``.
        """
        super().__init_subclass__(**kw)
        require_out(cls)
        for form in outdated(cls, _CLOSED_FORMS):
            setattr(cls, form, getattr(Cell, form))

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size

    @property
    def state_sizes(self) -> tuple[int, ...]:
        """The width n of each state; ``hidden_size`` unless overridden."""
        return (self.hidden_size,) * len(self.state_names)

    @property
    def layer_cells(self) -> tuple["Cell", ...]:
        """The layers' cells from the bottom up: the cell itself if it has one layer."""
        return (self,)

    @property
    def starts_at_zero(self) -> bool:
        """Whether no layer overrides ``initial_state``."""
        own = Cell.initial_state
        return all(type(cell).initial_state is own for cell in self.layer_cells)

    @property
    def output_state(self) -> int:
        """Index in ``state_names`` of the state that a loss or a layer above reads."""
        return 0

    @property
    def recurrent_parameters(self) -> tuple[str, ...]:
        """Parameter names of ``weight_hh``, one for each layer; empty if there is none.

        ``weight_blocks`` and :class:`RecurrentProduct` count rows through all of them.
        """
        known = dict(self.named_parameters())
        return ("weight_hh",) if "weight_hh" in known else ()

    @property
    def ensemble_shape(self) -> tuple[int, ...]:
        """The leading axes M of the parameters; empty for one cell."""
        return ()

    @property
    def weight_blocks(self) -> dict[str, slice]:
        """Row blocks of ``weight_hh`` by name; ``recurrent`` where there is one."""
        width = self.hidden_size
        return {
            name: slice(k * width, (k + 1) * width)
            for k, name in enumerate(self.gate_names or ("recurrent",))
        }

    @abstractmethod
    def step(
        self,
        inputs: Inputs,
        state: tuple[State, ...],
        *,
        keep_path_carry: State | None = None,
    ) -> Step:
        """Return s_t, with gates, pre-activations and recurrent products.

        Args:
            inputs: x_t, (…, B, I).
            state: s_{t-1}, one (…, B, n) per state name.
            keep_path_carry: (…, B, n), the carry as the additive keep path alone reads
                it (c in f c, not in the gates), in place of the last of ``state``: the
                same values as another node of the graph, so that autograd can tell the
                conveyor from all other paths. A cell without a conveyor may leave this
                argument out.

        A sequence's next state must not depend on the other sequences: derivatives
        between sequences are taken to be zero.
        """

    def initial_state(self, *batch_shape: int) -> tuple[State, ...]:
        """Return s_0, one (*batch_shape, n) per state: zeros unless overridden.

        Every run starts there unless it is given another state. A sweep gives none to
        a cell that overrides this, also with ``--initial-state gaussian``.
        """
        like = next(self.parameters(), torch.empty(0))
        return tuple(like.new_zeros(*batch_shape, size) for size in self.state_sizes)

    def forward(
        self, inputs: Tensor, state: tuple[State, ...] | None = None
    ) -> tuple[Tensor, tuple[State, ...]]:
        """Run the cell over a sequence, as ``torch.nn``'s with ``batch_first`` does.

        Args:
            inputs: (…M, B, T, I).
            state: s_0, one (…M, B, n) per state name; :meth:`initial_state` if None.

        Returns:
            (…M, B, T, n), the output state (the top layer's h) after each step, and
            s_T in the form of ``state``. Both are part of the autograd graph.
        """
        return run(self, inputs, state)

    def jacobian(
        self,
        inputs: Inputs,
        state: tuple[State, ...],
        step: Step,
        *,
        out: StepJacobian | None = None,
    ) -> StepJacobian:
        """Return J_t = ds_t/ds_{t-1} at ``state`` and ``inputs``.

        From :meth:`step` by autograd unless a cell has a closed form; exact for any
        differentiable cell.

        Args:
            inputs: x_t, (…T, …M, B, I): with a leading time axis for several steps,
                (T B, I) for a cell that does not support ensembles.
            state: s_{t-1}, (…T, …M, B, n) per state name.
            step: what :meth:`step` returned for them.
            out: an earlier result of the same shapes. Its dense blocks may be
                overwritten with the new ones, which saves allocating them; a cell may
                ignore it. Use it under ``torch.no_grad``.

        Raises:
            ConfigError: the step gives another state than ``step`` has.
        """
        by_state = range(1, len(state) + 1)
        found = _automatic.jacobian(self, inputs, state, step, by_state)
        blocks = {
            (later, earlier): block
            for later, row in zip(self.state_names, found, strict=True)
            for earlier, block in zip(self.state_names, row, strict=True)
        }
        conveyor = self.conveyor(inputs, state, step)
        if conveyor is not None:
            own = (self.state_names[-1], self.state_names[-1])
            blocks[own] = blocks[own] - torch.diag_embed(conveyor)
        return StepJacobian(blocks, conveyor)

    def vjp(
        self,
        inputs: Inputs,
        state: tuple[State, ...],
        step: Step,
        cotangents: tuple[Cotangents, ...],
        *,
        out: tuple[Cotangents, ...] | None = None,
    ) -> tuple[Cotangents, ...]:
        """Return cotangents @ J_t (vector-Jacobian products) without building J_t.

        From :meth:`step` by autograd unless a cell has a closed form.

        Args:
            inputs: as for :meth:`jacobian`, like ``state`` and ``step``.
            state: s_{t-1}.
            step: what :meth:`step` returned for them.
            cotangents: K row vectors, (…T, …M, B, K, n) per state name.
            out: contiguous tensors of the results' shapes to write them to, none of
                them one of ``cotangents``. Use it under ``torch.no_grad``.

        Returns:
            (…T, …M, B, K, n) per state name; ``out`` if given.

        Raises:
            ConfigError: the step gives another state than ``step`` has.
        """
        by_state = range(1, len(state) + 1)
        found = _automatic.vjp(self, inputs, state, step, cotangents, by_state)
        if out is None:
            return found
        return tuple(o.copy_(f) for o, f in zip(out, found, strict=True))

    def input_jacobian(
        self, inputs: Inputs, state: tuple[State, ...], step: Step
    ) -> dict[str, Tensor]:
        """Return ds_t/dx_t, (…T, …M, B, n, I) by state name.

        From :meth:`step` by autograd unless a cell has a closed form. Arguments and
        errors as for :meth:`jacobian`.
        """
        found = _automatic.jacobian(self, inputs, state, step, (0,))
        return {name: row[0] for name, row in zip(self.state_names, found, strict=True)}

    def conveyor(
        self, inputs: Inputs, state: tuple[State, ...], step: Step
    ) -> State | None:
        """Return the diagonal (…, B, n) that multiplies the carry, or None.

        It is the part of the carry's own block of J_t that ``jacobian`` keeps apart:
        how c_t depends on c_{t-1} with h_{t-1} held. None: the cell has no such path.
        """
        return None

    @property
    def keep_gate(self) -> KeepGate | None:
        """The gate that keeps the carry.

        None if there is none, or if its bias cannot be set.
        """
        return None

    @property
    def input_gate(self) -> str | None:
        """The gate that weighs what is added to the carry, apart from the keep gate.

        None if there is none (one gate does both), or if its bias cannot be set.
        """
        return None


_CLOSED_FORMS = {
    "jacobian": ("step",),
    "vjp": ("step", "jacobian"),
    "input_jacobian": ("step",),
    "conveyor": ("step",),
    "supports_ensembles": ("step",),
    "linear_recurrence": ("step",),
}
"""Closed form -> the methods it was derived from (see ``__init_subclass__``)."""
