"""The setting ``forget_bias``: keep, a number, chrono or chrono:LENGTH. NumPy alone."""

import math
from collections.abc import Callable

import numpy as np

from gradlab.errors import ConfigError


def check(setting: str | float) -> str | float:
    """Return a forget bias in canonical form: ``keep``, a float, ``chrono[:T]``.

    >>> check("3"), check("chrono:256"), check("keep")
    (3.0, 'chrono:256', 'keep')

    Raises:
        ConfigError: for anything else.
    """
    if setting in ("keep", "chrono"):
        return setting
    text = str(setting)
    name, colon, longest = text.partition(":")
    if name == "chrono" and colon and longest.isdecimal() and int(longest) >= 2:
        return f"chrono:{int(longest)}"
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if isinstance(setting, bool) or not math.isfinite(number):
        raise ConfigError(
            got=f"forget_bias {setting!r}",
            expected="keep, a number, chrono, or chrono:T with T from 2 on",
            try_="chrono",
        )
    return number


def values(
    setting: str | float,
    units: int,
    *,
    length: int | None,
    draw: Callable[[str], np.random.Generator],
) -> np.ndarray | None:
    """Return the keep gate's bias per unit, float64 (units,), or None to keep it.

    Chrono draws ln u with u uniform in [1, Tmax - 1] (Tallec & Ollivier 2018); the
    uniform numbers behind u are the same at every Tmax.

    Args:
        setting: as for :func:`check`.
        units: how many biases.
        length: Tmax, unless the setting gives it.
        draw: returns the random generator of a name.

    Raises:
        ConfigError: if the setting is invalid, or chrono has no length.
    """
    setting = check(setting)
    if setting == "keep":
        return None
    if not isinstance(setting, str):
        return np.full(units, setting)
    _, _, fixed = setting.partition(":")
    longest = int(fixed) if fixed else length
    if longest is None or longest < 2:
        raise ConfigError(
            got=f"forget_bias {setting} with length {longest}",
            expected="a length of 2 or more",
            try_="chrono:256",
        )
    share = draw("chrono").uniform(size=units)
    return np.log1p(share * (longest - 2))


def is_chrono(setting: str | float) -> bool:
    """Return whether the setting is chrono, which sets the input gate, too."""
    return str(setting).startswith("chrono")
