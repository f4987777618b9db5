"""Tag each word of a sentence, where the order of the words decides."""

from dataclasses import dataclass
from functools import cache
from itertools import permutations, product

import numpy as np

from gradlab.seeding import stream
from gradlab.tasks.base import Batch, Task, draw, share_right


TAGS = ("pronoun", "verb", "preposition", "noun")
PRONOUN, VERB, PREPOSITION, NOUN = range(len(TAGS))

PRONOUNS = ("I", "you", "we", "they")
PREPOSITIONS = ("at", "near", "by")
EITHER = (
    *("work", "google", "camp", "park", "market"),
    *("dock", "court", "school", "stage", "rest"),
)
"""Words that are a verb or a noun, as the sentence has it."""
WORDS = (*PRONOUNS, *PREPOSITIONS, *EITHER)

ORDERS = (
    (PRONOUN, VERB, PREPOSITION, NOUN),  # I work at google
    (PREPOSITION, NOUN, PRONOUN, VERB),  # at google I work
    (PREPOSITION, NOUN, VERB, PRONOUN),  # at google work I
)


@dataclass(frozen=True)
class Tagging(Task):
    """The part of speech of each word: "I work at google", "I google at work".

    Read: sentences of four words, one-hot among 17: a pronoun, a preposition and two of
    ten words that are verbs or nouns as the order has it. There are three orders ("I
    work at google", "at google I work", "at google work I") and 3,240 sentences.
    Answered: at each word, whether it is a pronoun, verb, preposition or noun; what was
    read so far decides. Neither the word alone decides, nor the bag of the sentence's
    words: each bag is that of six sentences, in which two words change their tags.
    Loss: the cross-entropy, the mean of the four words.
    Success: all four tags right in each of 256 sentences that are never trained on. A
    quarter of all, 810, are held back, the same ones for every network.
    Chance: the mean over the four places of the entropy of the tags there, of the
    sentences to train on.
    Varied: nothing.
    Source: gradlab's own. It makes an example of teaching exact, in which the two
    sentences of the first line show that order matters.
    """

    name = "tagging"
    description = "each word's part of speech"
    chance_formula = "0.87"
    success_rule = "every tag right"
    reference = "gradlab"
    features = len(WORDS)
    outputs = len(TAGS)
    length = len(TAGS)
    success = 1.0

    @property
    def size(self) -> int:
        return len(split()[0])

    def sequences(self, generator: np.random.Generator, count: int) -> Batch:
        return _tagged(split()[0], generator, count)

    def fresh(self, generator: np.random.Generator, count: int) -> Batch:
        return _tagged(split()[1], generator, count)

    def chance(self) -> float:
        tags = sentences()[1][split()[0]]
        shares = np.stack([(tags == tag).mean(axis=0) for tag in range(len(TAGS))])
        seen = shares[shares > 0]
        return float(-(seen * np.log(seen)).sum() / self.length)

    def score(self, outputs: np.ndarray, batch: Batch) -> float:
        return share_right(outputs, batch)


@cache
def sentences() -> tuple[np.ndarray, np.ndarray]:
    """Return the words and the tags of every sentence, (3240, 4) whole numbers each."""
    pairs = permutations(range(len(EITHER)), 2)
    words, tags = [], []
    for pronoun, preposition, (verb, noun) in product(
        range(len(PRONOUNS)), range(len(PREPOSITIONS)), pairs
    ):
        either = len(PRONOUNS) + len(PREPOSITIONS)
        word = {
            PRONOUN: pronoun,
            VERB: either + verb,
            PREPOSITION: len(PRONOUNS) + preposition,
            NOUN: either + noun,
        }
        for order in ORDERS:
            words.append([word[tag] for tag in order])
            tags.append(order)
    return np.array(words), np.array(tags)


@cache
def split() -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of the sentences to train on, and of those to judge by."""
    count = len(sentences()[0])
    mixed = stream(0, "tagging", "held back").permutation(count)
    return mixed[count // 4 :], mixed[: count // 4]


def _tagged(numbers: np.ndarray, generator: np.random.Generator, count: int) -> Batch:
    chosen = numbers[draw(generator, len(numbers), count)]
    words, tags = (part[chosen] for part in sentences())
    return Batch(words, tags, np.ones(words.shape, dtype=bool))
