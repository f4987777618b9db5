"""What the axes ``forget_bias`` and ``input_bias`` may be set to; needs no NumPy."""

import math
from numbers import Real

from gradlab.arguments import describe
from gradlab.axes import AUTO
from gradlab.errors import ConfigError


def check(axis: str, setting: str | float) -> str | float:
    """Return a gate's bias in canonical form: ``keep``, a float, ``chrono[:T]``.

    The input bias may also be ``auto``, see :func:`gradlab.axes.input_bias_of`.

    >>> check("forget_bias", "3"), check("forget_bias", "chrono:256")
    (3.0, 'chrono:256')
    >>> check("input_bias", "auto")
    'auto'

    Args:
        axis: ``forget_bias`` or ``input_bias``.
        setting: as it was written.

    Raises:
        ConfigError: for anything else.
    """
    if not isinstance(setting, str | Real):
        raise ConfigError(
            got=f"{axis} = {describe(setting)}",
            expected="a number, keep or chrono",
            try_=f"{axis}=3",
        )
    words = ("keep", "chrono", *((AUTO,) if axis == "input_bias" else ()))
    if setting in words:
        return setting
    text = str(setting)
    name, colon, longest = text.partition(":")
    got = f"{axis.replace('_', ' ')} {setting!r}"
    if name == "chrono" and colon and longest.isdecimal():
        if int(longest) < 2:
            raise ConfigError(
                got=got, expected="a length of at least 2", try_="chrono:256"
            )
        return f"chrono:{int(longest)}"
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if isinstance(setting, bool) or not math.isfinite(number):
        raise ConfigError(
            got=got,
            expected=f"a number, {', '.join(words)} or chrono:LENGTH",
            try_="chrono" if text.startswith("c") else "3",
        )
    return number
