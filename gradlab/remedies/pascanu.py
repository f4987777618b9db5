"""Pascanu's regulariser: a penalty on steps that change the size of a gradient."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from gradlab.arguments import describe, flag, number, whole_number
from gradlab.cells import Cell
from gradlab.cells._sequence import as_inputs
from gradlab.cells._torch_modules import is_time_first
from gradlab.errors import ConfigError
from gradlab.initializers import Streams
from gradlab.remedies._layers import has, recurrent_layers
from gradlab.remedies._updates import minimise_
from gradlab.remedies.base import Remedy, call


STEPS = 60
SEQUENCES = 4
LEARNING_RATE = 3e-3


def pascanu_regulariser(
    module: nn.Module,
    inputs: Tensor,
    loss: Callable[[Tensor], Tensor],
    *,
    squared: bool = False,
) -> Tensor:
    """Return the penalty of Pascanu, Mikolov & Bengio (2013), to be added to a loss.

    With g_t = dL/ds_t of the whole state::

        Omega = sum over t of (|g_t J_t| / |g_t| - 1)^2          eq. 9
        Omega = sum over t of (|g_t J_t|^2 / |g_t|^2 - 1)^2      squared, eq. 10

    over steps 1 to T and all layers, averaged over sequences. The paper's text and its
    published code differ: eq. 9 has norms, eq. 10 and the code squared norms. As in the
    paper, states and g_t are constants: what is differentiated is J_t alone. A step
    that no gradient reaches, g_t = 0, has no term.

    The module is run once more on the inputs, without dropout.

    Args:
        module: an RNN, LSTM or GRU of torch.nn that reads forward, its Cell, or a
            gradlab cell.
        inputs: as the module reads them, (T, B, I) or with ``batch_first`` (B, T, I);
            for a gradlab cell (B, T, I).
        loss: scalar of the module's outputs, in the module's layout.
        squared: the form of eq. 10.

    Returns:
        A scalar, part of the autograd graph of the module's parameters.

    Raises:
        ConfigError: for any other module; a layer that reads backward; a loss that is
            no scalar of the outputs.

    >>> rnn = nn.RNN(3, 5, batch_first=True)
    >>> inputs = torch.randn(2, 20, 3)
    >>> outputs, _ = rnn(inputs)
    >>> loss = lambda outputs: outputs[:, -1].square().mean()
    >>> (loss(outputs) + 0.1 * pascanu_regulariser(rnn, inputs, loss)).backward()
    """
    cells = _forward_layers(module)
    flag("squared", squared)
    time_first = is_time_first(module)
    read = as_inputs(cells[0], inputs, time_first=time_first).movedim(-2, 0).detach()
    runs = []
    for cell in cells:
        states = _states(cell, read)
        runs.append((cell, read, states))
        read = torch.stack([state[cell.output_state] for state in states[1:]])
    direct = _gradient(loss, read, time_first)
    total = read.new_zeros(read.shape[1])
    for cell, read, states in reversed(runs):
        terms, direct = _terms(cell, read, states, direct, squared)
        total = total + terms
    return total.mean()


def _forward_layers(module: nn.Module) -> list[Cell]:
    """Return the layers' cells from the bottom up.

    Raises:
        ConfigError: one reads backward.
    """
    layers = recurrent_layers(module)
    if any(reverse for _, reverse in layers):
        raise ConfigError(
            got=f"a bidirectional {type(module).__name__}",
            expected="layers that read forward",
            try_="the regulariser of each direction as a module of its own",
        )
    return list(layers.values())


@torch.no_grad()
def _states(cell: Cell, inputs: Tensor) -> list[tuple[Tensor, ...]]:
    """Return s_0 .. s_T."""
    states = [cell.initial_state(inputs.shape[1])]
    for x in inputs:
        states.append(cell.step(x, states[-1]).state)
    return states


def _gradient(loss: Callable, outputs: Tensor, time_first: bool) -> Tensor:
    """Return dL/d(outputs), (T, B, n), in the outputs alone."""
    if not callable(loss):
        raise ConfigError(
            got=f"loss = {describe(loss)}",
            expected="a function of the outputs that returns a scalar",
            try_="lambda outputs: outputs[:, -1].square().mean()",
        )
    with torch.enable_grad():
        leaf = outputs.detach().requires_grad_()
        value = loss(leaf if time_first else leaf.movedim(0, 1))
        if not (isinstance(value, Tensor) and value.numel() == 1):
            raise ConfigError(
                got=f"a loss that is {describe(value)}",
                expected="a scalar tensor",
                try_=".mean() of it",
            )
        if not value.requires_grad:
            raise ConfigError(
                got="a loss that does not depend on the outputs",
                expected="a function of what it is given",
                try_="lambda outputs: outputs[:, -1].square().mean()",
            )
        (found,) = torch.autograd.grad(value, leaf)
    return found


def _terms(
    cell: Cell,
    inputs: Tensor,
    states: Sequence[tuple[Tensor, ...]],
    direct: Tensor,
    squared: bool,
) -> tuple[Tensor, Tensor]:
    """Return the terms' sum (B,) of one layer, and dL/dx (T, B, I)."""
    size = direct.new_full((direct.shape[1], 1), -torch.inf)
    unit = tuple(torch.zeros_like(part) for part in states[0])
    total, by_inputs = direct.new_zeros(direct.shape[1]), []
    for t in reversed(range(len(inputs))):
        unit, size = _added(unit, size, direct[t], cell.output_state)
        with torch.enable_grad():
            x = inputs[t].detach().requires_grad_()
            before = tuple(part.detach().requires_grad_() for part in states[t])
            after = cell.step(x, before).state
            leaves = (*before, x)
            *back, by_x = torch.autograd.grad(
                after, leaves, unit, create_graph=True, materialize_grads=True
            )
            ratio = torch.cat(back, -1).norm(dim=-1)  # |unit| is 1
            term = ((ratio.square() if squared else ratio) - 1).square()
            total = total + torch.where(size[:, 0].isneginf(), 0.0, term)
        by_inputs.append(by_x.detach() * size.exp())
        unit = tuple(part.detach() for part in back)
    return total, torch.stack(by_inputs[::-1])


def _added(
    parts: tuple[Tensor, ...], size: Tensor, direct: Tensor, output: int
) -> tuple[tuple[Tensor, ...], Tensor]:
    """Add what reaches a state from the loss itself; return unit vectors and ln sizes.

    A gradient is e^size times the parts, so that none is below the dtype's range.
    """
    added = direct.norm(dim=-1, keepdim=True).log()
    largest = torch.maximum(size, added)
    shift = torch.where(largest.isneginf(), 0.0, largest)
    found = [part * (size - shift).exp() for part in parts]
    scale = torch.where(added.isneginf(), 0.0, (-shift).exp())
    found[output] = found[output] + direct * scale
    norm = torch.cat(found, -1).norm(dim=-1, keepdim=True)
    unit = tuple(part / norm.clamp_min(torch.finfo(norm.dtype).tiny) for part in found)
    return unit, norm.log() + shift


def pascanu_(
    module: nn.Module,
    *,
    squared: bool = False,
    steps: int = STEPS,
    updates: int = 200,
    learning_rate: float = LEARNING_RATE,
    seed: int = 0,
) -> nn.Module:
    """Let Adam minimise :func:`pascanu_regulariser` in place; return the module.

    Without a task: the loss is v . h_T with a random unit vector v a sequence, of four
    sequences of Gaussian inputs. All weights and biases are updated; of several layers
    each by itself, on Gaussian inputs of its own width. Pascanu et al. add the penalty
    to the loss while they train; before training it shows what it does by itself.

    Args:
        module: an RNN, LSTM or GRU of torch.nn, its Cell, or a gradlab cell.
        squared: the form of eq. 10.
        steps: T, 1 or more.
        updates: of Adam.
        learning_rate: of Adam.
        seed: of inputs and vectors, the same at every update.

    Raises:
        ConfigError: for any other module; weights that are computed from others; a
            penalty that is not finite.

    >>> _ = pascanu_(nn.RNN(3, 5), steps=10, updates=2)
    """
    flag("squared", squared)
    steps = whole_number("steps", steps, 1, try_="60")
    updates = whole_number("updates", updates, 1, try_="200")
    rate = number("learning_rate", learning_rate, above=0, try_="0.003")
    seed = whole_number("seed", seed, 0, try_="0")
    for place, layer in recurrent_layers(module).items():
        minimise_(
            layer,
            partial(_penalty, squared=squared),
            steps=steps,
            sequences=SEQUENCES,
            updates=updates,
            learning_rate=rate,
            draws=partial(Streams(seed, *place), "pascanu"),
        )
    return module


def _penalty(
    cell: Cell, inputs: Tensor, generator: np.random.Generator, *, squared: bool
) -> Tensor:
    width = cell.state_sizes[cell.output_state]
    v = torch.from_numpy(generator.standard_normal((inputs.shape[1], width)))
    v = v / v.norm(dim=-1, keepdim=True)
    return pascanu_regulariser(
        cell,
        inputs.movedim(0, 1),
        lambda outputs: (outputs[:, -1] * v).sum(),
        squared=squared,
    )


@dataclass(frozen=True)
class Pascanu(Remedy):
    """Steps made to keep a gradient's size, by updates before training.

    Attributes:
        squared: the form of eq. 10, with squared norms; both are candidates.
        updates: of Adam.
    """

    name = "pascanu"
    why = (
        "The penalty is 0 where each step hands a gradient on at its size; before "
        "training it is minimised alone, for a loss in a random direction at the end."
    )
    reference = "Pascanu, Mikolov & Bengio 2013"
    squared: bool = False
    updates: int = 200

    @classmethod
    def candidates(cls):
        return (cls(False), cls(True))

    @property
    def title(self) -> str:
        return "Pascanu regulariser" + ", squared" * self.squared

    def applies_to(self, module):
        return has(recurrent_layers, module)

    def apply_(self, module, length, seed=0):
        pascanu_(
            module,
            squared=self.squared,
            steps=min(length, STEPS),
            updates=self.updates,
            seed=seed,
        )

    def code(self, module_name, length, seed=0):
        given = ["squared=True"] if self.squared else []
        given += [f"steps={min(length, STEPS)}", f"updates={self.updates}"]
        return call("pascanu_", module_name, *given, seed=seed)
