"""Which claims are said where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING

from gradlab import catalog
from gradlab.report.claims.base import Claim, Networks, Value


if TYPE_CHECKING:
    from gradlab.report.story import Story


@dataclass(frozen=True)
class Said:
    """A claim as it is said.

    Attributes:
        claim: its name.
        text: the sentence, inline text.
        values: its numbers and names.
    """

    claim: str
    text: str
    values: Mapping[str, Value]


def every(story: Story, place: str) -> Iterator[Said]:
    """Yield all claims that hold and may be said at a place, the best first."""
    networks = Networks.of(story)
    for claim in _claims(place):
        for values in claim.evidence(networks):
            yield Said(claim.name, sentence(claim, values, story.language), values)


def best(story: Story, place: str, most: int = 3) -> list[Said]:
    """Return the best claims of a place, each claim once."""
    found: dict[str, Said] = {}
    for said in every(story, place):
        found.setdefault(said.claim, said)
        if len(found) == most:
            break
    return list(found.values())


def sentence(claim: Claim, values: Mapping[str, Value], language: str) -> str:
    """Return a claim's sentence with its values."""
    shown = {name: value.say(language) for name, value in values.items()}
    return Template(claim.text[language]).substitute(shown)


def _claims(place: str) -> list[Claim]:
    """Return the claims of a place by rank."""
    every = [catalog.get("claims", name)() for name in catalog.names("claims")]
    there = [claim for claim in every if place in claim.places]
    return sorted(there, key=lambda claim: (-claim.places[place], claim.name))
