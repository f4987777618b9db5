"""Lines of a labelled array, drawn with matplotlib."""

from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.errors import ConfigError


if TYPE_CHECKING:
    from matplotlib.axes import Axes


LN10 = float(np.log(10.0))
_MOST_LINES = 20


def draw(
    name: str,
    unit: str,
    coords: Mapping[str, tuple],
    values: np.ndarray,
    ax: "Axes | None",
    x: str | None,
) -> "Axes":
    """Draw values as lines along ``x``, as :meth:`LabelledArray.plot` says.

    Args:
        name: of the values.
        unit: of the values; ``nats`` are drawn as powers of ten.
        coords: the coordinates along each axis of ``values``.
        values: means over sequences.
        ax: to draw on; a new figure's when None.
        x: the axis along which lines run, or None.
    """
    along = _drawn_along(name, coords, x)
    lines = np.moveaxis(values, list(coords).index(along), -1)
    others = {a: c for a, c in coords.items() if a != along}
    if lines[..., 0].size > _MOST_LINES:
        raise ConfigError(
            got=f"{lines[..., 0].size:,} lines along {along}, one for each of "
            + " and ".join(f"{len(c)} {a}" for a, c in others.items()),
            expected=f"{_MOST_LINES} at most",
            try_=f".sel({_fewer(others)}).plot()",
        )
    ax = _draw_each(_axes(ax, along), lines, coords[along], others, unit == "nats")
    shown = name.removeprefix("ln_") if unit == "nats" else name
    ax.set(xlabel=along, ylabel=shown.replace("_", " "))
    return ax


def _fewer(others: Mapping[str, tuple]) -> str:
    """Return the selection that leaves few enough lines, of the longest axes first.

    >>> _fewer({"block": ("hh", "joint"), "step": tuple(range(30))})
    'step=0'
    >>> _fewer({"block": (*map(str, range(24)), "joint")})
    "block='joint'"
    """
    left = int(np.prod([len(c) for c in others.values()]))
    chosen: dict[str, Any] = {}
    for axis in sorted(others, key=lambda name: -len(others[name])):
        if left > _MOST_LINES:
            coords = others[axis]
            chosen[axis] = "joint" if "joint" in coords else coords[0]
            left //= len(coords)
    return ", ".join(f"{axis}={label!r}" for axis, label in chosen.items())


def _drawn_along(name: str, coords: Mapping[str, tuple], x: str | None) -> str:
    numbers = [a for a, c in coords.items() if all(map(_is_number, c))]
    preferred = [a for a in ("lag", "step") if a in coords]
    choices = [x] if x is not None else [*preferred, *numbers[::-1], *coords]
    if not choices or choices[0] not in coords:
        raise ConfigError(
            got=f"{name} over {', '.join(coords) or 'no axis'}"
            + (f" to be drawn along {x}" if x is not None else ""),
            expected="an axis along which lines run",
            try_=f'plot(x="{list(coords)[-1]}")' if coords else ".frame()",
        )
    return choices[0]


def _axes(ax: Any, along: str) -> "Axes":
    """Return ``ax``, or a new figure's in place of None."""
    from matplotlib import pyplot
    from matplotlib.axes import Axes

    if ax is None:
        return pyplot.subplots()[1]
    if not isinstance(ax, Axes):
        raise ConfigError(
            got=f"ax = {repr(ax):.60}",
            expected="the Axes of matplotlib to draw on",
            try_=f'.plot(x="{along}")',
        )
    return ax


def _draw_each(
    ax: "Axes",
    lines: np.ndarray,
    x: tuple,
    others: Mapping[str, tuple],
    logs: bool,
) -> "Axes":
    """Draw ``lines``, (*others, x), each with a label of its coordinates."""
    places = x if all(map(_is_number, x)) else range(len(x))
    for labels, line in zip(
        product(*others.values()), lines.reshape(-1, len(x)), strict=True
    ):
        drawn = np.where(np.isfinite(line), line, np.nan) / (LN10 if logs else 1.0)
        marker = "." if len(x) < 3 else ""
        dash = "--" if len(ax.lines) // 10 % 2 else "-"  # colours repeat from ten on
        ax.plot(places, drawn, dash, marker=marker, label=", ".join(map(str, labels)))
    if places is not x:
        ax.set_xticks(places, list(map(str, x)))
    if logs:
        ax.yaxis.set_major_formatter(lambda exponent, _: f"$10^{{{exponent:g}}}$")
    if others:
        ax.legend(title=", ".join(others))
    return ax


def _is_number(label: Any) -> bool:
    return isinstance(label, int | float | np.number) and not isinstance(label, bool)
