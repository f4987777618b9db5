"""An array with named axes: what it holds, selects and tabulates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.errors import ShapeError


if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes


RECORD_AXES = ("update", "block", "index", "step", "lag")
"""The axes that a stored record may have, which are columns of the exported table."""
BATCH_AXES = ("member", "sequence")
"""The last axes of what is computed: of an ensemble's members, and of sequences."""


def batch_coords(
    batch_shape: tuple[int, ...], *, sequences: bool = True
) -> dict[str, tuple]:
    """Return the coordinates of the batch axes (…M, B), places counted from 0.

    Without ``sequences`` those of the members alone.

    >>> batch_coords((4,))
    {'sequence': (0, 1, 2, 3)}
    """
    names = BATCH_AXES[len(BATCH_AXES) - len(batch_shape) :]
    coords = {n: tuple(range(k)) for n, k in zip(names, batch_shape, strict=True)}
    return {n: c for n, c in coords.items() if sequences or n != "sequence"}


@dataclass(frozen=True, eq=False)
class LabelledArray:
    """Numbers with named axes, each with a coordinate for every place.

    Axes come in the order of ``coords``. What is computed from a trajectory has the
    axes ``member`` (of an ensemble alone) and ``sequence`` last, as the batch axes
    (…M, B) of time-first tensors (T, …M, B, n) are; coordinates there are places in
    the batch, from 0. NumPy functions take it as the array ``values``.

    Attributes:
        name: what the numbers are; ``ln_`` or the unit ``nats`` say natural logs.
        coords: the coordinates along each axis.
        values: one number for each combination of coordinates.
        sd: standard deviation over sequences where values are means over them, of the
            same shape; None where it is unknown.
        unit: of the values.
        words: what the values stand for where they are places in a list of words.

    Raises:
        ShapeError: lengths of axes that do not fit.

    >>> norms = LabelledArray("ln_norm", {"lag": (0, 1, 2)}, [0.0, -0.7, -1.5])
    >>> norms.at(lag=1)
    -0.7
    >>> norms.sel(lag=[0, 2]).frame()
       lag  measure  value
    0    0  ln_norm    0.0
    1    2  ln_norm   -1.5
    """

    name: str
    coords: Mapping[str, tuple]
    values: np.ndarray
    sd: np.ndarray | None = None
    unit: str = field(default="", kw_only=True)
    words: tuple[str, ...] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        """Make arrays of the numbers and tuples of the coordinates."""
        coords, values = _tuples(self.name, self.coords), _floats(self.values)
        object.__setattr__(self, "coords", coords)
        object.__setattr__(self, "values", values)
        shape = tuple(len(labels) for labels in coords.values())
        if values.shape != shape:
            raise ShapeError(
                got=f"{self.name} with axes {dict(zip(coords, shape, strict=True))} "
                f"and values of shape {values.shape}",
                expected="a value for each combination of coordinates",
                try_=f'LabelledArray("{self.name}", {{"lag": (0, 1)}}, [0.0, -0.7])',
            )
        if self.sd is not None:
            object.__setattr__(self, "sd", _floats(self.sd))
            if self.sd.shape != shape:
                raise ShapeError(
                    got=f"{self.name} with an sd of shape {self.sd.shape}",
                    expected=f"the shape of the values, {shape}",
                    try_="sd=None where the spread is unknown",
                )

    def __repr__(self) -> str:
        """Return one line: the name, the axes with their lengths, the unit.

        >>> LabelledArray("ln_norm", {"lag": (0, 1, 2)}, [0.0, -0.7, -1.5], unit="nats")
        <LabelledArray ln_norm: lag 3; nats>
        """
        axes = ", ".join(f"{axis} {len(c)}" for axis, c in self.coords.items())
        unit = f"; {self.unit}" if self.unit else ""
        return f"<LabelledArray {self.name}: {axes or 'one number'}{unit}>"

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Return the values, for NumPy's functions."""
        return np.array(self.values, dtype=dtype, copy=copy)

    def __eq__(self, other: object) -> bool:
        """Whether two arrays are equal in every bit, NaN being equal to NaN."""
        if not isinstance(other, LabelledArray):
            return NotImplemented
        labels = [(a.name, a.coords, a.unit, a.words) for a in (self, other)]
        return (
            labels[0] == labels[1]
            and np.array_equal(self.values, other.values, equal_nan=True)
            and np.array_equal(self.spread, other.spread, equal_nan=True)
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def spread(self) -> np.ndarray:
        """The sd, NaN where it is unknown."""
        return np.full(self.values.shape, np.nan) if self.sd is None else self.sd

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the axes, in order."""
        return tuple(self.coords)

    def at(self, **where: Any) -> Any:
        """Return the values at coordinates, by axis: an array over the axes left open.

        A float where none is left open; where a list of coordinates is given its axis
        stays, with these.

        Raises:
            KeyError: for an axis or a coordinate that is not there.
        """
        found = self._take(self.values, where)
        return found if found.ndim else float(found)

    def curve(self, **where: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return (x, values) along the one axis that ``where`` leaves open.

        Raises:
            KeyError: for an axis or a coordinate that is not there, or more than one
                axis left open.
        """
        values = self._take(self.values, where)
        left = [axis for axis in self.coords if axis not in where]
        if len(left) != 1:
            raise KeyError(f"{self.name} leaves {len(left)} axes open: {left}")
        return np.asarray(self.coords[left[0]]), values

    def sel(self, **where: Any) -> "LabelledArray":
        """Return the part at coordinates, as :meth:`at` chooses it."""
        coords = {
            axis: where.get(axis, labels)
            for axis, labels in self.coords.items()
            if axis not in where or _is_several(where[axis])
        }
        values = self._take(self.values, where)
        sd = None if self.sd is None else self._take(self.sd, where)
        return replace(self, coords=coords, values=values, sd=sd)

    def has(self, **where: Any) -> bool:
        """Return whether these coordinates are there."""
        return all(
            axis in self.coords and label in self.coords[axis]
            for axis, label in where.items()
        )

    def over_sequences(self) -> "LabelledArray":
        """Return mean and sd over the sequences; itself without that axis.

        The sd is over n - 1, None below two sequences. A mean of logs is geometric;
        with -inf among them it is -inf.
        """
        if "sequence" not in self.coords:
            return self
        # Sequences last and contiguous: the order of summing then does not depend on
        # how many members there are.
        moved = np.moveaxis(self.values, self.axes.index("sequence"), -1)
        last = np.ascontiguousarray(moved, dtype=np.float64)
        coords = {axis: c for axis, c in self.coords.items() if axis != "sequence"}
        with np.errstate(invalid="ignore", over="ignore"):
            sd = last.std(axis=-1, ddof=1) if last.shape[-1] > 1 else None
            return replace(self, coords=coords, values=last.mean(axis=-1), sd=sd)

    def positions(self, axis: str) -> np.ndarray:
        """Return each value's place along an axis, values in the order of ``ravel``."""
        shape = self.values.shape
        along: np.ndarray = np.indices(shape, sparse=True)[self.axes.index(axis)]
        return np.broadcast_to(along, shape).ravel()

    def as_words(self) -> np.ndarray:
        """Return the words that values stand for, of the same shape."""
        words = np.array(self.words, dtype=object)
        return np.asarray(words[self.values.astype(np.int64)], dtype=object)

    def frame(self) -> "pandas.DataFrame":
        """Return a tidy pandas table, one row a value.

        Columns are the axes, ``measure`` (the name), ``value``, and where there are
        any ``sd`` and ``word``.
        """
        import pandas

        columns: dict[str, Any] = {
            axis: pandas.Index(labels).take(self.positions(axis))
            for axis, labels in self.coords.items()
        }
        columns |= {"measure": self.name, "value": self.values.ravel()}
        if self.sd is not None:
            columns["sd"] = self.sd.ravel()
        if self.words:
            columns["word"] = self.as_words().ravel()
        return pandas.DataFrame(columns, index=range(self.values.size))

    def plot(self, ax: "Axes | None" = None, *, x: str | None = None) -> "Axes":
        """Draw the means over sequences as lines; return the matplotlib Axes.

        Natural logs (the unit ``nats``) are drawn as powers of ten, exactly at any
        size; an exact zero, -inf, and inf are left out.

        Args:
            ax: to draw on; a new figure's when left out.
            x: the axis along which lines run; ``lag``, ``step``, or the last one with
                numbers when left out. Every combination of the others is one line.

        Raises:
            ConfigError: no such axis, more than 20 lines, or no Axes.
        """
        from gradlab.labelled.lines import draw

        mean = self.over_sequences()
        return draw(self.name, self.unit, mean.coords, mean.values, ax, x)

    def _take(self, array: np.ndarray, where: Mapping[str, Any]) -> np.ndarray:
        """Return the part of an array of the values' shape."""
        unknown = set(where) - set(self.coords)
        if unknown:
            axes = (
                f"its axes are {', '.join(self.axes)}" if self.coords else "it has none"
            )
            raise KeyError(
                f"{self.name} has no axis {', '.join(sorted(unknown))}; {axes}"
            )
        index = tuple(
            slice(None)
            if axis not in where or _is_several(where[axis])
            else self._place(axis, where[axis])
            for axis in self.coords
        )
        found = array[index]
        left = (a for a in self.coords if a not in where or _is_several(where[a]))
        for k, axis in enumerate(left):
            if axis in where:
                found = found.take(self._places(axis, where[axis]), axis=k)
        return found

    def _place(self, axis: str, label: Any) -> int:
        if label not in self.coords[axis]:
            there = _shortened(self.coords[axis])
            raise KeyError(f"{self.name} has no {axis} {label!r}; there are {there}")
        return self.coords[axis].index(label)

    def _places(self, axis: str, labels: Iterable) -> list[int]:
        known = {label: k for k, label in enumerate(self.coords[axis])}
        return [known[x] if x in known else self._place(axis, x) for x in labels]


def record_of(array: LabelledArray, *, batch: tuple[str, ...] = ()) -> LabelledArray:
    """Return an array whose axes a record may have, those of ``batch`` besides.

    Raises:
        ShapeError: another axis.
    """
    allowed = (*RECORD_AXES, *batch)
    if not set(array.coords) <= set(allowed):
        raise ShapeError(
            got=f"{array.name} with axes {', '.join(array.coords)}",
            expected=f"axes among {', '.join(allowed)}",
            try_="index= for a list of anything",
        )
    return array


def _floats(values: Any) -> np.ndarray:
    """Return an array of floats; float64 unless they are floats already."""
    array = np.asarray(values)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _tuples(name: str, coords: Any) -> dict[str, tuple]:
    """Return coordinates as tuples; refuse what is no table of lists by axis."""
    try:
        return {axis: tuple(labels) for axis, labels in coords.items()}
    except (AttributeError, TypeError):
        raise ShapeError(
            got=f"{name} with coords = {repr(coords):.60}",
            expected="the coordinates along each axis, by its name",
            try_=f'LabelledArray("{name}", {{"lag": (0, 1)}}, [0.0, -0.7])',
        ) from None


def _shortened(labels: tuple) -> str:
    """Return coordinates for a message.

    >>> _shortened(tuple(range(129)))
    '0, 1, 2, 3, ..., 127, 128'
    """
    some = list(map(str, labels))
    return ", ".join(some if len(some) <= 9 else [*some[:4], "...", *some[-2:]])


def _is_several(label: Any) -> bool:
    """Return whether a list of coordinates is given, and not one of them."""
    return isinstance(label, list | range | np.ndarray)
