"""Which claims are said where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
        places: where it may be said.
    """

    claim: str
    text: str
    values: Mapping[str, Value]
    places: tuple[str, ...]


def everywhere(story: Story) -> Iterator[Said]:
    """Yield every claim that holds, by name."""
    yield from _said(story, [_claim(name) for name in catalog.names("claims")])


def every(story: Story, place: str) -> Iterator[Said]:
    """Yield all claims that hold and may be said at a place, the best first."""
    claims = [_claim(name) for name in catalog.names("claims")]
    there = [claim for claim in claims if place in claim.places]
    yield from _said(story, sorted(there, key=lambda c: (-c.places[place], c.name)))


def best(story: Story, place: str, most: int = 3) -> list[Said]:
    """Return the best claims of a place, each claim once."""
    found: dict[str, Said] = {}
    for said in every(story, place):
        found.setdefault(said.claim, said)
        if len(found) == most:
            break
    return list(found.values())


def sentence(claim: Claim, values: Mapping[str, Value], language: str) -> str:
    """Return a claim's sentence with its values; in English where it has no other."""
    language = language if language in claim.text else "en"
    shown = {name: value.say(language) for name, value in values.items()}
    return Template(claim.text[language]).substitute(shown)


def _said(story: Story, claims: Iterable[Claim]) -> Iterator[Said]:
    networks = Networks.of(story)
    for claim in claims:
        for values in claim.evidence(networks):
            text = sentence(claim, values, story.language)
            yield Said(claim.name, text, values, tuple(claim.places))


def _claim(name: str) -> Claim:
    claim: Claim = catalog.get("claims", name)()
    return claim
