"""An array of sequences in a NumPy file."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradlab.errors import InputError
from gradlab.inputs._files import contents, digest
from gradlab.inputs.base import Input
from gradlab.seeding import stream


@dataclass(frozen=True, eq=False)
class Npy(Input):
    """A .npy file of shape (sequences, time, features); the seed selects sequences.

    Each sequence starts at its first step. Pickled objects are rejected.
    """

    name = "npy"
    argument = "FILE"

    file: str
    values: np.ndarray
    hash: str

    @classmethod
    def parse(cls, argument: str | None) -> "Npy":
        file, data = contents("npy", argument)
        try:
            values: Any = np.load(io.BytesIO(data), allow_pickle=False)
        except Exception as error:
            raise InputError(
                got=f"{file}, which is no plain .npy array",
                expected="numbers written by numpy.save",
                try_="numpy.save(FILE, array)",
            ) from error
        return cls(file, _check(file, values), digest(data))

    def features(self, default: int) -> int:
        return self.values.shape[-1]

    def sequences(
        self, seed: int, count: int, length: int, features: int
    ) -> np.ndarray:
        available, steps = self.values.shape[:2]
        if count > available or length > steps:
            raise InputError(
                got=f"{self.file} with {available} sequences of {steps} steps, for "
                f"{count} of {length}",
                expected="at least as many of each (steps with burn-in)",
                try_=f"--sequences {min(count, available)} "
                f"--length {min(length, steps)}",
            )
        chosen = stream(seed, "inputs").permutation(available)[:count]
        return self.values[chosen, :length]

    def content_hash(self) -> str:
        return self.hash


def _check(file: str, values: Any) -> np.ndarray:
    if not isinstance(values, np.ndarray):
        raise InputError(
            got=f"{file}, an archive of arrays",
            expected="one array in a .npy file",
            try_="numpy.save(FILE, array)",
        )
    if values.ndim != 3 or 0 in values.shape:
        raise InputError(
            got=f"{file} of shape {values.shape}",
            expected="three axes, none empty: (sequences, time, features)",
            try_="array.reshape(sequences, time, features)",
        )
    if values.dtype.kind not in "fiub":
        raise InputError(
            got=f"{file} of type {values.dtype}",
            expected="real numbers",
            try_="array.astype(float)",
        )
    wide = values.astype(np.float64)
    if not np.isfinite(wide).all():
        raise InputError(
            got=f"{file} with NaN or infinite values",
            expected="finite numbers",
            try_="numpy.nan_to_num(array)",
        )
    return wide
