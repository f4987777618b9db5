"""One measured quantity of one point."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradlab.errors import ShapeError


DIMENSIONS = ("block", "index", "step", "lag")


@dataclass(frozen=True, eq=False)
class Record:
    """Mean and spread over the sequences of one point, with named axes.

    Attributes:
        measure: what was measured, e.g. ``"spectral_norm"``.
        version: of the measure; a higher one replaces this record.
        settings: the measure's settings, e.g. thresholds.
        coords: the values along each axis, in the order of the axes of ``mean``; names
            among ``block index step lag``. Empty for a single number.
        mean: float64; norms as natural logarithms, so a mean is geometric.
        sd: of the same shape, over sequences; NaN where unknown.
        note: a word for the number, e.g. the verdict's.
        owner: name of the measure that gave this record, where it gives several;
            else empty.

    >>> r = Record("stable_rank", 1, {}, {"lag": (0, 1)}, np.ones(2))
    >>> r.at(lag=1)
    1.0
    """

    measure: str
    version: int
    settings: Mapping[str, Any]
    coords: Mapping[str, tuple]
    mean: np.ndarray
    sd: np.ndarray = field(default=None)  # type: ignore[arg-type]
    note: str = ""
    owner: str = ""

    def __post_init__(self) -> None:
        """Bring arrays to float64 and compare their shape with the coordinates.

        Raises:
            ShapeError: unknown axis, or lengths that do not fit.
        """
        mean = np.asarray(self.mean, dtype=np.float64)
        sd = np.full(mean.shape, np.nan) if self.sd is None else self.sd
        object.__setattr__(self, "mean", mean)
        object.__setattr__(self, "sd", np.asarray(sd, dtype=np.float64))
        coords = {name: tuple(values) for name, values in self.coords.items()}
        object.__setattr__(self, "coords", coords)
        shape = tuple(len(values) for values in coords.values())
        if set(coords) - set(DIMENSIONS) or mean.shape != shape:
            raise ShapeError(
                got=f"{self.measure} with axes {dict(zip(coords, shape, strict=True))}"
                f" and values of shape {mean.shape}",
                expected=f"axes among {', '.join(DIMENSIONS)}, a value each",
                try_="Record(..., coords={'lag': (0, 1)}, mean=[0.0, -0.7])",
            )
        if self.sd.shape != shape:
            raise ShapeError(
                got=f"{self.measure} with an sd of shape {self.sd.shape}",
                expected=f"the shape of the mean, {shape}",
                try_="sd=None where the spread is unknown",
            )

    def __eq__(self, other: object) -> bool:
        """Whether two records are equal in every bit, NaN being equal to NaN."""
        if not isinstance(other, Record):
            return NotImplemented
        return self._labels() == other._labels() and all(
            np.array_equal(a, b, equal_nan=True)
            for a, b in ((self.mean, other.mean), (self.sd, other.sd))
        )

    __hash__ = None  # type: ignore[assignment]

    def _labels(self) -> tuple:
        return (
            self.measure,
            self.version,
            dict(self.settings),
            dict(self.coords),
            self.note,
            self.owner,
        )

    def at(self, **where: Any) -> float:
        """Return the mean at one coordinate of every axis.

        Raises:
            KeyError: for an axis or a coordinate that is not there.
        """
        left, mean, _ = self._select(where)
        if left:
            raise KeyError(f"{self.measure} also needs {', '.join(left)}")
        return float(mean)

    def has(self, **where: Any) -> bool:
        """Whether these coordinates are there."""
        return all(
            name in self.coords and value in self.coords[name]
            for name, value in where.items()
        )

    def curve(self, **where: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (x, mean, sd) along the one axis that ``where`` leaves open.

        Raises:
            KeyError: for an axis or a coordinate that is not there, or more than one
                axis left open.
        """
        left, mean, sd = self._select(where)
        if len(left) != 1:
            raise KeyError(f"{self.measure} leaves {len(left)} axes open: {left}")
        return np.asarray(self.coords[left[0]]), mean, sd

    def _select(
        self, where: Mapping[str, Any]
    ) -> tuple[list[str], np.ndarray, np.ndarray]:
        index: list[Any] = []
        unknown = set(where) - set(self.coords)
        if unknown:
            raise KeyError(f"{self.measure} has no axis {', '.join(sorted(unknown))}")
        for name, values in self.coords.items():
            if name not in where:
                index.append(slice(None))
                continue
            if where[name] not in values:
                raise KeyError(f"{self.measure} has no {name} {where[name]!r}")
            index.append(values.index(where[name]))
        left = [name for name in self.coords if name not in where]
        return left, self.mean[tuple(index)], self.sd[tuple(index)]
