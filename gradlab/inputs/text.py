"""Bytes or characters of a file as one-hot vectors."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gradlab.errors import InputError
from gradlab.inputs._files import contents, digest
from gradlab.inputs.base import Input
from gradlab.seeding import stream


CHARS = ":chars"
"""Ending of the argument for a step a character."""


@dataclass(frozen=True)
class Text(Input):
    """Bytes of a file, one-hot over those that occur in it; the seed selects windows.

    With ``:chars`` after the file the characters (code points) of UTF-8 text: a Korean
    syllable is one of them and three bytes.

    A window's start is drawn over the whole file, independent of the length, so that
    lengths nest; a window that reaches the end continues at the beginning.
    """

    name = "text"
    argument = "FILE, or FILE:chars"

    file: str
    data: bytes
    chars: bool = False

    @classmethod
    def parse(cls, argument: str | None) -> "Text":
        path = (argument or "").removesuffix(CHARS)
        file, data = contents("text", path)
        chars = path != (argument or "")
        if chars and _decoded(data) is None:
            raise InputError(
                got=f"{file}, which is no UTF-8 text",
                expected="UTF-8, of which a step is a character",
                try_=f"text:{path}, of which a step is a byte",
            )
        return cls(file, data, chars)

    @cached_property
    def codes(self) -> np.ndarray:
        """The file as indices into the sorted units that occur in it."""
        text = _decoded(self.data) if self.chars else None
        if text is None:
            units = np.frombuffer(self.data, dtype=np.uint8)
        else:
            units = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
        table = np.zeros(int(units.max()) + 1, dtype=np.int32)
        table[units] = 1
        return (np.cumsum(table, dtype=np.int32) - 1)[units]

    def features(self, default: int) -> int:
        return int(self.codes.max()) + 1

    def sequences(
        self, seed: int, count: int, length: int, features: int
    ) -> np.ndarray:
        size = self.codes.size
        if size < length:
            unit = "characters" if self.chars else "bytes"
            raise InputError(
                got=f"{self.file} of {size} {unit} for sequences of {length} steps",
                expected="a file at least as long as the sequences (with burn-in)",
                try_=f"--length {size}" if size > 1 else "a longer file",
            )
        starts = [int(stream(seed, "inputs", b).integers(size)) for b in range(count)]
        steps = (np.array(starts)[:, None] + np.arange(length)) % size
        one_hot = np.zeros((count, length, features))
        np.put_along_axis(one_hot, self.codes[steps][..., None], 1.0, axis=-1)
        return one_hot

    def content_hash(self) -> str:
        return digest(self.data) + (CHARS if self.chars else "")

    def remark(self) -> str:
        text = None if self.chars or self.data.isascii() else _decoded(self.data)
        if text is None:
            return ""
        return (
            f"{self.file}: a step is a byte, and its {len(text):,} characters are "
            f"{len(self.data):,} bytes; {self.file}{CHARS} has a step a character"
        )


def _decoded(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None
