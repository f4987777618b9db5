"""What each task is by definition; chance levels by formula or brute force."""

import math
from collections import defaultdict
from importlib.util import find_spec

import numpy as np
import pytest

from gradlab import catalog
from gradlab.seeding import stream
from gradlab.tasks import Batch, parse, share_right, stream_of
from gradlab.tasks.base import share_close
from gradlab.tasks.tagging import TAGS, WORDS, sentences


MANY = 4000
digits = pytest.mark.skipif(not find_spec("sklearn"), reason="no scikit-learn here")


def drawn(spec: str, count: int = MANY, seed: int = 0) -> Batch:
    return parse(spec).sequences(stream(seed, "test"), count)


def text_of(path, size: int = 3000) -> str:
    letters = stream(0, "text").choice(list("aaaeeio tn"), size=size)
    path.write_text("".join(letters))
    return str(path)


@pytest.mark.parametrize(
    ("spec", "level"),
    [
        ("lag:50", math.log(2)),
        ("lag:50:every", math.log(2) / 50),
        ("adding:100", 1 / 6),
        ("copy:100", 0.173287),
        ("copy:300", 0.064983),
        ("copy:1000", 0.020387),
        ("order:6a", math.log(4)),
        ("order:6b", math.log(8)),
        ("order:2013", math.log(4)),
        ("characters", 0.0),
    ],
)
def test_chance_levels_of_the_literature(spec, level):
    assert parse(spec).chance() == pytest.approx(level, abs=1e-6)


def test_the_sequences_of_lag_differ_in_one_symbol():
    batch = drawn("lag:9", 2)
    one, two = batch.inputs
    assert one[0] != two[0] and (one[1:] == two[1:]).all()
    assert batch.targets[:, -1].tolist() == [0, 1]  # x and y
    symbols = drawn("lag:9:symbols", 2)
    assert (symbols.inputs == batch.inputs).all()
    assert (symbols.targets[:, :-1] == batch.inputs[:, 1:]).all()
    assert (symbols.targets[:, -1] == batch.inputs[:, 0]).all()
    assert batch.scored.sum() == 2 and batch.scored[:, -1].all()
    assert drawn("lag:9:every", 2).scored.all()


def test_adding_marks_one_number_in_each_half():
    batch = drawn("adding:21")
    values, marks = np.moveaxis(batch.inputs, -1, 0)
    assert (marks[:, :10].sum(axis=1) == 1).all()
    assert (marks[:, 10:].sum(axis=1) == 1).all()
    assert set(np.unique(marks)) == {0, 1}
    assert 0 <= values.min() and values.max() <= 1
    sums = (values * marks).sum(axis=1)
    assert np.array_equal(batch.targets[:, -1, 0], sums)
    assert sums.mean() == pytest.approx(1, abs=0.03)
    for places in marks.nonzero()[1].reshape(-1, 2).T:
        assert len(set(places)) == places.max() - places.min() + 1 in (10, 11)


def test_adding_as_in_1997():
    """Only from what is read: the marked of the pairs, without the first one."""
    batch = drawn("adding:40:1997")
    values, marks = np.moveaxis(batch.inputs, -1, 0)
    ends = batch.scored.argmax(axis=1)
    rows = np.arange(MANY)
    assert batch.scored.sum() == MANY
    assert set(ends) == set(range(39, 44))
    assert (marks[:, 0] == -1).all() and (marks[rows, ends] == -1).all()
    chosen = (marks == 1).sum(axis=1)
    assert ((chosen == 2) == (chosen != 1)).all()
    assert (values[chosen == 1, 0] == 0).all()
    sums = (values * (marks == 1)).sum(axis=1)
    assert batch.targets[rows, ends, 0] == pytest.approx(0.5 + sums / 4)
    after = np.arange(44) > ends[:, None]
    assert not batch.inputs[after].any()
    assert np.abs(values).max() <= 1 and values.min() < -0.99
    # m = 19: within the first 20, since one of the first ten is skipped
    places = (marks == 1).nonzero()[1]
    assert set(places) == set(range(1, 20))
    zeroed = 0.1 + 0.9 / 19
    assert (chosen == 1).mean() == pytest.approx(zeroed, abs=0.03)
    assert parse("adding:40:1997").chance() == pytest.approx((2 - zeroed) / 48)


def test_an_error_of_1997_is_absolute():
    task = parse("adding:20:1997")
    batch = drawn(task.spec, 50)
    off = np.where(np.arange(50) % 2, 0.039, -0.041)[:, None, None]
    assert task.score(batch.targets + off, batch) == 0.5
    assert not task.learned(0.5) and task.learned(1.0)


def test_copy_says_ten_symbols_again():
    batch = drawn("copy:7")
    assert batch.inputs.shape == (MANY, 27)
    assert (batch.inputs[:, 10:16] == 8).all() and (batch.inputs[:, 17:] == 8).all()
    assert (batch.inputs[:, 16] == 9).all()
    assert (batch.targets[:, :17] == 8).all()
    assert np.array_equal(batch.targets[:, 17:], batch.inputs[:, :10])
    assert set(np.unique(batch.inputs[:, :10])) == set(range(8))


@pytest.mark.parametrize(
    ("spec", "stretches", "frame"),
    [
        ("order:6a", [(10, 20), (50, 60)], 1),
        ("order:6b", [(10, 20), (33, 43), (66, 76)], 1),
        ("order:2013", [(10, 19), (50, 59)], 0),
        ("order:2013:200", [(20, 39), (100, 119)], 0),
        ("order:6a:10", [(1, 2), (5, 6)], 1),
    ],
)
def test_order_is_that_of_the_rare_symbols(spec, stretches, frame):
    batch = drawn(spec)
    task = parse(spec)
    ends = batch.scored.argmax(axis=1)
    shortest = task.length * 10 // 11 if frame else task.length
    assert set(ends + 1) == set(range(shortest, task.length + 1))
    rare = (batch.inputs == 4) | (batch.inputs == 5)
    rows, places = rare.nonzero()
    assert np.array_equal(rows, np.repeat(np.arange(MANY), len(stretches)))
    orders = (batch.inputs[rare] == 5).reshape(MANY, -1)
    powers = 2 ** np.arange(len(stretches))[::-1]
    assert np.array_equal(batch.targets[np.arange(MANY), ends], orders @ powers)
    for (first, last), steps in zip(stretches, places.reshape(MANY, -1).T, strict=True):
        assert set(steps) == set(range(first, last + 1))
    if frame:
        assert ((batch.inputs == 6) == (np.arange(task.length) == 0)).all()
        assert ((batch.inputs == 7) == (np.arange(task.length) >= ends[:, None])).all()


def test_no_dictionary_and_no_bag_of_words_can_tag():
    """By brute force over all sentences: the best answer of each kind."""
    words, tags = sentences()
    assert len({tuple(row) for row in words}) == len(words) == 3240
    by_word, by_bag = defaultdict(set), defaultdict(set)
    for sentence, answer in zip(words.tolist(), tags.tolist(), strict=True):
        bag = tuple(sorted(sentence))
        for word, tag in zip(sentence, answer, strict=True):
            by_word[word].add(tag)
            by_bag[bag, word].add(tag)
    names = [TAGS.index("verb"), TAGS.index("noun")]
    either = {word for word, found in by_word.items() if found == set(names)}
    assert len(either) == 10
    # with the bag known, those words are no less open: half of them wrong at best
    assert {frozenset(f) for (_, w), f in by_bag.items() if w in either} == {
        frozenset(names)
    }
    # what was read so far does decide
    before = defaultdict(set)
    for sentence, answer in zip(words.tolist(), tags.tolist(), strict=True):
        for place, tag in enumerate(answer):
            before[tuple(sentence[: place + 1])].add(tag)
    assert all(len(found) == 1 for found in before.values())


def test_the_sentences_of_the_example_need_other_tags():
    said = {
        " ".join(WORDS[word] for word in row): [TAGS[tag] for tag in tags]
        for row, tags in zip(*map(np.ndarray.tolist, sentences()), strict=True)
    }
    assert said["I work at google"] == ["pronoun", "verb", "preposition", "noun"]
    assert said["I google at work"] == said["I work at google"]
    assert said["at work I google"] == ["preposition", "noun", "pronoun", "verb"]


def test_hello():
    batch = drawn("characters", 1)
    letters = np.array(list("helo"))
    assert "".join(letters[batch.inputs[0]]) == "hell"
    assert "".join(letters[batch.targets[0]]) == "ello"
    assert batch.scored.all() and parse("characters").summed


def test_the_chance_of_a_text_is_that_of_all_its_windows(tmp_path):
    task = parse(f"characters:{text_of(tmp_path / 'a.txt', 300)}:20")
    starts = np.arange(task.size)[:, None] + np.arange(20)
    targets = task.codes[starts + 1]
    total = 0.0
    for t in range(20):
        shares = np.bincount(targets[:, t]) / task.size
        total -= (shares * np.log(shares)).sum()
    assert task.chance() == pytest.approx(total / 20, rel=1e-12)
    assert starts.max() + 1 == 300 - 30 - 1


@pytest.mark.parametrize("size", [53, 60, 119, 400])
def test_the_end_of_a_text_is_never_trained_on(tmp_path, size):
    task = parse(f"characters:{text_of(tmp_path / 'a.txt', size)}:10")
    held = max(size // 10, 11)
    assert task.size == size - held - 10 >= task.batch
    every = task.sequences(stream(0, "test"), 20_000)
    assert {tuple(row) for row in every.inputs} == {
        tuple(task.codes[k : k + 10]) for k in range(task.size)
    }
    judged = task.fresh(stream(0, "test"), 5000)
    assert {tuple(row) for row in judged.targets} == {
        tuple(task.codes[k + 1 : k + 11]) for k in range(size - held, size - 10)
    }


def test_bits_per_byte_and_the_bound(tmp_path):
    task = parse(f"characters:{text_of(tmp_path / 'a.txt')}")
    batch = task.fresh(stream(0, "test"), 8)
    even = np.zeros((*batch.inputs.shape, task.outputs))
    assert task.score(even, batch) == pytest.approx(math.log2(task.outputs))
    shares = np.bincount(task.codes[-300:]) / 300
    bound = -0.9 * (shares * np.log2(shares)).sum()
    assert task.success == pytest.approx(bound)
    assert task.learned(bound) and not task.learned(bound * 1.001)


def test_random_numbers_follow_a_text_and_not_its_path(tmp_path):
    one, two = (parse(f"characters:{text_of(tmp_path / n)}") for n in ("a", "b"))
    assert one.content_hash() == two.content_hash()
    same = [stream_of(task, 0, "train").random() for task in (one, two)]
    assert same[0] == same[1]
    shorter = parse(f"{one.spec}:20")
    assert shorter.content_hash() != one.content_hash()
    assert stream_of(shorter, 0, "train").random() != same[0]


def test_a_path_that_ends_in_a_number(tmp_path):
    path = text_of(tmp_path / "notes:12")
    task = parse(f"characters:{path}:50")
    assert parse(task.spec).path == path
    assert parse(task.spec).steps == 50


@digits
def test_images_are_the_same_however_they_are_read():
    rows, pixels, mixed = (
        parse(f"digits:{reading}").fresh(stream(0, "test"), 450)
        for reading in ("rows", "pixels", "pixels:permuted")
    )
    assert rows.inputs.shape == (450, 8, 8) and pixels.inputs.shape == (450, 64, 1)
    assert np.array_equal(rows.inputs.reshape(450, 64), pixels.inputs[..., 0])
    assert not np.array_equal(pixels.inputs, mixed.inputs)
    assert np.array_equal(*(np.sort(b.inputs, axis=1) for b in (pixels, mixed)))
    for batch in (pixels, mixed):
        assert np.array_equal(batch.targets[:, -1], rows.targets[:, -1])


@digits
def test_fewer_images_are_among_more():
    few, more, every = (
        {row.tobytes() for row in drawn(f"digits:rows{n}").inputs}
        for n in (":100", ":500", "")
    )
    assert (len(few), len(more), len(every)) == (100, 500, 1347)
    assert few < more < every
    judged = parse("digits:rows:100").fresh(stream(0, "test"), 450).inputs
    assert len({row.tobytes() for row in judged} - every) == 450


@digits
@pytest.mark.slow
def test_the_images_are_those_of_scikit_learn():
    from sklearn.datasets import load_digits

    theirs = load_digits()
    batch = parse("digits:pixels").fresh(stream(0, "test"), 450)
    ours = {tuple(row): d for row, d in zip(*_flat(batch), strict=True)}
    for image, digit in zip(theirs.data[-450:] / 16, theirs.target[-450:], strict=True):
        assert ours[tuple(image)] == digit


def _flat(batch: Batch):
    return batch.inputs[..., 0], batch.targets[:, -1]


def test_scores_of_a_network_that_diverged_are_no_success():
    for spec in (
        "lag:5",
        "adding:10",
        "adding:20:1997",
        "copy:3",
        "order:6a",
        "tagging",
    ):
        task = parse(spec)
        batch = drawn(spec, 4)
        for value in (np.nan, np.inf, -np.inf):
            shape = (*batch.inputs.shape[:2], task.outputs)
            assert not task.learned(task.score(np.full(shape, value), batch)), spec


def test_close_is_of_every_probability():
    logits = np.log([[0.76, 0.24], [0.74, 0.26]])
    assert share_close(logits, np.zeros(2, int), 0.25) == 0.5
    batch = Batch(*[np.zeros((1, 2), int)] * 2, np.array([[False, True]]))
    assert share_right(np.array([[[np.nan, 0.0], [1.0, 0.0]]]), batch) == 1


def test_the_chance_levels_of_the_tables_are_right():
    assert catalog.get("tasks", "tagging").chance_formula == (
        f"{parse('tagging').chance():.2f}"
    )
    assert round(1 / parse("adding:100:1997").chance()) in (25, 26)
    for name in catalog.names("tasks"):
        leaf = catalog.get("tasks", name)
        assert leaf.description and leaf.chance_formula and leaf.success_rule, name
