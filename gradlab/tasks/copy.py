"""Copy ten symbols over a long blank."""

import math
from dataclasses import dataclass

import numpy as np

from gradlab.errors import ConfigError
from gradlab.tasks.base import Batch, Task, whole_number


COPIED = 10
LETTERS = 8
BLANK, DELIMITER = LETTERS, LETTERS + 1


@dataclass(frozen=True)
class Copy(Task):
    """Ten of eight symbols, to be said again T steps after the last of them.

    Read: ten symbols drawn from eight, T - 1 blanks, a delimiter, ten blanks; T + 20
    steps, ten kinds of symbols, one-hot.
    Answered: a blank at the first T + 10 steps, then the ten symbols in their order.
    Loss: the cross-entropy over nine classes, the mean of all T + 20 steps.
    Success: 99 % of the copied symbols right in 256 fresh sequences. The paper draws
    the loss against chance; the bound is gradlab's.
    Chance: 10 ln 8 / (T + 20), blanks and then one of eight at even odds.
    Varied: T.
    Source: Arjovsky, Shah & Bengio 2016, the copying memory problem, after Hochreiter &
    Schmidhuber 1997, experiments 2 and 5.

    Args:
        steps: T, from a symbol's end to its repetition.
    """

    name = "copy"
    argument = "T"
    examples = ("copy:8",)
    description = "to repeat ten symbols T later"
    chance_formula = "10 ln 8 / (T + 20)"
    success_rule = "99 % of the copied symbols right"
    reference = "Arjovsky, Shah & Bengio 2016"
    score_name = "share of the copied symbols right"
    success = 0.99
    features = LETTERS + 2
    outputs = LETTERS + 1

    steps: int

    @classmethod
    def parse(cls, argument: str | None) -> "Copy":
        steps = whole_number(argument)
        if steps is None or not 1 <= steps <= 100_000:
            raise ConfigError(
                got=f"copy:{argument}"
                if argument
                else "copy without a number of steps",
                expected="a delay of 1 to 100,000 steps",
                try_="copy:100",
            )
        return cls(steps)

    @property
    def spec(self) -> str:
        return f"copy:{self.steps}"

    @property
    def length(self) -> int:
        return self.steps + 2 * COPIED

    def sequences(self, generator: np.random.Generator, count: int) -> Batch:
        symbols = generator.integers(LETTERS, size=(count, COPIED))
        inputs = np.full((count, self.length), BLANK)
        targets = inputs.copy()
        inputs[:, :COPIED] = targets[:, -COPIED:] = symbols
        inputs[:, -COPIED - 1] = DELIMITER
        return Batch(inputs, targets, np.ones(inputs.shape, dtype=bool))

    def chance(self) -> float:
        return COPIED * math.log(LETTERS) / self.length

    def score(self, outputs: np.ndarray, batch: Batch) -> float:
        said, right = outputs[:, -COPIED:], batch.targets[:, -COPIED:]
        return float((np.isfinite(said).all(-1) & (said.argmax(-1) == right)).mean())
