"""At which lags what is dear is computed."""

BATCHES = 12


def lags(length: int) -> tuple[int, ...]:
    """Return the stored lags of a trajectory of ``length`` steps, increasing.

    0, the powers of two, twelve equal stretches (the batches of the interval of the
    growth rate), and the length itself.

    >>> lags(16)
    (0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16)
    """
    powers = {2**k for k in range(length.bit_length()) if 2**k <= length}
    return tuple(sorted({0, length} | powers | set(batch_lags(length))))


def batch_lags(length: int) -> tuple[int, ...]:
    """Return 0 and the ends of at most twelve equal stretches of the length.

    >>> batch_lags(256)[:4]
    (0, 21, 43, 64)
    """
    ends = {_nearest(length * k, BATCHES) for k in range(BATCHES + 1)}
    return tuple(sorted(ends))


def _nearest(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
