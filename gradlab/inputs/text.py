"""Bytes of a file as one-hot vectors."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gradlab.errors import InputError
from gradlab.inputs._files import contents, digest
from gradlab.inputs.base import Input
from gradlab.seeding import stream


@dataclass(frozen=True)
class Text(Input):
    """Bytes of a file, one-hot over those that occur in it; the seed selects windows.

    A window's start is drawn over the whole file, independent of the length, so that
    lengths nest; a window that reaches the end continues at the beginning.
    """

    name = "text"
    argument = "FILE"

    file: str
    data: bytes

    @classmethod
    def parse(cls, argument: str | None) -> "Text":
        return cls(*contents("text", argument))

    @cached_property
    def codes(self) -> np.ndarray:
        """The file as indices into the sorted bytes that occur in it."""
        _, codes = np.unique(
            np.frombuffer(self.data, dtype=np.uint8), return_inverse=True
        )
        return codes.reshape(-1)

    def features(self, default: int) -> int:
        return int(self.codes.max()) + 1

    def sequences(
        self, seed: int, count: int, length: int, features: int
    ) -> np.ndarray:
        size = self.codes.size
        if size < length:
            raise InputError(
                got=f"{self.file} of {size} bytes for sequences of {length} steps",
                expected="a file at least as long as the sequences (with burn-in)",
                try_=f"--length {size}" if size > 1 else "a longer file",
            )
        starts = [int(stream(seed, "inputs", b).integers(size)) for b in range(count)]
        steps = (np.array(starts)[:, None] + np.arange(length)) % size
        one_hot = np.zeros((count, length, features))
        np.put_along_axis(one_hot, self.codes[steps][..., None], 1.0, axis=-1)
        return one_hot

    def content_hash(self) -> str:
        return digest(self.data)
