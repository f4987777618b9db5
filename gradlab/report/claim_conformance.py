"""Checks of a claim, given the results of one small sweep."""

from functools import partial
from string import Template

from gradlab.check import Checks
from gradlab.check.finding import Finding, first_wrong
from gradlab.report import choice
from gradlab.report.claims.base import Claim, Networks
from gradlab.report.conformance import without_records
from gradlab.report.story import Story
from gradlab.store.results import Results


def checks_on(results: Results) -> Checks:
    """Return the checks of a claim, by title."""
    measured, empty = Story.of(results), Story.of(without_records(results))
    return {
        "it has a sentence in English, and a place": partial(written),
        "its values are those the sentence names": partial(complete, story=measured),
        "the same results give the same sentences": partial(repeats, results=results),
        "it is not said of nothing": partial(silent, story=empty),
    }


def written(leaf: type[Claim]) -> Finding:
    """Check that there is a sentence and somewhere to say it."""
    text = leaf.text.get("en", "")
    good = bool(leaf.places) and text.endswith((".", "!", "?"))
    return Finding(good, f"{text!r} at {dict(leaf.places)}", "a sentence, a place")


def complete(leaf: type[Claim], story: Story) -> Finding:
    """Check that every value named by a sentence, and no other, is there."""
    claim = leaf()
    wrong = (
        f"{language}: {sorted(values)}"
        for values in claim.evidence(Networks.of(story))
        for language, text in claim.text.items()
        if set(Template(text).get_identifiers()) != set(values)
    )
    return first_wrong(wrong, "a value for each name in the sentence, and no more")


def repeats(leaf: type[Claim], results: Results) -> Finding:
    """Check that the same results give the same sentences."""
    said = [_sentences(leaf(), Story.of(results)) for _ in range(2)]
    return Finding(said[0] == said[1], f"{len(said[0])} sentences", "the same twice")


def silent(leaf: type[Claim], story: Story) -> Finding:
    """Check that nothing is said of a store in which nothing was measured."""
    said = _sentences(leaf(), story)
    return Finding(not said, f"{len(said)} sentences", "none")


def _sentences(claim: Claim, story: Story) -> list[str]:
    networks = Networks.of(story)
    return [
        choice.sentence(claim, values, story.language)
        for values in claim.evidence(networks)
    ]
