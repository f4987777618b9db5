"""The least a chain must multiply, as bare matrix products and nothing else.

No Jacobian is built, nothing is rescaled, no norm is taken, every step reads the same
matrices: no chain along a trajectory can be as fast.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


FACTORS = {"rnn": 1, "gru": 3, "lstm": 4}
"""Gate blocks of ``weight_hh``."""


def one_product(like: Tensor, kind: str, hidden: int, sequences: int, steps: int):
    """Return the chain of h rows with one product a step: H^3, of the LSTM 2H^3.

    (H, 2H) x (2H, H) for the LSTM: its columns of c are scaled, not multiplied.
    """
    inner = hidden * (2 if kind == "lstm" else 1)
    left = _random(like, sequences, hidden, inner)
    right = _random(like, sequences, inner, hidden)
    out = torch.empty_like(left[..., :hidden].contiguous())
    return _repeated(lambda: torch.bmm(left, right, out=out), steps)


def two_products(like: Tensor, kind: str, hidden: int, sequences: int, steps: int):
    """Return the same, for the LSTM as two products of (H, H), the second added."""
    left = _random(like, 2, sequences, hidden, hidden)
    right = _random(like, 2, sequences, hidden, hidden)
    out = torch.empty_like(left[0])

    def step() -> None:
        torch.bmm(left[0], right[0], out=out)
        if kind == "lstm":
            torch.baddbmm(out, left[1], right[1], out=out)

    return _repeated(step, steps)


def pullback(like: Tensor, kind: str, hidden: int, sequences: int, steps: int):
    """Return the chain that pulls H cotangents through the shared ``weight_hh``.

    4H^3 a step and sequence for the LSTM, 3H^3 for the GRU, H^3 for the RNN.
    """
    rows = _random(like, sequences * hidden, FACTORS[kind] * hidden)
    weight = _random(like, FACTORS[kind] * hidden, hidden)
    out = torch.empty_like(rows[:, :hidden].contiguous())
    return _repeated(lambda: torch.mm(rows, weight, out=out), steps)


def _random(like: Tensor, *shape: int) -> Tensor:
    draw = torch.Generator().manual_seed(0)
    return torch.randn(*shape, generator=draw).to(like)


def _repeated(step: Callable[[], object], steps: int) -> Callable[[], None]:
    def run() -> None:
        with torch.no_grad():
            for _ in range(steps):
                step()

    return run
