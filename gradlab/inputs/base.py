"""What an input is: a source of sequences."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from gradlab import catalog
from gradlab.errors import ConfigError
from gradlab.seeding import stream


INITIAL_STATES = ("zero", "gaussian")


class Input(ABC):
    """A source of sequences; a leaf is one source, its fields the argument.

    Sequences of one seed nest: the first 16 steps of 256 are the 16-step sequence,
    and the first 2 of 4 sequences are the 2 sequences.

    A leaf that reads a file reads it with :func:`gradlab.inputs.contents`: workers on
    other machines are then given what it holds.

    Class attributes:
        argument: what may follow the colon of the spec, for people; empty for nothing.
        initial: the initial state that goes with it, ``zero`` or ``gaussian``.
    """

    name: ClassVar[str]
    argument: ClassVar[str] = ""
    initial: ClassVar[str] = "zero"

    @classmethod
    def parse(cls, argument: str | None) -> "Input":
        """Build the input from what follows the colon of its spec (None: nothing).

        Raises:
            ConfigError: for an argument that it does not take.
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
            InputError: where the source holds too little for it.
        """

    def features(self, default: int) -> int:
        """Return the number of features; ``default`` unless the source decides."""
        return default

    def fingerprint(self) -> str:
        """Return a hash of the contents of a file it reads; empty where it reads none.

        Part of a point's key, so that the file may move but not change.
        """
        return ""


def parse(spec: str) -> Input:
    """Return the input a spec such as ``gaussian:0.5`` or ``text:FILE`` names.

    Raises:
        UnknownNameError: naming the nearest input there is.
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
        seed: of the draw; sequences and states have streams of their own.
        count: sequences.
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
