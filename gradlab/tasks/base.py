"""The base class of tasks, and their specs.

A task says what a network reads, what it is to answer, and when it has learned. The
smallest one a user can write:

    >>> import math
    >>> class Parity(Task):
    ...     features, outputs, length, success = 2, 2, 12, 1.0
    ...
    ...     def sequences(self, generator, count):
    ...         bits = generator.integers(2, size=(count, self.length))
    ...         return Batch(bits, bits.cumsum(axis=1) % 2, last_step(bits))
    ...
    ...     def chance(self):
    ...         return math.log(2)
    ...
    ...     def score(self, outputs, batch):
    ...         return share_right(outputs, batch)
    >>> batch = Parity().sequences(stream(0, "parity"), 4)
    >>> right = one_hot(batch.targets, 2)
    >>> Parity().score(right, batch), Parity().rule()
    (1.0, 'share of sequences right at least 1')
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gradlab import catalog
from gradlab.errors import ConfigError
from gradlab.seeding import stream


@dataclass(frozen=True)
class Batch:
    """Sequences with what is right of each, B of them, T steps long.

    Attributes:
        inputs: (B, T) whole numbers, symbols that the network reads one-hot; or
            (B, T, F) numbers.
        targets: (B, T) whole numbers, the right classes; or (B, T, D) numbers.
        scored: (B, T), the steps whose output counts; targets elsewhere mean nothing,
            but are classes or finite numbers. Each sequence has one at least.
    """

    inputs: np.ndarray
    targets: np.ndarray
    scored: np.ndarray


class Task(ABC):
    """Sequences, right answers, and when they are learned.

    Class attributes:
        argument: what follows the colon of the spec, ``P[:every]``; in brackets what
            may be left out; empty for nothing.
        examples: specs of small tasks, one of each version, which the conformance suite
            checks; ``FILE`` in one stands for a file of text. Empty for the name alone.
        description: what is learned, in a line for tables; empty for the docstring's.
        dataset: the set of data it draws from, for every result to name; empty where
            sequences are made up, or from a file that the spec names.
        chance_formula: what :meth:`chance` returns, for tables; empty for the number.
        success_rule: when it is learned, for tables; empty for score and bound.
        reference: the source.
        classes: whether targets are classes, with the cross-entropy of the outputs'
            softmax as loss; else they are numbers, with the mean squared error.
        summed: whether the loss adds up the scored steps of a sequence; else it is
            their mean.
        repeats: whether every batch holds the same sequences: they are drawn once.
        score_name: what :meth:`score` is, in a few words.
        larger_is_better: whether a better network has a larger score.
        success: the score from which (or down to which) the task is learned.
        judged: how many fresh sequences a score is of.
        batch: sequences of an update, where nobody says.
    """

    name: ClassVar[str]
    argument: ClassVar[str] = ""
    examples: ClassVar[tuple[str, ...]] = ()
    description: ClassVar[str] = ""
    dataset: ClassVar[str] = ""
    chance_formula: ClassVar[str] = ""
    success_rule: ClassVar[str] = ""
    reference: ClassVar[str] = ""
    classes: ClassVar[bool] = True
    summed: ClassVar[bool] = False
    repeats: ClassVar[bool] = False
    score_name: ClassVar[str] = "share of sequences right"
    larger_is_better: ClassVar[bool] = True
    judged: ClassVar[int] = 256
    batch: ClassVar[int] = 32
    success: float

    @classmethod
    def parse(cls, argument: str | None) -> "Task":
        """Return the task for the part of its spec after the colon, or None.

        Raises:
            ConfigError: for an argument that is not valid.
            InputError: for a file that cannot be used.
        """
        if argument:
            raise ConfigError(
                got=f"{cls.name}:{argument}",
                expected=f"{cls.name} with nothing after it",
                try_=cls.name,
            )
        return cls()

    @property
    @abstractmethod
    def features(self) -> int:
        """F, how many symbols there are, or numbers a step."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """D, how many classes there are, or numbers a step."""

    @property
    @abstractmethod
    def length(self) -> int:
        """T, the most steps of a sequence."""

    @property
    def size(self) -> int | None:
        """How many sequences there are to train on; None: no end of them."""
        return None

    @property
    def spec(self) -> str:
        """The spec of this task, each task in one spelling."""
        return self.name

    @abstractmethod
    def sequences(self, generator: np.random.Generator, count: int) -> Batch:
        """Return ``count`` sequences to train on."""

    def fresh(self, generator: np.random.Generator, count: int) -> Batch:
        """Return sequences to judge a network by: others than those to train on.

        Where a task has no end of sequences, or so few that they are all there are,
        they come from the same source.
        """
        return self.sequences(generator, count)

    @abstractmethod
    def chance(self) -> float:
        """Return the least loss of a network that reads no input.

        It answers each step with the frequencies of the targets to train on, or their
        mean.
        """

    @abstractmethod
    def score(self, outputs: np.ndarray, batch: Batch) -> float:
        """Return how well a network does.

        Args:
            outputs: (B, T, D), logits of classes, or numbers; NaN at steps before the
                first scored one of the batch.
            batch: that it read.
        """

    def learned(self, score: float, success: float | None = None) -> bool:
        """Return whether a score is good enough; NaN is not.

        Args:
            score: as :meth:`score` gives it.
            success: a bound in place of the task's own.
        """
        bound = self.success if success is None else success
        return score >= bound if self.larger_is_better else score <= bound

    def content_hash(self) -> str:
        """Return a hash of what it reads from a file, and how; empty without a file.

        It stands for the spec wherever numbers depend on it: a file may be moved.
        """
        return ""

    def rule(self) -> str:
        """Return when the task is learned, in words."""
        least = "at least" if self.larger_is_better else "at most"
        return self.success_rule or f"{self.score_name} {least} {self.success:g}"


def parse(spec: str) -> Task:
    """Return the task of a spec such as ``lag:50``.

    Raises:
        UnknownNameError: for an unknown name, with the nearest one.
        ConfigError, InputError: see :meth:`Task.parse`.
    """
    name, _, argument = spec.partition(":")
    leaf: type[Task] = catalog.get("tasks", name)
    return leaf.parse(argument or None)


def stream_of(
    task: Task, seed: int, purpose: str, number: int = 0
) -> np.random.Generator:
    """Return the random stream of a task's sequences.

    Args:
        task: whose sequences are drawn.
        seed: of the network that is trained.
        purpose: ``train``, ``judge`` or ``measure``.
        number: of the update, or of the judgement.
    """
    return stream(seed, "task", task.content_hash() or task.spec, purpose, number)


def whole_number(text: str | None) -> int | None:
    """Return the whole number that a part of a spec spells; None for another text."""
    written = text is not None and text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if text and written else None


def draw(generator: np.random.Generator, size: int, count: int) -> np.ndarray:
    """Return ``count`` of the numbers below ``size``, each once before any twice."""
    if count <= size:
        return generator.choice(size, count, replace=False)
    return np.resize(generator.permutation(size), count)


def last_step(inputs: np.ndarray) -> np.ndarray:
    """Return (B, T), true at the last step alone."""
    scored = np.zeros(inputs.shape[:2], dtype=bool)
    scored[:, -1] = True
    return scored


def share_right(outputs: np.ndarray, batch: Batch) -> float:
    """Return the share of sequences whose every scored step has the right class first.

    A step with a NaN is wrong.
    """
    right = np.isfinite(outputs).all(-1) & (outputs.argmax(-1) == batch.targets)
    return float((right | ~batch.scored).all(-1).mean())


def share_close(outputs: np.ndarray, targets: np.ndarray, bound: float) -> float:
    """Return the share of answers whose every probability is almost right.

    Args:
        outputs: (N, D), logits.
        targets: (N,), the right classes.
        bound: how far from 1, or from 0, a probability may be.
    """
    off = np.abs(probabilities(outputs) - one_hot(targets, outputs.shape[-1]))
    return float((off < bound).all(-1).mean())


def probabilities(outputs: np.ndarray) -> np.ndarray:
    """Return the softmax of (B, T, D) over the classes."""
    with np.errstate(invalid="ignore"):  # a network that diverged has no answer
        shifted = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def one_hot(symbols: np.ndarray, count: int) -> np.ndarray:
    """Return (…, count) float64 with a 1 at each symbol."""
    return np.eye(count)[symbols]


def mean_squared_error(outputs: np.ndarray, batch: Batch) -> float:
    """Return the mean squared error over the scored steps of all sequences."""
    with np.errstate(over="ignore"):  # a network that diverged has no small error
        return float(np.square(outputs - batch.targets)[batch.scored].mean())
