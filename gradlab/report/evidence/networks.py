"""The networks of a sweep as claims look at them: every one, drawn or not.

A network is a point without its seed, at its largest length.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.axes import own_input_bias
from gradlab.report.story import labels, rank
from gradlab.report.words import words


if TYPE_CHECKING:
    from gradlab.report.story import Story
    from gradlab.report.story.rows import Row


BIASES = frozenset({"forget_bias", "input_bias"})
WITHIN = ("seed", "length")
"""Axes along which points are one network."""


@dataclass(frozen=True)
class Network:
    """One network, over all of its seeds."""

    row: Row

    @property
    def label(self) -> str:
        """Its name, the same wherever it is named."""
        return self.row.label

    @property
    def length(self) -> int:
        """T, the largest length it was measured at."""
        return self.row.length

    @cached_property
    def ln_lefts(self) -> np.ndarray:
        """Ln |ds_T/ds_0|_2 of each seed; -inf, inf and NaN say that it is none."""
        return self.row.ends(self.length)

    @cached_property
    def ln_left(self) -> float:
        """Ln of what is left over T steps: the geometric mean over seeds not dead."""
        living = self.ln_lefts[self.ln_lefts != -np.inf]
        return float((living if living.size else self.ln_lefts).mean())

    @property
    def finite(self) -> bool:
        """Whether something finite is left in every seed: none is dead."""
        return bool(self.ln_lefts.size and np.isfinite(self.ln_lefts).all())

    @cached_property
    def reach(self) -> float:
        """Steps back to 1/1000, the median seed; inf beyond T, NaN not measured.

        NaN too where some seeds are dead, but not all: as with what is left, no
        sentence ranks such a network by those that are not.
        """
        found = self.row.values("horizon")
        if len(found) < len(self.row.points()):
            return math.nan
        return float(np.median(found))

    @property
    def steps(self) -> float:
        """The reach in whole steps, rounded up; inf beyond T."""
        return math.ceil(self.reach - 1e-9) if math.isfinite(self.reach) else math.inf

    @property
    def cell(self) -> str:
        """The cell as it was asked for."""
        return self.row.cell

    @property
    def bias(self) -> object:
        """The forget bias: ``"keep"``, a number, ``"chrono"``; None where none is."""
        return self.row.bias

    def differs_in(self, other: Network) -> frozenset[str]:
        """Return the parameters in which two networks differ."""
        mine, theirs = self.row.params, other.row.params
        axes = (mine.keys() | theirs.keys()) - {"seed", "length"}
        return frozenset(a for a in axes if mine.get(a) != theirs.get(a))

    def left_at(self, length: int) -> float:
        """Ln of what is left over a shorter sequence; NaN where not finite."""
        found = self.row.ends(length)
        good = found.size and np.isfinite(found).all()
        return float(found.mean()) if good else math.nan

    @cached_property
    def course(self) -> dict[int, float]:
        """T -> ln of what is left, at every length; NaN where not finite."""
        return {length: self.left_at(length) for length in self.row.lengths}

    @property
    def fades_evenly(self) -> bool:
        """Whether all but 1/1000 is lost, at one rate, to a fifth, at every length."""
        rates = [ln / length for length, ln in self.course.items()]
        return (
            len(rates) > 1
            and self.ln_left < -math.log(1000)
            and all(abs(rate / rates[-1] - 1) < 0.2 for rate in rates)
        )

    def name(self, language: str, without: tuple[str, ...] = ()) -> str:
        """Its name in a language, as one of several that differ in some axes alone."""
        extra = tuple(axis for axis in self.row.extra if axis not in without)
        return labels.row_label(self.row.params, extra, words(language, "names"))

    @property
    def varies_with_length(self) -> bool:
        """Whether its weights depend on T, as those of chrono do."""
        return "chrono" in (self.bias, self.row.params.get("input_bias"))

    @property
    def customary(self) -> bool:
        """Whether weights, gain and activation are PyTorch's defaults."""
        return all(
            self.row.params.get(axis) in (None, value)
            for axis, value in labels.CUSTOMARY.items()
            if axis in ("init", "activation", "gain")
        )

    def mean(self, measure: str, **at: Any) -> float:
        """A measure's mean over seeds; NaN where none has it."""
        return self.row.spread(measure, **at).mean

    @cached_property
    def directions(self) -> float:
        """Stable rank of ds_T/ds_0: the geometric mean of the seeds that have one."""
        return rank.directions(self.row)

    @cached_property
    def size(self) -> int:
        """Of how many numbers the state is: all its states in all its layers."""
        return rank.state_size(self.row)

    @cached_property
    def exponents(self) -> np.ndarray:
        """Lyapunov exponents of the whole state, nats a step, over seeds; or none."""
        curve = self.row.curve("lyapunov_exponents")
        return np.empty(0) if curve is None else curve.mean

    @cached_property
    def lasting(self) -> int:
        """Along how many directions more than 1/1000 is left after T steps."""
        return int(np.sum(self.exponents * self.length > math.log(1e-3)))

    @property
    def hidden(self) -> int:
        """Hidden units, of each layer."""
        return int(self.row.params["hidden"])


@dataclass(frozen=True)
class Networks:
    """All networks whose whole gradient was measured, each at its largest length.

    Attributes:
        rows: of the whole sweep.
        story: where networks with other measures are found.
    """

    rows: Sequence[Row]
    story: Story

    @classmethod
    def of(cls, story: Story) -> Networks:
        """Return those of a store."""
        return cls(story.networks.rows, story)

    @cached_property
    def every(self) -> list[Network]:
        """All of them, in the order of the tables."""
        return [n for n in map(Network, self.rows) if n.ln_lefts.size]

    @cached_property
    def length(self) -> int:
        """T, the length that most of them share: of finite ones, where there are any.

        The larger one of two that equally many share.
        """
        finite = [n for n in self.every if n.finite]
        counts = Counter(n.length for n in finite or self.every)
        return max(counts, key=lambda length: (counts[length], length), default=0)

    @cached_property
    def measured(self) -> list[Network]:
        """Those measured over T steps, and no more."""
        return [n for n in self.every if n.length == self.length]

    @cached_property
    def finite(self) -> list[Network]:
        """Those over T steps that have something finite left in every seed."""
        return [n for n in self.measured if n.finite]

    @cached_property
    def every_finite(self) -> list[Network]:
        """Those of whose gradient something finite is left, each after its own T."""
        return [n for n in self.every if n.finite]

    @cached_property
    def reaching(self) -> list[Network]:
        """Those over T steps whose reach was measured."""
        return [n for n in self.every_reaching if n.length == self.length]

    @cached_property
    def every_reaching(self) -> list[Network]:
        """Those whose reach was measured, each within its own T."""
        return [n for n in self.every if not math.isnan(n.reach)]

    def by_bias(self) -> Iterator[tuple[Network, list[Network]]]:
        """Yield each finite network at default biases, and those of other biases.

        Networks with PyTorch's weights come first, and of them the last of the tables.
        """
        for one in sorted(reversed(self.finite), key=lambda n: not n.customary):
            if one.bias == "keep" and own_input_bias(one.row.params) is None:
                others = [n for n in self.finite if n is not one]
                others = [n for n in others if one.differs_in(n) <= BIASES]
                if others:
                    yield one, others

    def along(self, axis: str) -> Iterator[list[Network]]:
        """Yield finite networks that differ in one numeric axis alone, ascending."""
        groups: dict[tuple, list[Network]] = {}
        for network in self.finite:
            params = network.row.params
            if not isinstance(params.get(axis), int | float):
                continue
            others = sorted(
                (k, repr(v))
                for k, v in params.items()
                if k not in ("seed", "length", axis)
            )
            groups.setdefault(tuple(others), []).append(network)
        for group in groups.values():
            if len(group) > 2:
                yield sorted(group, key=lambda n: n.row.params[axis])

    @cached_property
    def of_lengths(self) -> list[Network]:
        """Those of several lengths, finite at each; the most customary ones first."""
        found = [n for n in self.every if len(n.row.lengths) > 1]
        found = [n for n in found if all(math.isfinite(v) for v in n.course.values())]
        return sorted(found, key=lambda n: not n.customary)

    def groups(self, *axes: str) -> list[list[Network]]:
        """Return measured networks that differ in these axes alone, of the largest T.

        Groups of a smaller T are left out where there is one of a larger T.
        """
        found: dict[tuple, list[Network]] = {}
        for network in self.every:
            params = network.row.params
            others = {k: v for k, v in params.items() if k not in (*axes, *WITHIN)}
            key = network.length, repr(sorted(others.items()))
            found.setdefault(key, []).append(network)
        several = {k: g for k, g in found.items() if len(g) > 1}
        most = max((length for length, _ in several), default=0)
        return [g for (length, _), g in several.items() if length == most]

    def having(self, measure: str) -> list[Network]:
        """Those with this measure at its largest length, the whole gradient or not."""
        rows = self.story.having(measure).rows
        length = max((row.length for row in rows), default=0)
        return [Network(row) for row in rows if row.length == length]


def extreme(
    networks: Sequence[Network], values: Sequence[float], pick=max
) -> list[Network]:
    """Return the networks with the largest (``pick=min``: smallest) value, to 1e-9."""
    top = pick(values)
    near = [math.isclose(value, top, rel_tol=0, abs_tol=1e-9) for value in values]
    return [n for n, alike in zip(networks, near, strict=True) if alike]


def ends_and_middle(values: Sequence[int]) -> list[int]:
    """Return at most three of these: the first, the middle and the last."""
    if len(values) < 4:
        return list(values)
    return [values[0], values[len(values) // 2], values[-1]]
