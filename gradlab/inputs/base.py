"""The base class of inputs, their specs, and initial states."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from gradlab import catalog
from gradlab.errors import ConfigError, InputError
from gradlab.seeding import stream


INITIAL_STATES = ("zero", "gaussian")


class Input(ABC):
    """A source of sequences.

    Sequences of one seed are nested: the first 16 steps of 256 are the 16-step
    sequence, and the first 2 of 4 sequences are the 2 sequences.

    Read files with :func:`gradlab.inputs.contents`, so that workers on other machines
    are sent their contents.

    Class attributes:
        argument: description of what may follow the colon of the spec; empty for none.
        initial: the default initial state, ``zero`` or ``gaussian``.

    >>> class Ones(Input):
    ...     def sequences(self, seed, count, length, features):
    ...         return np.ones((count, length, features))
    >>> Ones().sequences(seed=0, count=2, length=16, features=8).shape
    (2, 16, 8)
    """

    name: ClassVar[str]
    argument: ClassVar[str] = ""
    initial: ClassVar[str] = "zero"

    @classmethod
    def parse(cls, argument: str | None) -> "Input":
        """Return the input for the part of its spec after the colon, or None.

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

    @abstractmethod
    def sequences(
        self, seed: int, count: int, length: int, features: int
    ) -> np.ndarray:
        """Return ``count`` sequences, (count, length, features) float64.

        Raises:
            InputError: where the source is too short.
        """

    def features(self, default: int) -> int:
        """Return the number of features; ``default`` unless the source decides."""
        return default

    def remark(self) -> str:
        """Return a sentence on what a step is, where users may expect another."""
        return ""

    def content_hash(self) -> str:
        """Return a hash of the contents of the file it reads; empty without a file.

        Part of a point's key: the file may move, but a change makes a new point.
        """
        return ""


def require_fits(spec: str, values: np.ndarray, dtype: str) -> None:
    """Refuse inputs that are not finite in the floats they are computed with.

    Args:
        spec: of the input.
        values: its sequences, float64.
        dtype: ``float32`` or ``float64``.

    Raises:
        InputError: a value is not finite, or would not be.
    """
    largest = float(np.abs(values).max(initial=0.0))
    most = float(np.finfo(dtype).max)
    if not largest <= most:
        raise InputError(
            got=f"the input does not fit {dtype}: {spec} reaches {largest:.3g}",
            expected=f"finite values of at most {most:.3g}",
            try_="--dtype float64" if math.isfinite(largest) else "finite values",
        )


def parse(spec: str) -> Input:
    """Return the input of a spec such as ``gaussian:0.5`` or ``text:FILE``.

    Raises:
        UnknownNameError: for an unknown name, with the nearest one.
        ConfigError, InputError: see :meth:`Input.parse`.
    """
    name, _, argument = spec.partition(":")
    leaf: type[Input] = catalog.get("inputs", name)
    return leaf.parse(argument or None)


def initial_state(
    kind: str, seed: int, count: int, states: Sequence[tuple[str, int]]
) -> tuple[np.ndarray, ...]:
    """Return s_0 of ``count`` sequences, one (count, width) float64 per state.

    Args:
        kind: ``zero``, or ``gaussian`` for independent standard normal entries.
        seed: of the draw; each sequence and state has its own stream.
        count: number of sequences.
        states: name and width of each state.

    Raises:
        ConfigError: for another kind.
    """
    if kind not in INITIAL_STATES:
        raise ConfigError(
            got=f"initial state {kind!r}",
            expected="zero or gaussian",
            try_="--initial-state zero",
        )
    if kind == "zero":
        return tuple(np.zeros((count, width)) for _, width in states)
    return tuple(
        np.stack(
            [
                stream(seed, "initial_state", name, b).standard_normal(width)
                for b in range(count)
            ]
        )
        for name, width in states
    )
