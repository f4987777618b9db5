"""Gradient flossing: leading Lyapunov exponents brought to 0 before training."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from gradlab.arguments import number, whole_number
from gradlab.cells import Cell
from gradlab.initializers import Streams
from gradlab.remedies._layers import has, recurrent_layers
from gradlab.remedies._updates import minimise_
from gradlab.remedies.base import Remedy, call


STEPS = 60
SEQUENCES = 4
LEARNING_RATE = 3e-3


def flossing_(
    module: nn.Module,
    count: int = 8,
    *,
    steps: int = STEPS,
    updates: int = 200,
    learning_rate: float = LEARNING_RATE,
    seed: int = 0,
) -> nn.Module:
    """Bring the leading Lyapunov exponents to 0 in place; return the module.

    Adam minimises lambda_1^2 + ... + lambda_k^2 (Engelken 2023), nats per step,
    averaged over four sequences of Gaussian inputs. The exponents are those of k
    orthonormal directions over ``steps`` steps: J_t Q = Q' R by QR, and lambda_i the
    mean ln |R_ii|, differentiated through the QR. All weights and biases are updated;
    of several layers each by itself, on Gaussian inputs of its own width.

    Args:
        module: an RNN, LSTM or GRU of torch.nn, its Cell, or a gradlab cell.
        count: k, at most the width of the state.
        steps: 2 or more.
        updates: of Adam.
        learning_rate: of Adam.
        seed: of inputs and directions, the same at every update.

    Raises:
        ConfigError: for any other module; weights that are computed from others;
            exponents that are not finite, as with a ReLU that is dead.

    >>> _ = flossing_(nn.RNN(3, 5), steps=10, updates=2)
    """
    count = whole_number("count", count, 1, try_="8")
    steps = whole_number("steps", steps, 2, try_="60")
    updates = whole_number("updates", updates, 1, try_="200")
    rate = number("learning_rate", learning_rate, above=0, try_="0.003")
    seed = whole_number("seed", seed, 0, try_="0")
    for place, layer in recurrent_layers(module).items():
        minimise_(
            layer,
            partial(_penalty, count=min(count, sum(layer.state_sizes))),
            steps=steps,
            sequences=SEQUENCES,
            updates=updates,
            learning_rate=rate,
            draws=partial(Streams(seed, *place), "flossing"),
        )
    return module


def _penalty(
    cell: Cell, inputs: Tensor, generator: np.random.Generator, *, count: int
) -> Tensor:
    width = sum(cell.state_sizes)
    drawn = generator.standard_normal((inputs.shape[1], width, count))
    frame = torch.linalg.qr(torch.from_numpy(drawn))[0]
    return exponents(cell, inputs, frame).square().sum(-1).mean()


def exponents(cell: Cell, inputs: Tensor, frame: Tensor) -> Tensor:
    """Return the exponents of k directions, (B, k), as part of the autograd graph.

    Args:
        cell: one cell.
        inputs: (T, B, I).
        frame: (B, n, k), the directions before the first step, orthonormal.
    """
    state = cell.initial_state(inputs.shape[1])
    grown = []
    for x in inputs:
        state, image = _image(cell, x, state, frame)
        frame, triangle = torch.linalg.qr(image)
        grown.append(triangle.diagonal(dim1=-2, dim2=-1).abs().log())
    return torch.stack(grown).mean(0)


def _image(
    cell: Cell, inputs: Tensor, state: tuple[Tensor, ...], frame: Tensor
) -> tuple[tuple[Tensor, ...], Tensor]:
    """Return s_t and J_t frame, from a step of k copies, one for each direction.

    u J_t is linear in u, and its derivative by u along a direction is J_t times that:
    two backward passes, which every differentiable step allows.
    """
    count = frame.shape[-1]
    directions = frame.mT.flatten(0, 1).split(list(cell.state_sizes), -1)
    copies = tuple(part.repeat_interleave(count, 0) for part in state)
    for part in copies:
        if not part.requires_grad:
            part.requires_grad_()
    after = cell.step(inputs.repeat_interleave(count, 0), copies).state
    u = tuple(torch.zeros_like(part, requires_grad=True) for part in after)
    settings = {"create_graph": True, "materialize_grads": True}
    rows = torch.autograd.grad(after, copies, u, **settings)
    moved = torch.autograd.grad(rows, u, directions, **settings)
    image = torch.cat(moved, -1).unflatten(0, (-1, count)).mT
    return tuple(part[::count] for part in after), image


@dataclass(frozen=True)
class Flossing(Remedy):
    """Leading Lyapunov exponents brought to 0 by updates before training.

    Attributes:
        updates: of Adam.
        count: exponents, at most the width of the state.
    """

    name = "flossing"
    why = (
        "With k exponents at 0 a gradient keeps its size in k directions, however many "
        "steps it passes; the weights are moved there before they are trained."
    )
    reference = "Engelken 2023"
    updates: int = 200
    count: int = 8

    @property
    def title(self) -> str:
        return f"gradient flossing, k = {self.count}"

    def applies_to(self, module):
        return has(recurrent_layers, module)

    def apply_(self, module, length, seed=0):
        flossing_(
            module,
            self.count,
            steps=min(length, STEPS),
            updates=self.updates,
            seed=seed,
        )

    def code(self, module_name, length, seed=0):
        steps = f"steps={min(length, STEPS)}"
        updates = f"updates={self.updates}"
        return call(
            "flossing_", module_name, f"{self.count}", steps, updates, seed=seed
        )
