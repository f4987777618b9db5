"""What a claim is: one finding, said only where the results bear it out.

The smallest claim a user can write::

    class Nothing(Claim):
        places = {"how_far": 10}
        text = {"en": "All $count networks keep their gradient."}

        def evidence(self, networks):
            if all(network.ln_left > -1 for network in networks.finite):
                yield {"count": Count(len(networks.finite))}

Given by ``--load FILE.py`` it is said in the report wherever it holds.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import ClassVar

from gradlab.report.evidence.networks import BIASES, Network, Networks
from gradlab.report.evidence.values import (
    Bias,
    Cell,
    Combinations,
    Count,
    Directions,
    Init,
    Kept,
    KeptEach,
    Left,
    LeftEach,
    Length,
    Lengths,
    Names,
    Number,
    Off,
    PassCount,
    Reach,
    Road,
    Setting,
    Settings,
    Share,
    Steps,
    Times,
    TimesEach,
    Unbiased,
    Value,
    Without,
)


class Claim(ABC):
    """One finding: its numbers, and a sentence for them in each language.

    Class attributes:
        name: the file's stem; the snake_case of the class where it is not given.
        places: where it may be said -> its rank there, the highest first. A place is
            ``"headline"``, ``"top"`` (the three sentences below it), a section, or a
            figure of a section that has several.
        text: language -> one sentence with ``$names`` of the values. One finding, no
            "otherwise"; "all", "no" and "first" count every network of the sweep.
    """

    name: ClassVar[str]
    places: ClassVar[Mapping[str, float]] = {}
    text: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield the values of the sentence, once for each time it holds."""


__all__ = [
    "BIASES",
    "Bias",
    "Cell",
    "Claim",
    "Combinations",
    "Count",
    "Init",
    "Directions",
    "Kept",
    "KeptEach",
    "Left",
    "LeftEach",
    "Length",
    "Lengths",
    "Names",
    "Network",
    "Networks",
    "Number",
    "Off",
    "PassCount",
    "Reach",
    "Road",
    "Setting",
    "Settings",
    "Share",
    "Steps",
    "Times",
    "TimesEach",
    "Unbiased",
    "Value",
    "Without",
]
