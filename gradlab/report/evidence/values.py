"""Values of a claim's sentence, each of which knows how it is printed.

Twins in ``tests/claims`` read them back from the printed sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gradlab.report import numbers
from gradlab.report.evidence.networks import BIASES, Network
from gradlab.report.story import labels
from gradlab.report.words import say, speaking, words


class Value(Protocol):
    """Something a sentence names."""

    def say(self, language: str) -> str:
        """Return it as inline text (:mod:`gradlab.report.inline`)."""


@dataclass(frozen=True)
class Count:
    """A number of networks: ``1,024``."""

    count: int

    def say(self, language: str) -> str:
        """Return the number."""
        return f"{self.count:,}"


@dataclass(frozen=True)
class Length:
    """The length of a sequence: ``256``."""

    steps: int

    def say(self, language: str) -> str:
        """Return the number of steps."""
        return f"{self.steps:,}"


@dataclass(frozen=True)
class Steps:
    """A finite number of steps with its unit: ``14 steps``."""

    steps: float

    def say(self, language: str) -> str:
        """Return the number and its unit."""
        w = words(language, "numbers")
        unit = w.STEP if self.steps == 1 else w.STEPS
        return say(unit, count=f"{self.steps:,.0f}")


@dataclass(frozen=True)
class Left:
    """What is left of a gradient, from a finite ln: ``0.17``, ``10^{-83}``."""

    ln: float

    def say(self, language: str) -> str:
        """Return two significant figures."""
        return numbers.left(self.ln)


@dataclass(frozen=True)
class Times:
    """By how much a gradient grows, from a finite ln: ``22``, ``10^{41}``."""

    ln: float

    def say(self, language: str) -> str:
        """Return two significant figures."""
        return numbers.times(self.ln)


@dataclass(frozen=True)
class TimesEach:
    """Growth at one value of an axis after the other: ``22, 35, 42``, at most four."""

    lns: Sequence[float]

    def say(self, language: str) -> str:
        """Return two significant figures of each."""
        return ", ".join(numbers.times(ln) for ln in self.lns[:4])


@dataclass(frozen=True)
class Kept:
    """What one step keeps, from a rate in nats a step: ``98.1 %``, ``× 1.6``."""

    rate: float

    def say(self, language: str) -> str:
        """Return a percentage, or a factor where it grows."""
        return numbers.kept(self.rate)


@dataclass(frozen=True)
class KeptEach:
    """What one step keeps in one part after the other: ``47 %, 98.1 %``."""

    rates: Sequence[float]

    def say(self, language: str) -> str:
        """Return a percentage or a factor of each."""
        return ", ".join(map(numbers.kept, self.rates))


@dataclass(frozen=True)
class Number:
    """A plain number, with two significant figures."""

    value: float

    def say(self, language: str) -> str:
        """Return the number."""
        return numbers.significant(self.value)


@dataclass(frozen=True)
class Share:
    """A share of a whole: ``98 %``, ``0.40 %``, ``more than 99 %``."""

    share: float

    def say(self, language: str) -> str:
        """Return a percentage."""
        with speaking(language):
            return numbers.percent(self.share)


@dataclass(frozen=True)
class Directions:
    """A stable rank: ``1``, ``2.4``, ``15``."""

    rank: float

    def say(self, language: str) -> str:
        """Return a number of directions."""
        return numbers.directions(self.rank)


@dataclass(frozen=True)
class Cell:
    """A kind of cell: ``LSTM (2 layers)``."""

    spec: str

    def say(self, language: str) -> str:
        """Return its name."""
        return labels.cell_name(self.spec, words(language, "names"))


@dataclass(frozen=True)
class Bias:
    """The biases of a point: ``forget bias 3``, ``keep bias 3``, ``chrono``."""

    params: Mapping[str, Any]

    def say(self, language: str) -> str:
        """Return its name."""
        return labels.bias_name(self.params, words(language, "names"))


@dataclass(frozen=True)
class Unbiased:
    """A network's name without its biases: ``LSTM (gain 2)``."""

    network: Network

    def say(self, language: str) -> str:
        """Return its cell, and what else tells it apart."""
        row, w = self.network.row, words(language, "names")
        extras = labels.extras(row.params, row.extra, w)
        return labels.with_extras(labels.cell_name(row.cell, w), extras)


@dataclass(frozen=True)
class Names:
    """Networks of which something is equally true: two, or one and how many more."""

    networks: Sequence[Network]
    without: tuple[str, ...] = ()

    def say(self, language: str) -> str:
        """Return names: ``RNN (relu)``, ``RNN and GRU chrono``, ``RNN and 3 more``.

        Axes `without` which the networks are named belong to the sentence.
        """
        names = [n.name(language, self.without) for n in self.networks[:2]]
        if len(self.networks) == 2:
            return say(words(language, "names").BOTH, one=names[0], other=names[1])
        return _and_more(names[0], len(self.networks) - 1, language)


@dataclass(frozen=True)
class LeftEach:
    """What is left after one length after the other: ``0.04, 10^{-22}``."""

    lns: Sequence[float]

    def say(self, language: str) -> str:
        """Return two significant figures of each."""
        return ", ".join(numbers.left(ln) for ln in self.lns)


@dataclass(frozen=True)
class Lengths:
    """Lengths of sequences: ``16, 64, 1,024``."""

    steps: Sequence[int]

    def say(self, language: str) -> str:
        """Return the numbers of steps."""
        return ", ".join(f"{steps:,}" for steps in self.steps)


@dataclass(frozen=True)
class Setting:
    """A number as it was asked for: a gain of ``0.25``."""

    value: float

    def say(self, language: str) -> str:
        """Return the number in full."""
        return f"{self.value:g}"


@dataclass(frozen=True)
class Init:
    """How recurrent weights were drawn: ``orthogonal``, ``PyTorch default``."""

    init: str

    def say(self, language: str) -> str:
        """Return its name."""
        return labels.init_name(self.init, words(language, "names"))


@dataclass(frozen=True)
class Combinations:
    """Weights and activation of networks of which something is equally true."""

    networks: Sequence[Network]

    def say(self, language: str) -> str:
        """Return the first one and how many more: ``he × relu and 3 more``."""
        params, more = self.networks[0].row.params, len(self.networks) - 1
        name = f"{Init(params['init']).say(language)} × {params['activation']}"
        return _and_more(name, more, language)


@dataclass(frozen=True)
class Road:
    """A block of the derivative by its ends: ``c to h`` for ``hc``."""

    block: str

    def say(self, language: str) -> str:
        """Return the earlier and the later part."""
        return words(language, "cell_state").ROADS[self.block]


@dataclass(frozen=True)
class PassCount:
    """Passes through the recurrent weights: ``1 pass``, ``more than 8 passes``.

    told: the most that are told apart; count is inf beyond it.
    """

    count: float
    told: int

    def say(self, language: str) -> str:
        """Return the number and its unit."""
        w = words(language, "cell_state")
        if self.count > self.told:
            return say(w.PASSES_MORE, count=self.told)
        if self.count > 1:
            return say(w.PASSES_MANY, count=int(self.count))
        return w.PASSES_ONE if self.count else w.PASSES_ZERO


@dataclass(frozen=True)
class Reach:
    """A reach with its unit; inf beyond the length: ``more than 256 steps``."""

    steps: float
    length: int

    def say(self, language: str) -> str:
        """Return the number and its unit."""
        if self.steps <= self.length:
            return Steps(self.steps).say(language)
        beyond = words(language, "remedies").BEYOND
        return say(beyond, steps=Steps(self.length).say(language))


@dataclass(frozen=True)
class Settings:
    """Some settings of a network: ``chrono``, ``gain 2``, ``he weights and relu``."""

    network: Network
    axes: frozenset[str]

    def say(self, language: str) -> str:
        """Return their values."""
        w, params = words(language, "remedies"), self.network.row.params
        if self.axes <= BIASES:
            return Bias(params).say(language)
        if "gain" in self.axes:
            return labels.axis_value("gain", params["gain"], words(language, "names"))
        activation = str(params["activation"])
        if "init" not in self.axes:
            return activation
        weights = say(w.WEIGHTS, init=Init(params["init"]).say(language))
        if "activation" not in self.axes:
            return weights
        return say(w.BOTH, weights=weights, activation=activation)


@dataclass(frozen=True)
class Without:
    """A network's name without some settings: ``LSTM``, ``RNN (relu)``."""

    network: Network
    axes: frozenset[str]

    def say(self, language: str) -> str:
        """Return what else it is called."""
        if self.axes <= BIASES:
            return Unbiased(self.network).say(language)
        return Names([self.network], tuple(self.axes)).say(language)


@dataclass(frozen=True)
class Off:
    """How far a value is off, 0 or more: ``3 × 10^{-15}``, ``0``."""

    error: float

    def say(self, language: str) -> str:
        """Return one significant figure."""
        digit, exponent = f"{self.error:.0e}".split("e")
        return f"{digit} × 10^{{{int(exponent)}}}" if self.error else "0"


def _and_more(name: str, count: int, language: str) -> str:
    if not count:
        return name
    return say(words(language, "names").MORE, name=name, count=count)
