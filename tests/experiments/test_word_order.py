"""The bag of words against networks that read in order."""

import math
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
import torch
from torch.nn.functional import one_hot

from experiments.networks import drawn, untrained
from experiments.word_order import measure as measuring
from experiments.word_order import report
from experiments.word_order.measure import BAG, CELLS, HiddenLayer, TaggingAsBags
from gradlab.report.inline import plain
from gradlab.seeding import stream
from gradlab.tasks.base import parse
from gradlab.tasks.tagging import TAGS, WORDS, sentences, split


@pytest.fixture(scope="module")
def found():
    return measuring.measure(seeds=2, updates=1, hidden=4)


def test_a_bag_reads_the_word_and_counts_all_words():
    batch = TaggingAsBags().fresh(stream(0, "test"), 5)
    plain_batch = parse("tagging").fresh(stream(0, "test"), 5)
    assert np.array_equal(batch.targets, plain_batch.targets)
    for row, codes in zip(batch.inputs, plain_batch.inputs, strict=True):
        for step, code in zip(row, codes, strict=True):
            word, bag = step[: len(WORDS)], step[len(WORDS) :]
            assert word.tolist() == [float(k == code) for k in range(len(WORDS))]
            assert bag.tolist() == [list(codes).count(k) for k in range(len(WORDS))]


def test_the_bags_layer_does_not_know_the_order():
    network = untrained(HiddenLayer(34, 3, 0), TaggingAsBags(), 0)
    words = np.array([[3, 8, 0, 9], [8, 9, 3, 0]])
    batch = measuring.as_bags(measuring.Batch(words, words, words > -1))
    outputs = network.outputs(torch.from_numpy(batch.inputs))
    moved = [words[1].tolist().index(word) for word in words[0]]
    assert torch.equal(outputs[0], outputs[1][moved])


def test_the_most_and_least_a_bag_can_is_half_and_half_of_ln_2():
    assert measuring.ceiling(*sentences()) == 0.5
    assert measuring.floor(*sentences()) == pytest.approx(math.log(2) / 2, rel=1e-12)


def test_the_most_is_that_of_every_function_of_words():
    """Of the sentences of one bag some are left out; all functions are tried."""
    words, tags = sentences()
    bag = sorted(words[0])
    places = [k for k, of in enumerate(words) if sorted(of) == bag][:5]
    best = max(
        sum(
            all(
                function[bag.index(w)] == t
                for w, t in zip(words[k], tags[k], strict=True)
            )
            for k in places
        )
        for function in product(range(len(TAGS)), repeat=len(bag))
    )
    assert measuring.ceiling(words[places], tags[places]) == best / 5


def test_every_pair_of_unseen_sentences_is_there_once(found):
    words, tags = sentences()
    by_words = {}
    for k in split()[1]:
        by_words.setdefault(frozenset(words[k].tolist()), []).append(k)
    expected = {
        frozenset(" ".join(WORDS[c] for c in words[k]) for k in two)
        for places in by_words.values()
        for two in combinations(places, 2)
        if any(
            tags[two[0]][list(words[two[0]]).index(w)]
            != tags[two[1]][list(words[two[1]]).index(w)]
            for w in words[two[0]]
        )
    }
    pairs = [frozenset(" ".join(s) for s in pair.sentences) for pair in found.pairs]
    assert len(pairs) == len(expected)
    assert set(pairs) == expected
    assert all(pair.unseen == (True, True) for pair in found.pairs)


def test_no_bag_has_both_sentences_of_a_pair(found):
    assert not any(pair.both_right(BAG) for pair in found.pairs)


@pytest.mark.parametrize("name", CELLS)
def test_what_a_tag_takes_from_a_word_is_that_of_finite_differences(name):
    task = parse("tagging")
    network = untrained(drawn(name.lower(), task, 5, 0), task, 0)
    sentence = ("I", "work", "at", "google")
    inputs = one_hot(torch.tensor([[WORDS.index(w) for w in sentence]]), len(WORDS))
    slopes = np.zeros((4, 4, 4, len(WORDS)))
    for s, k in product(range(4), range(len(WORDS))):
        step = torch.zeros(1, 4, len(WORDS)).double()
        step[0, s, k] = 1e-5
        with torch.no_grad():
            two = [network.outputs(inputs + sign * step) for sign in (1, -1)]
        slopes[:, s, :, k] = (two[0] - two[1])[0].numpy() / 2e-5
    found = measuring.reach(network, sentence)
    assert np.allclose(found, np.linalg.norm(slopes, 2, (-2, -1)), atol=1e-9)
    assert np.triu(found, 1).max() == 0 < np.tril(found, -1).max()


def said(found):
    top = report.tell(found).top
    return [plain(line) for line in (*top.headline, *top.sentences)]


def test_the_page_says_what_came_out(found):
    right = {BAG: [0.4, 0.46], "RNN": [1, 1], "GRU": [1, 1], "LSTM": [1, 1]}
    whole = replace(found, right=right, right_of_all=right)
    assert said(whole)[:2] == [
        "Every unseen sentence is tagged right, with each seed, by RNN, GRU and LSTM.",
        "The bag of words tags 46 % of them at best; of all sentences 46 %, where no "
        "function of a word and its bag can tag more than 50 %.",
    ]
    worse = replace(whole, right=right | {"GRU": [0.3, 1], "LSTM": [0.9, 0.9]})
    assert said(worse)[:2] == [
        "Every unseen sentence is tagged right, with each seed, by RNN. Not all "
        "sentences: GRU 30 % at worst and LSTM 90 % at worst.",
        "The bag of words tags 46 % of them at best, no fewer than the others; of all "
        "sentences 46 %, where no function of a word and its bag can tag more than "
        "50 %.",
    ]
    none = replace(whole, right=dict.fromkeys(right, [0.5]))
    assert said(none)[0].startswith("Not all sentences: RNN 50 % at worst, GRU")
    wrong = replace(whole, right_of_all=right | {BAG: [0.4, 0.6]})
    assert said(wrong)[1].endswith("something is wrong here.")


def test_the_table_names_what_each_network_takes_for_what(found):
    table = report.pair_table(found)
    for row, pair, k in zip(table.rows[:2], [found.example] * 2, range(2), strict=True):
        assert row[0].split(" \\*")[0] == " ".join(pair.sentences[k])
        assert ("\\*" in row[0]) == (not pair.unseen[k])
        for name, cell in zip((BAG, *CELLS), row[2:], strict=True):
            right = pair.answers[name][k] == pair.tags[k]
            assert (cell == "right") == right
