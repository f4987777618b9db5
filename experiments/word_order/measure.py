"""Does the order of words matter? A bag of words against RNN, GRU and LSTM.

The task is gradlab's ``tagging``. The bag of words reads, for each word, that word and
how often each word stands in the sentence, through a hidden layer of as many units as
the recurrent networks have. All are trained by the same code on the same batches.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from experiments.networks import Network, drawn, trained
from gradlab.cells import Step
from gradlab.cells.base import Cell
from gradlab.seeding import stream
from gradlab.tasks.base import Batch
from gradlab.tasks.tagging import TAGS, WORDS, Tagging, sentences, split


CELLS = ("RNN", "GRU", "LSTM")
BAG = "bag of words"
HIDDEN, SEEDS, UPDATES = 16, 5, 400
EXAMPLE = (("I", "work", "at", "google"), ("I", "google", "at", "work"))


class TaggingAsBags(Tagging):
    """The same sentences; of each word that word and the counts of all words."""

    features = 2 * len(WORDS)

    def sequences(self, generator: np.random.Generator, count: int) -> Batch:
        return as_bags(super().sequences(generator, count))

    def fresh(self, generator: np.random.Generator, count: int) -> Batch:
        return as_bags(super().fresh(generator, count))


def as_bags(batch: Batch) -> Batch:
    """Return sentences as each word beside the bag of all, (B, T, 2 I)."""
    words = np.eye(len(WORDS))[batch.inputs]
    bag = np.broadcast_to(words.sum(axis=1, keepdims=True), words.shape)
    return replace(batch, inputs=np.concatenate([words, bag], axis=-1))


class HiddenLayer(Cell):
    """h_t = tanh(W x_t + b): no step knows of another.

    Args:
        input_size: I.
        hidden_size: H.
        seed: of the weights, U(-1/sqrt I, 1/sqrt I), as ``torch.nn.Linear`` has them.
    """

    def __init__(self, input_size: int, hidden_size: int, seed: int) -> None:
        super().__init__(input_size, hidden_size)
        bound = 1 / math.sqrt(input_size)
        for name, shape in (
            ("weight_ih", (hidden_size, input_size)),
            ("bias_ih", (hidden_size,)),
        ):
            drawn = stream(seed, "bag", name).uniform(-bound, bound, shape)
            setattr(self, name, nn.Parameter(torch.from_numpy(drawn).float()))

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        return Step((torch.tanh(inputs @ self.weight_ih.mT + self.bias_ih),))


@dataclass(frozen=True)
class Pair:
    """Two sentences of the same words that need other tags.

    Attributes:
        sentences: the words of each.
        unseen: whether each was never trained on.
        tags: the right ones.
        answers: network -> the tags that it gives each sentence.
    """

    sentences: tuple[tuple[str, ...], tuple[str, ...]]
    unseen: tuple[bool, bool]
    tags: tuple[tuple[str, ...], tuple[str, ...]]
    answers: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]

    def both_right(self, network: str) -> bool:
        """Whether a network tags each word of both."""
        return self.answers[network] == self.tags


@dataclass(frozen=True)
class Found:
    """What came out.

    Attributes:
        unseen: how many sentences were never trained on.
        seeds, updates, hidden: of the training.
        right: network -> of each seed the share of unseen sentences with every tag
            right.
        right_of_all: the same of all sentences.
        loss: network -> of each seed the mean cross-entropy of a word of all, in nats.
        ceiling: the largest share of all sentences that a function of a word and its
            bag can tag.
        floor: the least cross-entropy that it can reach there.
        example: "I work at google" and "I google at work", trained on or not.
        pairs: of unseen sentences; answers are those of the first seed.
        reach: network -> for each sentence of the example |dy_t/dx_s|, rows t.
    """

    unseen: int
    seeds: int
    updates: int
    hidden: int
    right: Mapping[str, Sequence[float]]
    right_of_all: Mapping[str, Sequence[float]]
    loss: Mapping[str, Sequence[float]]
    ceiling: float
    floor: float
    example: Pair
    pairs: Sequence[Pair]
    reach: Mapping[str, Sequence[np.ndarray]]


def measure(seeds: int = SEEDS, updates: int = UPDATES, hidden: int = HIDDEN) -> Found:
    """Train all networks, and ask them about every sentence they have not seen."""
    words, tags = sentences()
    unseen = split()[1]
    networks = {
        name: [network_of(name, seed, hidden, updates) for seed in range(seeds)]
        for name in (BAG, *CELLS)
    }
    batch = Batch(words, tags, np.ones(words.shape, dtype=bool))
    bags = torch.from_numpy(as_bags(batch).inputs)
    plain = one_hot(torch.from_numpy(words), len(WORDS)).double()
    with torch.no_grad():
        asked = {
            name: [one.outputs(bags if name == BAG else plain) for one in of]
            for name, of in networks.items()
        }
    right = torch.from_numpy(tags)
    answers = {name: of[0].argmax(-1).numpy() for name, of in asked.items()}
    read = Reading(words, tags, frozenset(unseen.tolist()), answers)
    return Found(
        unseen=len(unseen),
        seeds=seeds,
        updates=updates,
        hidden=hidden,
        right={
            n: [_share(y[unseen], right[unseen]) for y in of] for n, of in asked.items()
        },
        right_of_all={n: [_share(y, right) for y in of] for n, of in asked.items()},
        loss={n: [_loss(y, right) for y in of] for n, of in asked.items()},
        ceiling=ceiling(words, tags),
        floor=floor(words, tags),
        example=read.pair(*map(read.place_of, EXAMPLE)),
        pairs=read.unseen_pairs(),
        reach={
            name: [reach(networks[name][0], sentence) for sentence in EXAMPLE]
            for name in CELLS
        },
    )


def network_of(name: str, seed: int, hidden: int, updates: int) -> Network:
    """Return a trained network: the bag of words, or a cell."""
    if name == BAG:
        bag = TaggingAsBags()
        return trained(HiddenLayer(bag.features, hidden, seed), bag, seed, updates)
    task = Tagging()
    return trained(drawn(name.lower(), task, hidden, seed), task, seed, updates)


def _share(outputs: Tensor, right: Tensor) -> float:
    return float((outputs.argmax(-1) == right).all(-1).double().mean())


def _loss(outputs: Tensor, right: Tensor) -> float:
    return float(nn.functional.cross_entropy(outputs.flatten(0, 1), right.flatten()))


def ceiling(words: np.ndarray, tags: np.ndarray) -> float:
    """Return the largest share of sentences that the words without order can tag.

    Sentences of one bag get one tagging of its words: best is the most frequent.
    """
    by_bag = defaultdict(Counter)
    for sentence, right in zip(words.tolist(), tags.tolist(), strict=True):
        tagged = tuple(sorted(zip(sentence, right, strict=True)))
        by_bag[tuple(sorted(sentence))][tagged] += 1
    return sum(max(of.values()) for of in by_bag.values()) / len(words)


def floor(words: np.ndarray, tags: np.ndarray) -> float:
    """Return the entropy of a word's tag, given the word and its bag, in nats."""
    seen = defaultdict(Counter)
    for sentence, right in zip(words.tolist(), tags.tolist(), strict=True):
        bag = tuple(sorted(sentence))
        for word, tag in zip(sentence, right, strict=True):
            seen[word, bag][tag] += 1
    nats = 0.0
    for counts in seen.values():
        total = sum(counts.values())
        nats -= sum(n * math.log(n / total) for n in counts.values())
    return nats / words.size


@dataclass(frozen=True)
class Reading:
    """Every sentence, with what the networks of the first seed say of it.

    Attributes:
        words, tags: (N, T) whole numbers.
        unseen: numbers of the sentences that were never trained on.
        answers: network -> tags, (N, T).
    """

    words: np.ndarray
    tags: np.ndarray
    unseen: frozenset[int]
    answers: Mapping[str, np.ndarray]

    def place_of(self, sentence: Sequence[str]) -> int:
        """Return the number of a sentence."""
        codes = [WORDS.index(word) for word in sentence]
        return int(np.flatnonzero((self.words == codes).all(axis=1))[0])

    def unseen_pairs(self) -> list[Pair]:
        """Return the pairs of unseen sentences of the same words but other tags."""
        by_bag = defaultdict(list)
        for place in sorted(self.unseen):
            by_bag[tuple(sorted(self.words[place]))].append(place)
        return [
            self.pair(*two)
            for places in by_bag.values()
            for two in combinations(places, 2)
            if self._by_word(two[0]) != self._by_word(two[1])
        ]

    def _by_word(self, place: int) -> dict[int, int]:
        return dict(zip(self.words[place], self.tags[place], strict=True))

    def pair(self, first: int, second: int) -> Pair:
        """Return two sentences in words."""

        def named(codes: np.ndarray, names: Sequence[str]) -> tuple:
            return tuple(tuple(names[c] for c in codes[p]) for p in (first, second))

        return Pair(
            named(self.words, WORDS),
            (first in self.unseen, second in self.unseen),
            named(self.tags, TAGS),
            {name: named(answer, TAGS) for name, answer in self.answers.items()},
        )


def reach(network: Network, sentence: Sequence[str]) -> np.ndarray:
    """Return |dy_t/dx_s|_2, (T, T), of the logits y by the one-hot words x."""
    codes = torch.tensor([[WORDS.index(word) for word in sentence]])
    inputs = one_hot(codes, len(WORDS)).double()
    slopes = torch.autograd.functional.jacobian(network.outputs, inputs)
    whole = slopes[0, :, :, 0]  # (T, D, T, I)
    return torch.linalg.matrix_norm(whole.movedim(2, 1), 2).detach().numpy()
