import pytest

from gradlab import catalog
from gradlab.sweeps import keys


BASE = {
    "cell": "lstm",
    "activation": "tanh",
    "init": "default",
    "gain": 1.0,
    "forget_bias": "keep",
    "hidden": 64,
    "length": 256,
    "seed": 0,
    "input": "gaussian",
    "loss": "last",
    "dtype": "float32",
    "sequences": 4,
    "features": 64,
    "burn_in": 0,
    "initial_state": "zero",
    "device": "cpu",
}

PINNED = [
    ({}, "14977296da3a48d19d76e8d42440c6ba"),
    ({"cell": "rnn", "forget_bias": None}, "51567dd796512af67a96178550615258"),
    ({"cell": "gru", "forget_bias": 3.0}, "efeb27453f91ca8e754d677c106985e2"),
    (
        {"cell": "lstm:no_forget+peephole", "forget_bias": None},
        "5fcbbbc4af26db92d8d05bae7db1f3f1",
    ),
    ({"forget_bias": "chrono", "seed": 4}, "61ee6e3ab4dfd7a7e3da1038b893a7d1"),
    ({"forget_bias": "chrono:256"}, "1839193b0bc9466dae4b00dbc54be51a"),
    (
        {"init": "orthogonal", "gain": 0.5, "activation": "gelu"},
        "4971a8cc55f57bb7d7c1bebffe255936",
    ),
    ({"input": "gaussian:0.5", "loss": "every"}, "d0332de517ac378b51ca6d557814f2c3"),
    (
        {"input": "silence", "initial_state": "gaussian", "burn_in": 10},
        "efde066126fb3ea7ddf8c91d78bbfd79",
    ),
    (
        {"dtype": "float64", "hidden": 37, "length": 2, "device": "cuda"},
        "61835d1b14bf3b42cc0d86823b1751a6",
    ),
]


@pytest.mark.parametrize(("change", "key"), PINNED)
def test_ten_keys_are_pinned(change, key):
    assert keys.key_of({**BASE, **change}) == key


@pytest.mark.parametrize("name", BASE)
def test_every_parameter_is_in_the_key(name):
    other = {
        "cell": "gru",
        "activation": "relu",
        "init": "he",
        "forget_bias": 1.0,
        "input": "silence",
        "loss": "every",
        "dtype": "float64",
        "initial_state": "gaussian",
        "device": "cuda",
    }.get(name, 77)
    assert keys.key_of({**BASE, name: other}) != keys.key_of(BASE)


def test_a_whole_gain_and_the_same_with_a_point_are_one():
    assert keys.key_of({**BASE, "gain": 1}) == keys.key_of(BASE)


def test_which_card_of_a_kind_does_not_matter():
    first = keys.key_of({**BASE, "device": "cuda:0"})
    assert first == keys.key_of({**BASE, "device": "cuda:1"})


def test_a_file_counts_by_its_contents_and_not_by_its_path(tmp_path):
    files = {name: tmp_path / name for name in ("a.txt", "b.txt", "c.txt")}
    for name, file in files.items():
        file.write_text("other" * 99 if name == "c.txt" else "same" * 99)
    a, b, c = (keys.key_of({**BASE, "input": f"text:{f}"}) for f in files.values())
    assert a == b != c


def test_a_file_that_changed_is_read_anew(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("one" * 99)
    before = keys.key_of({**BASE, "input": f"text:{file}"})
    file.write_text("two" * 99)
    keys.forget()
    assert keys.key_of({**BASE, "input": f"text:{file}"}) != before


def test_the_source_of_a_users_leaf_is_in_the_key(tmp_path):
    file = tmp_path / "mine.py"
    found = []
    for slope in (1, 2, 1):
        file.write_text(
            "from gradlab.activations.base import Activation\n"
            "class MineForKeys(Activation):\n"
            "    'A line.'\n"
            f"    def value(self, x):\n        return {slope} * x\n"
        )
        catalog.load_file(file)
        keys.forget()
        found.append(keys.key_of({**BASE, "activation": "mine_for_keys"}))
    assert found[0] == found[2] != found[1]
