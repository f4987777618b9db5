"""Remember the first symbol over a noise-free lag (experiment 2a of 1997)."""

import math
from dataclasses import dataclass

import numpy as np

from gradlab.errors import ConfigError
from gradlab.tasks.base import Batch, Task, last_step, share_close, whole_number


ANSWERS = ("", "symbols", "every")
"""What is answered: x or y; any of the p + 1 symbols; that at every step."""


@dataclass(frozen=True)
class Lag(Task):
    """Two sequences, (x, a_1 .. a_{p-1}, x) and (y, a_1 .. a_{p-1}, y).

    The network reads p symbols, x or y and then a_1 .. a_{p-1}, each one-hot among
    p + 1, and is to say the next one, which is the first one read, p steps before.
    Nothing else distinguishes the sequences and there is no noise: whether the task is
    learned depends on the gradient over p steps alone. Both sequences are each batch,
    and all there are to judge by.

    There are three ways to answer. ``lag:P`` has two outputs, x and y, and the
    cross-entropy of the last step. ``lag:P:symbols`` has p + 1 outputs: before it can
    learn which of x and y, a network learns that it is one of them, and is another
    network by then. ``lag:P:every`` has p + 1 outputs and a loss at every step, as in
    1997; all but the last are learned without the past.

    Success: every output of the last step is within 0.25 of 0 or 1, the right ones, in
    both sequences.
    Chance: ln 2, x or y at even odds; with a loss at every step its mean over p.
    Varied: p.
    Source: Hochreiter & Schmidhuber 1997, experiment 2a (noise-free sequences with long
    time lags). Their network has logistic outputs and learns online.

    Args:
        steps: p.
        answer: one of ``ANSWERS``.
    """

    name = "lag"
    argument = "P[:WHAT]"
    examples = ("lag:12", "lag:7:symbols", "lag:6:every")
    description = "the first of P symbols"
    chance_formula = "ln 2; ln 2/P (every)"
    success_rule = "every output within 0.25 at the end"
    reference = "Hochreiter & Schmidhuber 1997, experiment 2a"
    repeats = True

    batch = judged = 2
    success = 1.0

    steps: int
    answer: str = ""

    @classmethod
    def parse(cls, argument: str | None) -> "Lag":
        text, _, answer = (argument or "").partition(":")
        steps = whole_number(text)
        is_lag = steps is not None and 2 <= steps <= 100_000
        if not is_lag or answer not in ANSWERS or (argument or "").endswith(":"):
            raise ConfigError(
                got=f"lag:{argument}" if argument else "lag without a number of steps",
                expected="2 to 100,000 steps, and then nothing, symbols or every",
                try_="lag:50",
            )
        return cls(steps or 0, answer)

    @property
    def spec(self) -> str:
        return ":".join(filter(None, ["lag", str(self.steps), self.answer]))

    @property
    def features(self) -> int:
        return self.steps + 1

    @property
    def outputs(self) -> int:
        return self.steps + 1 if self.answer else 2

    @property
    def length(self) -> int:
        return self.steps

    @property
    def size(self) -> int:
        return 2

    def sequences(self, generator: np.random.Generator, count: int) -> Batch:
        # symbols: a_1 .. a_{p-1} are 0 .. p - 2, then x and y; of two outputs x is 0
        which = np.arange(count)[:, None] % 2
        first = self.steps - 1 + which
        between = np.broadcast_to(np.arange(self.steps - 1), (count, self.steps - 1))
        inputs = np.hstack([first, between])
        if not self.answer:
            targets = which.repeat(self.steps, axis=1)
        else:
            targets = np.hstack([between, first])
        if self.answer == "every":
            return Batch(inputs, targets, np.ones_like(inputs, dtype=bool))
        return Batch(inputs, targets, last_step(inputs))

    def chance(self) -> float:
        return math.log(2) / (self.steps if self.answer == "every" else 1)

    def score(self, outputs: np.ndarray, batch: Batch) -> float:
        return share_close(outputs[:, -1], batch.targets[:, -1], 0.25)
