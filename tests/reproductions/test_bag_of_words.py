"""What a word and the bag of the words so far can say of a sentence's tags."""

from collections import Counter, defaultdict

from gradlab.tasks.tagging import sentences


def test_two_thirds_of_the_sentences_are_the_most_it_can_tag():
    words, tags = (part.tolist() for part in sentences())
    seen = defaultdict(Counter)
    for sentence, right in zip(words, tags, strict=True):
        for step in range(4):
            seen[known(sentence, step)][right[step]] += 1
    # Only the last word is ambiguous, so the most frequent tag of each is best.
    assert all(len(of) == 1 for (_, bag), of in seen.items() if len(bag) < 4)
    best = sum(max(of.values()) for (_, bag), of in seen.items() if len(bag) == 4)
    assert 3 * best == 2 * len(words)


def known(sentence, step):
    """Return the word at a step, and the bag of those up to it."""
    return sentence[step], tuple(sorted(sentence[: step + 1]))
