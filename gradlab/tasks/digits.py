"""Name the digit in an image that is read row by row or pixel by pixel."""

import gzip
import hashlib
import math
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from gradlab.errors import ConfigError, InputError
from gradlab.seeding import stream
from gradlab.tasks.base import Batch, Task, draw, last_step, share_right, whole_number


READINGS = ("rows", "pixels", "pixels:permuted")
SIDE = 8
IMAGES, JUDGED = 1797, 450
TRAINED = IMAGES - JUDGED
LEAST = 32


@dataclass(frozen=True)
class Digits(Task):
    """Which digit an image of 8 x 8 grey values shows, of scikit-learn's 1,797.

    Read: ``digits:rows`` the eight rows, 8 steps of 8 values; ``digits:pixels`` the
    pixels row by row, 64 steps of one value; ``digits:pixels:permuted`` the pixels in
    one random order, the same for every image and network. Values are 0 to 1.
    Answered: the digit, at the last step.
    Loss: the cross-entropy at that step.
    Success: 90 % of the 450 images right that are never trained on; the bound is
    gradlab's.
    Chance: the entropy of the digits to train on, near ln 10.
    Varied: the reading, and with a number after it how many images there are to train
    on, 32 to 1,347 (all, unless given): ``digits:rows:500`` has the first 500 of all in
    one random order, so that fewer images are among more, the same for every network.
    Judged by are the last 450 of the set.
    Source: Le, Jaitly & Hinton 2015 read MNIST's 784 pixels so, plain and permuted. The
    images here are those of Alpaydin & Kaynak 1998, "Optical recognition of handwritten
    digits" (UCI), that scikit-learn carries: no download, and short enough for two
    cores. Results are not those of MNIST.

    Args:
        reading: ``rows``, ``pixels`` or ``pixels:permuted``.
        count: how many images there are to train on.
    """

    name = "digits"
    argument = "READING[:N]"
    examples = ("digits:rows", "digits:pixels:permuted:100")
    description = "the digit in an image"
    chance_formula = "near ln 10"
    dataset = "scikit-learn's 1,797 digits of 8 x 8 pixels"
    success_rule = "90 % of the 450 images held back right"
    reference = "Le, Jaitly & Hinton 2015; Alpaydin & Kaynak 1998"
    judged = JUDGED
    batch = LEAST
    score_name = "share of images right"
    success = 0.9
    outputs = 10

    reading: str
    count: int = TRAINED

    @classmethod
    def parse(cls, argument: str | None) -> "Digits":
        reading, count = argument or "", TRAINED
        if reading not in READINGS:
            reading, _, text = reading.rpartition(":")
            count = whole_number(text) or 0
        if reading not in READINGS or not LEAST <= count <= TRAINED:
            raise ConfigError(
                got=f"digits:{argument}" if argument else "digits without a reading",
                expected=f"{', '.join(READINGS)}, with or without a number of images, "
                f"{LEAST} to {TRAINED:,}",
                try_=f"digits:{reading}:500" if reading in READINGS else "digits:rows",
            )
        _file()
        return cls(reading, count)

    @property
    def spec(self) -> str:
        return f"digits:{self.reading}" + f":{self.count}" * (self.count != TRAINED)

    @property
    def features(self) -> int:
        return SIDE if self.reading == "rows" else 1

    @property
    def length(self) -> int:
        return SIDE if self.reading == "rows" else SIDE * SIDE

    @property
    def size(self) -> int:
        return self.count

    def sequences(self, generator: np.random.Generator, count: int) -> Batch:
        return self._read(self._numbers()[draw(generator, self.count, count)])

    def fresh(self, generator: np.random.Generator, count: int) -> Batch:
        return self._read(TRAINED + draw(generator, JUDGED, count))

    def _numbers(self) -> np.ndarray:
        """Return which images there are to train on."""
        return _mixed("train", TRAINED)[: self.count]

    def _read(self, numbers: np.ndarray) -> Batch:
        """Return images as sequences."""
        images, digits = _images()
        pixels = images[numbers]
        if self.reading.endswith("permuted"):
            pixels = pixels[:, _mixed("pixels", SIDE * SIDE)]
        inputs = pixels.reshape(len(numbers), self.length, self.features)
        targets = digits[numbers, None].repeat(self.length, axis=1)
        return Batch(inputs, targets, last_step(inputs))

    def chance(self) -> float:
        counts = np.bincount(_images()[1][self._numbers()])
        shares = counts[counts > 0] / self.count
        return -sum(share * math.log(share) for share in shares.tolist())

    def score(self, outputs: np.ndarray, batch: Batch) -> float:
        return share_right(outputs, batch)

    def content_hash(self) -> str:
        return f"{_hash()}:{self.spec}"


def _file() -> Path:
    """Return the file that ``sklearn.datasets.load_digits`` reads.

    Importing scikit-learn would take seconds.

    Raises:
        InputError: scikit-learn is not installed.
    """
    found = find_spec("sklearn")
    if found is None or found.origin is None:
        raise InputError(
            got="the task digits without scikit-learn, which has the images",
            expected="the extra digits installed",
            try_="pip install 'gradlab[digits]'",
        )
    return Path(found.origin).parent / "datasets" / "data" / "digits.csv.gz"


@cache
def _images() -> tuple[np.ndarray, np.ndarray]:
    """Return the images, (1797, 64) from 0 to 1, and their digits."""
    with gzip.open(_file(), "rt") as file:
        table = np.loadtxt(file, delimiter=",")
    return table[:, :-1] / 16, table[:, -1].astype(np.int64)


@cache
def _hash() -> str:
    return hashlib.sha256(_file().read_bytes()).hexdigest()


@cache
def _mixed(purpose: str, count: int) -> np.ndarray:
    """Return the numbers below ``count`` in one random order."""
    return stream(0, "digits", purpose).permutation(count)
