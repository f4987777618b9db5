"""Remember the first symbol over a noise-free lag (experiment 2a of 1997)."""

import math
from dataclasses import dataclass

import numpy as np

from gradlab.errors import ConfigError
from gradlab.tasks.base import Batch, Task, last_step, share_close, whole_number


EVERY = ":every"
"""Ending of the argument for a loss at every step, as in 1997."""


@dataclass(frozen=True)
class Lag(Task):
    """Two sequences, (x, a_1 .. a_{p-1}, x) and (y, a_1 .. a_{p-1}, y).

    The network reads p symbols, x or y and then a_1 .. a_{p-1}, each one-hot among
    p + 1, and predicts the next one. All but the last follow from the step; the last
    one is the first one read, p steps before. Nothing else distinguishes the sequences
    and there is no noise: whether the task is learned depends on the gradient over p
    steps alone. Both sequences are each batch, and all there are to judge by.

    Loss: the cross-entropy of the last symbol. ``lag:P:every`` has a term at every
    step, as in 1997: of these p - 1 are learned without the past.
    Success: every output of the last step is within 0.25 of 0 or 1, the right ones, in
    both sequences.
    Chance: ln 2, x or y at even odds; with a loss at every step its mean over p.
    Varied: p.
    Source: Hochreiter & Schmidhuber 1997, experiment 2a (noise-free sequences with long
    time lags). Their network has logistic outputs and learns online.

    Args:
        steps: p.
        every: whether each step has a loss.
    """

    name = "lag"
    argument = "P[:every]"
    examples = ("lag:12", "lag:6:every")
    description = "the first of P symbols, at the end"
    chance_formula = "ln 2; ln 2 / P if every"
    success_rule = "every output at the end within 0.25"
    reference = "Hochreiter & Schmidhuber 1997, experiment 2a"
    repeats = True

    batch = judged = 2
    success = 1.0

    steps: int
    every: bool = False

    @classmethod
    def parse(cls, argument: str | None) -> "Lag":
        text = (argument or "").removesuffix(EVERY)
        steps = whole_number(text)
        if steps is None or not 2 <= steps <= 100_000:
            raise ConfigError(
                got=f"lag:{argument}" if argument else "lag without a number of steps",
                expected="a lag of 2 to 100,000 steps, with or without :every",
                try_="lag:50",
            )
        return cls(steps, text != argument)

    @property
    def spec(self) -> str:
        return f"lag:{self.steps}{EVERY * self.every}"

    @property
    def features(self) -> int:
        return self.steps + 1

    @property
    def outputs(self) -> int:
        return self.steps + 1

    @property
    def length(self) -> int:
        return self.steps

    @property
    def size(self) -> int:
        return 2

    def sequences(self, generator: np.random.Generator, count: int) -> Batch:
        # symbols: a_1 .. a_{p-1} are 0 .. p - 2, then x and y
        first = self.steps - 1 + np.arange(count) % 2
        between = np.broadcast_to(np.arange(self.steps - 1), (count, self.steps - 1))
        inputs = np.column_stack([first, between])
        targets = np.column_stack([between, first])
        scored = np.ones_like(inputs, dtype=bool) if self.every else last_step(inputs)
        return Batch(inputs, targets, scored)

    def chance(self) -> float:
        return math.log(2) / (self.steps if self.every else 1)

    def score(self, outputs: np.ndarray, batch: Batch) -> float:
        return share_close(outputs[:, -1], batch.targets[:, -1], 0.25)
