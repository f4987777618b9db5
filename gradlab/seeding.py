"""Random numbers: named, independent NumPy streams.

Every random number of gradlab comes from a :func:`stream` of its own name, in float64,
cast afterwards. So weights do not depend on the length, activation or measures of a
point, and torch's generators are not used.
"""

import hashlib
from functools import lru_cache

import numpy as np

from gradlab.errors import ConfigError


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """Return the random stream of ``names`` at ``seed``.

    The same arguments give the same numbers on every machine and in every process;
    other arguments give an independent stream.

    >>> int(stream(0, "weight_hh", "forget_gate").integers(1000))
    208
    >>> int(stream(0, "weight_hh", "input_gate").integers(1000))
    541

    Raises:
        ConfigError: if ``seed`` is not a whole number from 0 on.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ConfigError(
            got=f"seed {seed!r}", expected="a whole number, 0 or larger", try_="0"
        )
    return np.random.default_rng(
        np.random.SeedSequence(int(seed), spawn_key=_words(names))
    )


@lru_cache(maxsize=1024)
def _words(names: tuple[str | int, ...]) -> tuple[int, ...]:
    """Hash names to eight 32-bit words (Python's own hash differs per process)."""
    text = "\x1f".join(f"{type(name).__name__}:{name}" for name in names)
    digest = hashlib.sha256(text.encode()).digest()
    return tuple(
        int.from_bytes(digest[i : i + 4], "little") for i in range(0, len(digest), 4)
    )
