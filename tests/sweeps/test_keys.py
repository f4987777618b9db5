import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradlab import catalog
from gradlab.catalog import registry
from gradlab.catalog.registry import External
from gradlab.config.loading import load
from gradlab.sweeps import keys
from gradlab.sweeps.plan import plan


BASE = {
    "cell": "lstm",
    "activation": "tanh",
    "init": "default",
    "gain": 1.0,
    "forget_bias": "keep",
    "input_bias": "keep",
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
    ({}, "48ea77db6b3a4825352b08fb5e4a593d"),
    (
        {"cell": "rnn", "forget_bias": None, "input_bias": None},
        "61aae799d2b5801d25c40ffbf8cd4a6c",
    ),
    (
        {"cell": "gru", "forget_bias": 3.0, "input_bias": None},
        "0aced6e846fd00670fa12a410adf01f2",
    ),
    (
        {"cell": "lstm:no_forget+peephole", "forget_bias": None},
        "55e4204a89e56c8ffa278f333b5b64b9",
    ),
    (
        {"forget_bias": "chrono", "input_bias": "chrono", "seed": 4},
        "3a5f6bb055bb06de3e583890a2b6ed81",
    ),
    (
        {"forget_bias": "chrono:256", "input_bias": -3.0},
        "d1e9d9374f7bc76b91c38421b3b03fb4",
    ),
    (
        {"init": "orthogonal", "gain": 0.5, "activation": "gelu"},
        "6f5f785d57b48e477779cda8a5e5cfa7",
    ),
    ({"input": "gaussian:0.5", "loss": "every"}, "daaf722da821b79a778257e251782f2b"),
    (
        {"input": "silence", "initial_state": "gaussian", "burn_in": 10},
        "32923bd0865b172bd7adf77e9a5cdaf2",
    ),
    (
        {"dtype": "float64", "hidden": 37, "length": 2, "device": "cuda"},
        "f454a3a68677a4952b06e8bf3e7af01b",
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
        "input_bias": -1.0,
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
    keys.clear_caches()
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
        keys.clear_caches()
        found.append(keys.key_of({**BASE, "activation": "mine_for_keys"}))
    assert found[0] == found[2] != found[1]


POINTS = st.fixed_dictionaries(
    {
        "cell": st.sampled_from(["rnn", "gru", "lstm", "lstm:peephole"]),
        "activation": st.sampled_from([None, "tanh", "relu"]),
        "init": st.sampled_from([None, "default", "orthogonal"]),
        "gain": st.none() | st.floats(0.1, 4) | st.integers(1, 4),
        "forget_bias": st.sampled_from([None, "keep", "chrono", 0.0, 1.0, "chrono:8"]),
        "input_bias": st.sampled_from([None, "keep", "chrono", 0.0, -1.0]),
        "hidden": st.integers(1, 99),
        "length": st.integers(2, 99),
        "seed": st.integers(0, 99),
        "input": st.sampled_from(["gaussian", "gaussian:0.5", "silence"]),
        "loss": st.sampled_from(["last", "every"]),
        "dtype": st.sampled_from(["float32", "float64"]),
        "sequences": st.integers(1, 9),
        "features": st.integers(1, 9),
        "burn_in": st.integers(0, 9),
        "initial_state": st.sampled_from(["zero", "gaussian"]),
        "device": st.sampled_from(["cpu", "cuda", "cuda:1"]),
    }
)


@given(params=POINTS, order=st.randoms())
def test_the_order_of_the_parameters_does_not_matter(params, order):
    names = list(params)
    order.shuffle(names)
    assert keys.key_of({name: params[name] for name in names}) == keys.key_of(params)


@given(one=POINTS, name=st.sampled_from(sorted(BASE)), other=POINTS)
def test_two_points_share_a_key_exactly_where_they_are_the_same(one, name, other):
    changed = {**one, name: other[name]}
    kind = [str(p["device"]).partition(":")[0] for p in (one, changed)]
    same = {**one, "device": kind[0]} == {**changed, "device": kind[1]}
    assert (keys.key_of(one) == keys.key_of(changed)) == same


@pytest.mark.parametrize(
    "beside",
    [
        {"name": "another"},
        {"question": "why?"},
        {"measures": ["spectral_norm"]},
        {"blocks": "joint"},
        {"thresholds": [1e-4, 0.2, 5, 1e4]},
        {"grid": [{"name": "a"}, {"name": "b", "length": 32}]},
        {"seeds": [0, 7, 9]},
    ],
)
def test_what_computes_no_other_numbers_is_not_in_the_key(beside):
    asked = {"cell": "lstm", "length": 16, "hidden": 8, "seeds": [0]}
    (key,) = plan(load(asked)).points
    assert key in plan(load({**asked, **beside})).points


@pytest.mark.parametrize(
    ("kind", "axis"),
    [
        ("cells", {"cell": "mine"}),
        ("cells", {"cell": "mine:layers=2"}),
        ("activations", {"activation": "mine"}),
        ("activations", {"cell": "lstm:gate=mine+peephole"}),
        ("initializers", {"init": "mine"}),
        ("inputs", {"input": "mine"}),
        ("losses", {"loss": "mine"}),
    ],
)
def test_an_external_leaf_counts_with_its_text(tmp_path, monkeypatch, kind, axis):
    """That of its file, with the files beside it (tests/conformance)."""
    params = {"cell": "rnn", "activation": None, "init": None, "input": "gaussian"}
    params |= {"loss": "last", **axis}
    found = []
    for text in ("import other", "import other  # edited", "import other"):
        leaf = External(type("Mine", (), {}), tmp_path / "mine.py", text)
        monkeypatch.setattr(registry, "EXTERNAL", {(kind, "mine"): leaf})
        keys.clear_caches()
        found.append(keys.sources(params))
    keys.clear_caches()
    assert [set(each) for each in found] == [{f"{kind} mine"}] * 3
    assert found[0] == found[2] != found[1]
