"""The page on the order of words."""

import math
from collections.abc import Sequence

import numpy as np

from experiments.pages import page
from experiments.word_order.measure import BAG, CELLS, Found, Pair
from gradlab.report.blocks import (
    Chapter,
    Document,
    Figure,
    Finding,
    HowToRead,
    Limits,
    Prose,
    Table,
)
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.numbers import listed, percent, significant
from gradlab.tasks.tagging import Tagging


QUESTION = "Does the order of words matter?"
SHOWN = 6
"""Pairs of sentences in the table."""


def tell(found: Found) -> Document:
    """Return the page."""
    headline = [order_sentence(found), bag_sentence(found)]
    return page(
        "word_order",
        headline,
        [
            Chapter("order", QUESTION, _order(found)),
            Chapter("reach", "What does a tag take from earlier words?", _reach(found)),
        ],
        measured=f"{found.seeds} seeds · {found.updates} updates · "
        f"{found.unseen} sentences never trained on",
        banner="Four networks learn the part of speech of each word of a sentence: "
        "three read the words one after the other, one the word and the bag of the "
        "sentence's words.",
        sentences=[pair_sentence(found)],
    )


def order_sentence(found: Found) -> str:
    """Say which networks that read in order tag every unseen sentence."""
    worst = {name: min(found.right[name]) for name in CELLS}
    whole = [name for name, share in worst.items() if share == 1.0]
    short = [
        f"{name} {percent(share)} at worst"
        for name, share in worst.items()
        if share < 1.0
    ]
    said = f"Every unseen sentence is tagged right, with each seed, by {listed(whole)}."
    if not short:
        return said
    return f"{said} " * bool(whole) + f"Not all sentences: {listed(short)}."


def bag_sentence(found: Found) -> str:
    """Say how far the bag came, against what it can."""
    unseen, whole = max(found.right[BAG]), max(found.right_of_all[BAG])
    if whole > found.ceiling:
        return (
            f"The bag of words tags {percent(whole)} of all sentences, more than the "
            f"{percent(found.ceiling)} that any function of a word and its bag can: "
            "something is wrong here."
        )
    said = f"The bag of words tags {percent(unseen)} of them at best" + (
        ""
        if unseen < min(min(found.right[name]) for name in CELLS)
        else ", no fewer than the others"
    )
    return (
        f"{said}; of all sentences {percent(whole)}, where no function of a word and "
        f"its bag can tag more than {percent(found.ceiling)}."
    )


def pair_sentence(found: Found) -> str:
    """Say in how many pairs each network has both sentences right."""
    count = len(found.pairs)
    by = {
        name: sum(pair.both_right(name) for pair in found.pairs)
        for name in (BAG, *CELLS)
    }
    said = listed([f"{name} in {right:,}" for name, right in by.items()])
    return (
        f"{count:,} pairs of unseen sentences have the same words and need other tags; "
        f"both are right, with the first seed: {said}."
    )


def _order(found: Found) -> list:
    return [
        Finding(f"{order_sentence(found)} {bag_sentence(found)}"),
        scores(found),
        Prose(
            "Why the bag cannot: sentences of the same four words need other tags for "
            "two of them, and to the bag they are all the same. The most it can have "
            "right, counted sentence by sentence, is one tagging of each bag, "
            f"{percent(found.ceiling)} of all sentences, and its loss there cannot "
            f"fall below {significant(found.floor, 3)} nats a word."
        ),
        pair_table(found),
        Limits(
            "A grammar of gradlab's own, of three orders and 17 words, in which the "
            "words read so far decide each tag."
        ),
    ]


def scores(found: Found) -> Table:
    """Return what each network reached, worst and best seed."""
    rows = [
        [
            name,
            _range([percent(v) for v in sorted(found.right[name])]),
            _range([percent(v) for v in sorted(found.right_of_all[name])]),
            _range([significant(v, 2) for v in sorted(found.loss[name])]),
        ]
        for name in (BAG, *CELLS)
    ]
    return Table(
        [
            "network",
            "unseen sentences right",
            "all sentences right",
            "loss, nats a word",
        ],
        rows,
        f"{found.hidden} units, Adam 0.01, batches of {Tagging.batch}, "
        f"{found.updates} updates: from the worst to the best of {found.seeds} seeds.",
        "scores",
        sortable=False,
    )


def _range(said: Sequence[str]) -> str:
    return said[0] if said[0] == said[-1] else f"{said[0]} to {said[-1]}"


def pair_table(found: Found) -> Table:
    """Return some pairs, and what each network says of them."""
    names = (BAG, *CELLS)
    chosen = [found.example, *_various(found.pairs, SHOWN)]
    rows = [
        [
            " ".join(pair.sentences[k]) + ("" if pair.unseen[k] else " \\*"),
            " ".join(pair.tags[k]),
            *(_said(pair, name, k) for name in names),
        ]
        for pair in chosen
        for k in range(2)
    ]
    return Table(
        ["sentence", "right tags", *names],
        rows,
        f"An example, and {len(chosen) - 1} of the {len(found.pairs):,} pairs of "
        "unseen sentences: what each network answers, with the first seed.",
        "pairs",
        groups=range(0, len(rows), 2),
        notes=[
            "Words that are not right are named with the tag that they were given.",
            "\\* trained on.",
        ],
        sortable=False,
    )


def _various(pairs: Sequence[Pair], most: int) -> list[Pair]:
    """Return the first pair of each bag, as many as asked for."""
    by_bag = {}
    for pair in pairs:
        by_bag.setdefault(frozenset(pair.sentences[0]), pair)
    return list(by_bag.values())[:most]


def _said(pair: Pair, network: str, place: int) -> str:
    wrong = [
        f"{word}: {given}"
        for word, right, given in zip(
            pair.sentences[place],
            pair.tags[place],
            pair.answers[network][place],
            strict=True,
        )
        if right != given
    ]
    return ", ".join(wrong) if wrong else "right"


def _reach(found: Found) -> list:
    pair = found.example
    return [
        Finding(reach_sentence(found)),
        Figure(
            name="reach",
            data=maps(found),
            alt=f"{reach_sentence(found)} Maps of the tag's word by the word read.",
            caption="|dy_{t}/dx_{s}|, the largest singular value of the derivative of "
            "the logits at word t by the one-hot word s, after training, first seed. "
            "Rows: the word tagged; columns: the word read. Where s comes after t it "
            "is 0.",
        ),
        HowToRead(
            f'The same words stand in "{" ".join(pair.sentences[0])}" and '
            f'"{" ".join(pair.sentences[1])}". Left of the diagonal is what an earlier '
            "word says about a later tag; a network without a memory would have zeros "
            "there."
        ),
    ]


def reach_sentence(found: Found) -> str:
    """Say how large the derivative by earlier words is, against the word's own."""
    parts = []
    for name, of_pair in found.reach.items():
        earlier = max(float(np.tril(one, -1).max()) for one in of_pair)
        own = max(float(np.diag(one).max()) for one in of_pair)
        parts.append(
            f"{significant(earlier)} by an earlier word and {significant(own)} by the "
            f"word itself in the {name}"
            if earlier
            else f"0 by every earlier word in the {name}"
        )
    return f"A tag's logits change by at most {listed(parts)}."


def maps(found: Found) -> Panels:
    """Return a map for each network and sentence of the example."""
    pair = found.example
    panels = []
    for name, of_pair in found.reach.items():
        for sentence, values in zip(pair.sentences, of_pair, strict=True):
            panels.append(
                Panel(f"{name}: {' '.join(sentence)}", _map(sentence, values))
            )
    return Panels(panels, columns=2)


def _map(sentence: Sequence[str], values: np.ndarray) -> Heatmap:
    places = range(len(sentence))
    read = [[values[t, s] if s <= t else math.nan for s in places] for t in places]
    with np.errstate(divide="ignore"):
        ln = np.log(np.array(read))
    return Heatmap(
        rows=[f"y at {word}" for word in sentence],
        columns=list(sentence),
        values=ln.tolist(),
        verdicts=[[""] * len(sentence) for _ in places],
        row_name="tag",
        column_name="by the word",
        marks={(t, s): significant(values[t, s]) for t in places for s in range(t + 1)},
    )
