"""Predict the next character: of one word, or of a file of text."""

import math
from dataclasses import dataclass, field

import numpy as np

from gradlab.errors import ConfigError, InputError
from gradlab.inputs._files import contents, digest
from gradlab.tasks.base import Batch, Task, share_right, whole_number


WORD = "hello"
LENGTH = 50
"""Steps of a sequence from a file, unless given."""


@dataclass(frozen=True)
class Characters(Task):
    """The next character: "hell" in, "ello" out; or the next byte of a file of text.

    ``characters``. Read: h, e, l, l, one-hot. Answered: e, l, l, o. After the first l
    comes l, after the second one o: the letter alone does not decide.
    Loss: the cross-entropy, the sum of the four steps.
    Success: all four right.
    Chance: 0. There is one sequence, so a network that counts the steps need not read;
    the best answer that does neither has 4.16 (e and o a quarter each, l a half).

    ``characters:FILE``, ``characters:FILE:LENGTH``. Read: windows of the file's bytes,
    one-hot over those that occur in it. Answered: the byte after each. The last tenth
    of the file, or as much as a window needs, is never trained on, only judged by.
    Loss: the cross-entropy, the mean of the steps.
    Success: 128 windows of the part held back cost at most 0.9 times the bits a byte
    that the best answer without reading would cost there, the entropy of its single
    bytes; score: bits a byte (bits per character, of text in ASCII). The bound is
    gradlab's: it says that reading helps, not that the text is known.
    Chance: the entropy of the bytes to train on, step by step over all windows, in
    nats; of a long text that of its single bytes.
    Varied: the file, LENGTH.

    Source: the word after Karpathy 2015, "The unreasonable effectiveness of recurrent
    neural networks"; bits per character as in character-level language modelling.

    Args:
        file: name of the file, without its folder.
        path: as it was given.
        hash: of its contents.
        steps: LENGTH.
        codes: the file as numbers of the bytes that occur in it.
        success: bits a byte that count as learned.
    """

    name = "characters"
    argument = "[FILE[:LENGTH]]"
    examples = ("characters", "characters:FILE:10")
    description = "the next letter, or byte"
    chance_formula = "0; entropy of bytes"
    success_rule = "all letters right; bits per byte at most 0.9 of the entropy (FILE)"
    reference = "Karpathy 2015"
    batch = 32
    judged = 128
    score_name = "bits per byte"
    larger_is_better = False

    file: str
    path: str
    hash: str
    steps: int
    codes: np.ndarray = field(repr=False, compare=False)
    success: float

    @classmethod
    def parse(cls, argument: str | None) -> Task:
        if argument is None:
            return _Word()
        path, _, text = argument.rpartition(":")
        steps = whole_number(text) if path else None
        if steps is None:
            path, steps = argument, LENGTH
        if not 2 <= steps <= 100_000:
            raise ConfigError(
                got=f"characters:{argument}",
                expected="windows of 2 to 100,000 steps",
                try_=f"characters:{path}:{LENGTH}",
            )
        file, data = contents("characters", path)
        _refuse_short(file, path, len(data), steps)
        codes = np.unique(np.frombuffer(data, np.uint8), return_inverse=True)[1]
        entropy = _entropy(np.bincount(codes[_kept(len(data), steps) :]))
        if not entropy:
            raise InputError(
                got=f"{file}, whose last tenth is one byte again and again",
                expected="a text that can be predicted well or badly",
                try_="another file",
            )
        return cls(file, path, digest(data), steps, codes, 0.9 * entropy / math.log(2))

    @property
    def spec(self) -> str:
        numbered = whole_number(self.path.rpartition(":")[2]) is not None
        said = self.steps != LENGTH or numbered
        return f"characters:{self.path}" + f":{self.steps}" * said

    @property
    def features(self) -> int:
        return int(self.codes.max()) + 1

    @property
    def outputs(self) -> int:
        return self.features

    @property
    def length(self) -> int:
        return self.steps

    @property
    def size(self) -> int:
        return self._kept - self.steps

    @property
    def _kept(self) -> int:
        return _kept(len(self.codes), self.steps)

    def sequences(self, generator: np.random.Generator, count: int) -> Batch:
        return self._windows(generator.integers(self.size, size=count))

    def fresh(self, generator: np.random.Generator, count: int) -> Batch:
        last = len(self.codes) - self.steps
        return self._windows(generator.integers(self._kept, last, size=count))

    def _windows(self, starts: np.ndarray) -> Batch:
        places = starts[:, None] + np.arange(self.steps)
        scored = np.ones(places.shape, dtype=bool)
        return Batch(self.codes[places], self.codes[places + 1], scored)

    def chance(self) -> float:
        # a step's targets are a stretch of the text, each step's one further on
        counts = np.bincount(self.codes[1 : self.size + 1], minlength=self.features)
        total = _entropy(counts)
        for t in range(1, self.steps):
            counts[self.codes[t]] -= 1
            counts[self.codes[t + self.size]] += 1
            total += _entropy(counts)
        return total / self.steps

    def score(self, outputs: np.ndarray, batch: Batch) -> float:
        with np.errstate(invalid="ignore"):  # a network that diverged has no answer
            above = outputs - outputs.max(axis=-1, keepdims=True)
        right = np.take_along_axis(above, batch.targets[..., None], axis=-1)[..., 0]
        nats = np.log(np.exp(above).sum(axis=-1)) - right
        return float(nats.mean() / math.log(2))

    def content_hash(self) -> str:
        return f"{self.hash}:{self.steps}"


@dataclass(frozen=True)
class _Word(Task):
    name = "characters"
    summed = True
    repeats = True
    batch = judged = 1
    success = 1.0
    features = outputs = len(set(WORD))
    length = len(WORD) - 1
    size = 1

    def sequences(self, generator: np.random.Generator, count: int) -> Batch:
        letters = list(dict.fromkeys(WORD))
        codes = np.array([[letters.index(letter) for letter in WORD]] * count)
        scored = np.ones((count, self.length), dtype=bool)
        return Batch(codes[:, :-1], codes[:, 1:], scored)

    def chance(self) -> float:
        return 0.0

    def score(self, outputs: np.ndarray, batch: Batch) -> float:
        return share_right(outputs, batch)


def _kept(size: int, steps: int) -> int:
    """Return how many bytes of a file are there to train on."""
    return size - max(size // 10, steps + 1)


def _refuse_short(file: str, path: str, size: int, steps: int) -> None:
    """Refuse a file without a batch of windows to train on and one to judge by."""
    least = 2 * steps + 1 + Characters.batch
    if size >= least:
        return
    fitting = (size - 1 - Characters.batch) // 2
    raise InputError(
        got=f"{file} of {size} bytes for sequences of {steps} steps",
        expected=f"at least {least} bytes: to train on, and to judge by",
        try_=f"characters:{path}:{fitting}" if fitting >= 2 else "a longer file",
    )


def _entropy(counts: np.ndarray) -> float:
    """Return the entropy of frequencies, in nats."""
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())
