"""Add the two marked numbers of a long sequence."""

from dataclasses import dataclass

import numpy as np

from gradlab.errors import ConfigError
from gradlab.tasks.base import (
    Batch,
    Task,
    last_step,
    mean_squared_error,
    whole_number,
)


ORIGINAL = ":1997"
"""Ending of the argument for the task as it was first set."""


@dataclass(frozen=True)
class Adding(Task):
    """The sum of the two marked of T numbers, in a modern and in the 1997 version.

    Each step is a pair, a random number and a mark; the answer is asked for at the end
    of the sequence alone.

    ``adding:T``, as in papers since about 2015. Read: T pairs, values uniform in
    [0, 1], marks 0 but for a 1 at one random step of the first T // 2 and at one of the
    others. Answered: x_1 + x_2, the marked values.
    Success: a mean squared error of 0.02 or less over 256 fresh sequences. Papers draw
    the error's course; the bound is gradlab's.
    Chance: 1/6, the variance of a sum of two such values, by answering 1.

    ``adding:T:1997``. Read: n pairs, n drawn from T to T + T // 10 for each sequence,
    values uniform in [-1, 1]. Marked with 1: one of the first ten pairs, X_1, then one
    of the first m = T // 2 - 1 pairs still unmarked, X_2. The other marks are 0, but
    for the first and the last pair, whose mark is -1. If the first pair is one of the
    two, its mark stays -1 and its value is set to 0. Steps after the end are zeros and
    count for nothing. Answered: 0.5 + (X_1 + X_2) / 4.
    Success: an absolute error below 0.04 in each of 256 fresh sequences. In the paper
    such a sequence is processed correctly, and training ends when the last 2,000 were
    and the average error is below 0.01.
    Chance: (2 - q) / 48, q = 1/10 + 9/(10 m) the chance that a marked value is 0.

    Loss, of both: the squared error of the one number, at the end.
    Varied: T.
    Source: Hochreiter & Schmidhuber 1997, experiment 4; modern after Le et al. 2015 and
    Arjovsky et al. 2016.

    Args:
        steps: T.
    """

    name = "adding"
    argument = "T[:1997]"
    examples = ("adding:20", "adding:20:1997")
    description = "the sum of two marked numbers"
    chance_formula = "1/6; near 1/25 (1997)"
    success_rule = "mean squared error at most 0.02; every error below 0.04 (1997)"
    reference = "Hochreiter & Schmidhuber 1997, experiment 4; Arjovsky et al. 2016"
    classes = False
    batch = 50
    score_name = "mean squared error"
    larger_is_better = False
    success = 0.02
    features = 2
    outputs = 1

    steps: int

    @classmethod
    def parse(cls, argument: str | None) -> Task:
        text = (argument or "").removesuffix(ORIGINAL)
        original = text != (argument or "")
        steps = whole_number(text)
        least = 11 if original else 2
        if steps is None or not least <= steps <= 100_000:
            raise ConfigError(
                got=f"adding:{argument}" if argument else "adding without a length",
                expected="a length of 2 to 100,000 steps, from 11 on with :1997",
                try_=f"adding:100{ORIGINAL * original}",
            )
        return _Adding1997(steps) if original else cls(steps)

    @property
    def spec(self) -> str:
        return f"adding:{self.steps}"

    @property
    def length(self) -> int:
        return self.steps

    def sequences(self, generator: np.random.Generator, count: int) -> Batch:
        half = self.steps // 2
        values = generator.random((count, self.steps))
        first = generator.integers(half, size=count)
        second = generator.integers(half, self.steps, size=count)
        inputs, targets, sums = _pairs(values, first, second)
        targets[:, -1, 0] = sums
        return Batch(inputs, targets, last_step(values))

    def chance(self) -> float:
        return 1 / 6

    def score(self, outputs: np.ndarray, batch: Batch) -> float:
        return mean_squared_error(outputs, batch)


@dataclass(frozen=True)
class _Adding1997(Adding):
    score_name = "share of sequences with an error below 0.04"
    larger_is_better = True
    success = 1.0

    @property
    def spec(self) -> str:
        return f"adding:{self.steps}{ORIGINAL}"

    @property
    def length(self) -> int:
        return self.steps + self.steps // 10

    @property
    def candidates(self) -> int:
        """m, how many pairs the second mark may fall on."""
        return self.steps // 2 - 1

    def sequences(self, generator: np.random.Generator, count: int) -> Batch:
        values = generator.uniform(-1, 1, (count, self.length))
        ends = self.steps - 1 + generator.integers(self.steps // 10 + 1, size=count)
        first = generator.integers(10, size=count)
        second = generator.integers(self.candidates, size=count)
        second += second >= first  # the first m but for the one marked
        steps = np.arange(self.length)
        values[steps > ends[:, None]] = 0
        values[(first == 0) | (second == 0), 0] = 0
        inputs, targets, sums = _pairs(values, first, second)
        rows = np.arange(count)
        inputs[:, 0, 1] = inputs[rows, ends, 1] = -1
        targets[rows, ends, 0] = 0.5 + sums / 4
        return Batch(inputs, targets, steps == ends[:, None])

    def chance(self) -> float:
        zeroed = 0.1 + 0.9 / self.candidates
        return (2 - zeroed) / 48

    def score(self, outputs: np.ndarray, batch: Batch) -> float:
        errors = np.abs(outputs - batch.targets)[batch.scored]
        return float((errors < 0.04).mean())


def _pairs(
    values: np.ndarray, first: np.ndarray, second: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return values with a mark at two steps of each sequence.

    Args:
        values: (B, T).
        first: (B,), a step that is marked.
        second: (B,), the other one.

    Returns:
        (B, T, 2), values and marks; zeros in the shape of targets; (B,), the sums of
        the marked values.
    """
    rows = np.arange(len(values))
    inputs = np.zeros((*values.shape, 2))
    inputs[..., 0] = values
    inputs[rows, first, 1] = inputs[rows, second, 1] = 1
    sums = values[rows, first] + values[rows, second]
    return inputs, np.zeros((*values.shape, 1)), sums
