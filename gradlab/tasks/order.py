"""Tell the order of a few rare symbols in a long sequence of others."""

import math
from dataclasses import dataclass

import numpy as np

from gradlab.errors import ConfigError
from gradlab.tasks.base import Batch, Task, share_close, share_right, whole_number


OTHERS = 4
"""a, b, c, d; then come X and Y, and in the versions of 1997 E and B."""
START, TRIGGER = OTHERS + 2, OTHERS + 3

MARKS = {
    "6a": ((10, 20), (50, 60)),
    "6b": ((10, 20), (33, 43), (66, 76)),
    "2013": ((10, 20), (50, 60)),
}
"""Version -> between which steps of 100 X or Y stands; the last one too in 1997."""


@dataclass(frozen=True)
class Order(Task):
    """Which of X and Y came first, second and third, among many other symbols.

    ``order:6a``, ``order:6b``: 1997. Read: E, then symbols drawn from a, b, c, d, and
    last B; of n steps, n drawn from L to L + L // 10 for each sequence. At two (6a) or
    three (6b) steps, each drawn from a stretch of its own, there is X or Y instead: of
    100 steps 10 to 20 and 50 to 60 (6a), or 10 to 20, 33 to 43 and 66 to 76 (6b), with
    E at step 0; at another L in proportion, rounded down. Steps after B count for
    nothing.
    Success: every output within 0.3 of 0 or 1, the right ones, in each of 256 fresh
    sequences. In the paper such a sequence is classified correctly, and training ends
    when the last 2,000 were and the average error is below 0.1. Its outputs are
    logistic, here they are a softmax.

    ``order:2013[:L]``: the same with two marks, without E and B, always of L steps, the
    marks in [L / 10, L / 5) and [L / 2, 3 L / 5).
    Success: the right class is the likeliest in 99 % of 256 fresh sequences; the bound
    is gradlab's.

    Answered, in all three: at the last step, which of the 4 (6b: 8) orders it was.
    Loss: the cross-entropy at that step.
    Chance: ln 4, or ln 8: all orders are equally frequent.
    Varied: L, 100 unless given.
    Source: Hochreiter & Schmidhuber 1997, experiments 6a and 6b; Pascanu, Mikolov &
    Bengio 2013, section 4.1.1.

    Args:
        version: ``6a``, ``6b`` or ``2013``.
        steps: L.
    """

    name = "order"
    argument = "6a|6b|2013[:L]"
    examples = ("order:6a:20", "order:6b:20", "order:2013:20")
    description = "in which order X and Y came"
    chance_formula = "ln 4; ln 8 (6b)"
    success_rule = "every output within 0.3; 99 % of sequences right (2013)"
    reference = "Hochreiter & Schmidhuber 1997, experiments 6a and 6b; Pascanu 2013"
    success = 1.0

    version: str
    steps: int = 100

    @classmethod
    def parse(cls, argument: str | None) -> "Order":
        version, colon, text = (argument or "").partition(":")
        steps = whole_number(text) if colon else 100
        if version not in MARKS or steps is None or not 10 <= steps <= 100_000:
            raise ConfigError(
                got=f"order:{argument}" if argument else "order without a version",
                expected="6a, 6b or 2013, with or without a length of 10 to 100,000",
                try_=f"order:{version}:100" if version in MARKS else "order:6a",
            )
        return _Order2013(version, steps) if version == "2013" else cls(version, steps)

    @property
    def spec(self) -> str:
        return f"order:{self.version}" + f":{self.steps}" * (self.steps != 100)

    @property
    def features(self) -> int:
        return OTHERS + 4

    @property
    def outputs(self) -> int:
        return int(2 ** len(MARKS[self.version]))

    @property
    def length(self) -> int:
        return self.steps + self.steps // 10

    def sequences(self, generator: np.random.Generator, count: int) -> Batch:
        inputs, classes = self._marked(generator, count, last_too=True)
        ends = self.steps - 1 + generator.integers(self.steps // 10 + 1, size=count)
        inputs[:, 0] = START
        inputs[np.arange(self.length) >= ends[:, None]] = TRIGGER
        return _asked(inputs, classes, ends)

    def _marked(
        self, generator: np.random.Generator, count: int, last_too: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return sequences of a to d with X or Y where marks stand, and their order.

        The first mark is the highest bit of the class, Y is 1.
        """
        inputs = generator.integers(OTHERS, size=(count, self.length))
        classes = generator.integers(self.outputs, size=count)
        stretches = MARKS[self.version]
        for place, stretch in enumerate(stretches, start=1):
            start, stop = (self.steps * step // 100 for step in stretch)
            steps = generator.integers(start, stop + last_too, size=count)
            is_y = (classes >> (len(stretches) - place)) & 1
            inputs[np.arange(count), steps] = OTHERS + is_y
        return inputs, classes

    def chance(self) -> float:
        return math.log(self.outputs)

    def score(self, outputs: np.ndarray, batch: Batch) -> float:
        return share_close(outputs[batch.scored], batch.targets[batch.scored], 0.3)


@dataclass(frozen=True)
class _Order2013(Order):
    success = 0.99

    @property
    def features(self) -> int:
        return OTHERS + 2

    @property
    def length(self) -> int:
        return self.steps

    def sequences(self, generator: np.random.Generator, count: int) -> Batch:
        inputs, classes = self._marked(generator, count, last_too=False)
        return _asked(inputs, classes, np.full(count, self.steps - 1))

    def score(self, outputs: np.ndarray, batch: Batch) -> float:
        return share_right(outputs, batch)


def _asked(inputs: np.ndarray, classes: np.ndarray, ends: np.ndarray) -> Batch:
    """Return a batch in which each sequence's class is asked for at its end."""
    targets = classes[:, None].repeat(inputs.shape[1], axis=1)
    return Batch(inputs, targets, np.arange(inputs.shape[1]) == ends[:, None])
