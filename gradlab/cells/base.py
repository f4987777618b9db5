"""What a cell is: one step, and (optionally) the closed form of its derivative.

The smallest cell a user can write::

    class Mine(Cell):
        state_names = ("h",)

        def __init__(self, input_size, hidden_size):
            super().__init__(input_size, hidden_size)
            self.weight = nn.Parameter(torch.randn(hidden_size, hidden_size))

        def step(self, inputs, state, *, keep_path_carry=None):
            (h,) = state
            return Step(state=(torch.tanh(inputs + h @ self.weight.mT),))

Everything else (``jacobian``, ``vjp``) then comes from torch.func.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor, nn

from gradlab.cells import _automatic
from gradlab.cells._step import (
    Diagonal,
    Recurrent,
    Step,
    StepJacobian,
    split_block,
)
from gradlab.numerics.shapes import Cotangents, Inputs, State


__all__ = ["Cell", "Diagonal", "Recurrent", "Step", "StepJacobian", "split_block"]


class Cell(nn.Module, ABC):
    """One step of a recurrent network, s_t = F(s_{t-1}, x_t).

    A cell does not know that it is measured: what can be looked at is what ``step``
    returns. Built-in cells also take weights with a leading member axis
    (:func:`gradlab.cells.ensemble`); a member's bits do not depend on the others.

    Class attributes:
        state_names: names of the states; the last one is the carry, the state whose own
            block the conveyor belongs to.
        gate_names: the row blocks of ``weight_hh``, in PyTorch's order; empty where
            ``weight_hh`` is one block.
        supports_ensembles: whether parameters may have a leading member axis.
        options: what may follow the colon of a spec and its default, as a literal;
            each is a keyword of the constructor.
        axes: which sweep axes apply, among ``activation init gain forget_bias``.
        axes_lost: options that take an axis away again, e.g.
            ``{"no_forget": ("forget_bias",)}``.
        equation, reference, description: for people.
    """

    name: ClassVar[str]
    state_names: ClassVar[tuple[str, ...]] = ("h",)
    gate_names: tuple[str, ...] = ()
    supports_ensembles: ClassVar[bool] = False
    options: ClassVar[dict] = {}
    axes: ClassVar[tuple[str, ...]] = ()
    axes_lost: ClassVar[dict] = {}
    equation: ClassVar[str] = ""
    reference: ClassVar[str] = ""
    description: ClassVar[str] = ""

    def __init_subclass__(cls, **kw: object) -> None:
        """Reset the closed forms that ``cls`` inherits and that its step outdates.

        A closed form holds for the ``step`` it was written for. Where ``step`` comes
        from a class more derived than the closed form, the latter is replaced by that
        of :class:`Cell`, from torch.func; ``vjp`` also where ``jacobian`` does.
        """
        super().__init_subclass__(**kw)
        for form, sources in _CLOSED_FORMS.items():
            newest = min(_distance(cls, name) for name in sources)
            if newest < _distance(cls, form):
                setattr(cls, form, getattr(Cell, form))

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size

    @property
    def state_sizes(self) -> tuple[int, ...]:
        """The width of each state; ``hidden_size`` unless a cell says otherwise."""
        return (self.hidden_size,) * len(self.state_names)

    @property
    def layer_cells(self) -> tuple["Cell", ...]:
        """The cells one above the other that it is made of: itself, unless several."""
        return (self,)

    @property
    def output_state(self) -> int:
        """The state that a loss or a layer above sees: its place in ``state_names``."""
        return 0

    @property
    def recurrent_parameters(self) -> tuple[str, ...]:
        """The names of ``weight_hh`` among the parameters: one a layer, or none.

        With several, rows of ``weight_blocks`` count through all of them.
        """
        known = dict(self.named_parameters())
        return ("weight_hh",) if "weight_hh" in known else ()

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
        """Advance one step.

        Args:
            inputs: (…, B, I).
            state: s_{t-1}, one (…, B, n) per state name.
            keep_path_carry: (…, B, n), the carry as the additive keep path reads it, in
                place of the last of ``state``: the same values at another place in the
                graph. A cell without a conveyor may leave this argument out.

        Sequences must not touch each other: the derivative of one sequence's next
        state by another's state is taken to be zero.
        """

    def initial_state(self, *batch_shape: int) -> tuple[State, ...]:
        """Return zeros, one (*batch_shape, n) per state."""
        like = next(self.parameters(), torch.empty(0))
        return tuple(like.new_zeros(*batch_shape, size) for size in self.state_sizes)

    def jacobian(
        self,
        inputs: Inputs,
        state: tuple[State, ...],
        step: Step,
        *,
        out: StepJacobian | None = None,
    ) -> StepJacobian:
        """Return J_t = ds_t/ds_{t-1} at ``state`` and ``inputs``.

        From :meth:`step` by torch.func unless a cell has a closed form; exact for any
        differentiable cell.

        Args:
            inputs: x_t, (…T, …M, B, I): with a leading time axis for several steps.
            state: s_{t-1}, (…T, …M, B, n) per state name.
            step: what :meth:`step` returned for them.
            out: an earlier result of the same shapes. Its dense blocks may be
                overwritten with the new ones, which saves allocating them; a cell may
                ignore it. Use it under ``torch.no_grad``.
        """
        return _automatic.jacobian(self, inputs, state, step)

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

        From :meth:`step` by torch.func unless a cell has a closed form.

        Args:
            inputs: as for :meth:`jacobian`, like ``state`` and ``step``.
            state: s_{t-1}.
            step: what :meth:`step` returned for them.
            cotangents: K row vectors, (…T, …M, B, K, n) per state name.
            out: contiguous tensors of the results' shapes to write them to, none of
                them one of ``cotangents``. Use it under ``torch.no_grad``.

        Returns:
            (…T, …M, B, K, n) per state name; ``out`` if given.
        """
        found = _automatic.vjp(self, inputs, state, cotangents)
        if out is None:
            return found
        return tuple(o.copy_(f) for o, f in zip(out, found, strict=True))

    def input_jacobian(
        self, inputs: Inputs, state: tuple[State, ...], step: Step
    ) -> dict[str, Tensor]:
        """Return ds_t/dx_t at ``state`` and ``inputs``, (…, B, n, I) by state name.

        Here by torch.func from :meth:`step`, exact for any differentiable cell.
        Tensors may have leading time and member axes.
        """
        return _automatic.input_jacobian(self, inputs, state)

    def conveyor(
        self, inputs: Inputs, state: tuple[State, ...], step: Step
    ) -> State | None:
        """Return the diagonal (…, B, n) by which the carry is handed on, or None."""
        return None

    @property
    def keep_gate(self) -> tuple[str, int] | None:
        """The gate that keeps the carry, and +1, or -1 where a high gate replaces it.

        None where there is none, or where its bias cannot be set.
        """
        return None


_CLOSED_FORMS = {
    "jacobian": ("step",),
    "vjp": ("step", "jacobian"),
    "input_jacobian": ("step",),
    "conveyor": ("step",),
}
"""What each closed form is derived from."""


def _distance(cls: type, name: str) -> int:
    """Return how many classes up the method resolution order ``name`` is defined."""
    return next(k for k, base in enumerate(cls.__mro__) if name in vars(base))
