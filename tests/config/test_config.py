import pickle
import tomllib

import pytest

from gradlab import axes, catalog
from gradlab.config import builtin, toml
from gradlab.config.loading import load
from gradlab.errors import ConfigError, InputError, UnknownNameError


def test_every_mistake_is_told_at_once_with_its_path():
    with pytest.raises(ConfigError) as caught:
        load(
            {
                "cell": ["lstn"],
                "hidden": -4,
                "lenght": 16,
                "grid": [{"length": ["16"], "forget_bias": "kep", "gain": True}],
            }
        )
    lines = str(caught.value).splitlines()
    assert lines[0] == "6 mistakes in the sweep."
    assert lines[1:5] == [
        "  cell, item 1: got cell 'lstn'; expected one of "
        f"{', '.join(catalog.names('cells'))}; try lstm",
        "  hidden, item 1: got -4; expected at least 1; try hidden = [64]",
        "  grid 1, gain, item 1: got True; expected a number, without quotes; "
        "try gain = [0.5, 1, 2]",
        "  grid 1, forget_bias, item 1: got forget bias 'kep'; expected a number, "
        "keep, chrono or chrono:LENGTH; try 3",
    ]
    assert "grid 1, length, item 1: got '16'; expected a whole number" in lines[5]
    assert "lenght: got a key nobody knows" in lines[6]
    assert lines[6].endswith("try length")


def test_one_mistake_is_three_lines():
    with pytest.raises(ConfigError) as caught:
        load({"length": [16, 1]})
    assert str(caught.value) == (
        "Got length, item 2: 1, in the sweep.\n"
        "Expected at least 2.\n"
        "Try length = [16, 64, 256]"
    )


def test_mistakes_in_options_read_as_options():
    with pytest.raises(ConfigError) as caught:
        load(axes={"hidden": [0], "forget_bias": ["big"]})
    assert str(caught.value) == (
        "2 mistakes in the options.\n"
        "  --forget-bias: got forget bias 'big'; expected a number, keep, chrono or "
        "chrono:LENGTH; try 3\n"
        "  --hidden: got 0; expected at least 1; try --hidden 64"
    )


LEAF = """
from gradlab.activations.base import Activation
class Own(Activation):
    symbol = "x"
    def value(self, x): return x
    def slope(self, x, value): return x * 0 + 1
    def lipschitz(self): return 1.0
"""


def test_a_file_names_what_lies_beside_it(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "own.py").write_text(LEAF)
    file = tmp_path / "a" / "mine.toml"
    file.write_text('load = ["own.py"]\ncell = "rnn"\nactivation = "own"\n')
    monkeypatch.chdir(tmp_path)
    sweep = load("a/mine.toml")
    assert sweep.load == (str(tmp_path / "a" / "own.py"),)
    # what a folder keeps of it can be read from anywhere
    (tmp_path / "sweep.toml").write_text(toml.dumps(sweep.resolved()))
    monkeypatch.chdir("/")
    assert load(tmp_path / "sweep.toml") == sweep
    monkeypatch.chdir(tmp_path / "a")
    assert load({"cell": "rnn"}, load=["own.py"]).load == sweep.load


def test_mistakes_survive_a_pipe():
    with pytest.raises(ConfigError) as caught:
        load({"length": 1, "hidden": 0})
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"seeds": 0}, "a count from 1"),
        ({"seeds": [3, -1]}, "seed -1"),
        ({"seeds": []}, "an empty list"),
        ({"cell": []}, "at least one value"),
        ({"gain": [float("nan")]}, "finite"),
        ({"gain": ["1"]}, "a number, without quotes"),
        ({"hidden": 2.5}, "a whole number"),
        ({"thresholds": [1, 0.1, 10, 100]}, "four rising numbers"),
        ({"thresholds": [0.1, 10]}, "four rising numbers"),
        ({"initial_state": "ones"}, "one of gaussian, zero"),
        ({"dtype": "float16"}, "one of float32, float64"),
        ({"loss": "first"}, "one of every, last"),
        ({"measures": ["spectral"]}, "spectral_norm"),
        ({"activation": "tahn"}, "tanh"),
        ({"cell": "lstm:peep"}, "peephole"),
        ({"forget_bias": "chrono:1"}, "a length of at least 2"),
        ({"input": "gaussian:-1"}, "a standard deviation from 0 on"),
        ({"input": "gaussian:"}, "something after the colon"),
        ({"blocks": "hh"}, "'all' or 'joint'"),
        ({"device": "tpu"}, "cpu, cuda, cuda:N or mps"),
        ({"grid": [3]}, "[[grid]] table"),
        ({"grid": {"a": 1}}, "a list"),
        ({"name": "../up"}, "letters, digits"),
        ({"length": "16:8:x2"}, "steps that lead"),
        ({"load": "mine.py"}, "a list of Python files"),
        ({"burn_in": -1}, "at least 0"),
    ],
)
def test_a_mistake_says_what_was_expected(config, expected):
    with pytest.raises(ConfigError) as caught:
        load(config)
    assert expected in str(caught.value)


def test_a_file_of_text_that_is_not_there():
    with pytest.raises((InputError, ConfigError), match=r"nowhere\.txt"):
        load({"input": "text:nowhere.txt"})


def test_toml_that_is_none(tmp_path):
    file = tmp_path / "night.toml"
    file.write_text("cell = [lstm]")
    with pytest.raises(ConfigError, match=r"night\.toml: Invalid value"):
        load(file)


def test_a_toml_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match="No such file"):
        load(tmp_path / "night.toml")


def test_an_unknown_built_in():
    with pytest.raises(UnknownNameError) as caught:
        load("quik")
    assert caught.value.try_ == "quick"


def test_names_are_brought_to_one_form():
    sweep = load(
        {
            "cell": "lstm:peephole+no_forget",
            "activation": "identity",
            "input": ["gaussian:1.0", "gaussian"],
            "forget_bias": [1, 1.0, "keep"],
        }
    )
    axes = sweep.grids[0].axes
    assert axes["cell"] == ("lstm:no_forget+peephole",)
    assert axes["activation"] == ("linear",)
    assert axes["input"] == ("gaussian",)
    assert axes["forget_bias"] == (1.0, "keep")


def test_a_grid_takes_the_top_for_its_baseline():
    sweep = load(
        {
            "hidden": 8,
            "seeds": [4, 2],
            "grid": [{"name": "a", "gain": [1, 2]}, {"name": "b", "hidden": 9}],
        }
    )
    first, second = sweep.grids
    assert first.axes["hidden"] == (8,) and first.axes["gain"] == (1.0, 2.0)
    assert second.axes["hidden"] == (9,) and second.axes["gain"] == (
        axes.BASELINE["gain"],
    )
    assert first.seeds == second.seeds == (4, 2)


def test_axes_without_a_source_make_one_grid_around_the_baseline():
    sweep = load(axes={"forget_bias": [0, 1]})
    assert len(sweep.grids) == 1
    baseline = {name: (value,) for name, value in axes.BASELINE.items()}
    assert dict(sweep.grids[0].axes) == {**baseline, "forget_bias": (0.0, 1.0)}


def test_axes_beside_a_source_are_set_in_every_grid():
    sweep = load("default", axes={"hidden": [8]}, seeds=2, first_seed=100)
    assert {grid.axes["hidden"] for grid in sweep.grids} == {(8,)}
    assert {grid.seeds for grid in sweep.grids} == {(100, 101)}


def test_measures_beside_a_source_replace_those_of_its_grids():
    sweep = load("default", measures=["horizon"])
    assert {grid.measures for grid in sweep.grids} == {("horizon",)}


def test_what_is_resolved_gives_the_same_sweep(tmp_path):
    sweep = load("default")
    file = tmp_path / "sweep.toml"
    file.write_text(toml.dumps(sweep.resolved()))
    assert load(file) == sweep


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"hidden = {'[' * 3000}8{']' * 3000}", "nested more than 20 deep"),
        (f"hidden = {'[' * 30}8{']' * 30}", "nested more than 20 deep"),
        (f"hidden = {'9' * 5000}", "a number of too many digits"),
        (f"{'a.' * 3000}b = 1", "a dotted key of more than 20 parts"),
        (f"[{'a . ' * 3000}b]", "a dotted key of more than 20 parts"),
        (f"x = {{{'a.' * 3000}b = 1}}", "a dotted key of more than 20 parts"),
        ('"a" .' * 3000 + "b = 1", "a dotted key of more than 20 parts"),
    ],
)
def test_toml_beyond_what_a_sweep_needs(tmp_path, text, said):
    file = tmp_path / "night.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=rf"night\.toml: .*{said}"):
        load(file)


def test_toml_of_odd_texts():
    odd = {"question": 'a "b" \\ c\n\t\x7f é'}
    assert tomllib.loads(toml.dumps(odd)) == odd


@pytest.mark.parametrize("name", builtin.names())
def test_built_in_sweeps_are_sound(name):
    sweep = load(name)
    assert sweep.name == name
    assert sweep.question == builtin.question(name)
    for grid in sweep.grids:
        assert set(grid.measures or ()) <= set(catalog.names("measures"))


def test_files_of_leaves_take_part_and_their_measures_are_taken(tmp_path):
    file = tmp_path / "mine_for_config.py"
    file.write_text(
        "from gradlab.measures.base import Measure\n"
        "class MineForConfig(Measure):\n"
        "    'The last state.'\n"
        "    def compute(self, context):\n"
        "        return context.trajectory.states[0][-1].sum(-1)\n"
    )
    sweep = load("default", load=[file])
    assert sweep.load == (str(file),)
    assert all(
        grid.measures is None or "mine_for_config" in grid.measures
        for grid in sweep.grids
    )


def test_toml_of_many_numbers_and_dots_is_no_long_key(tmp_path):
    numbers = ",".join(["0.5"] * 3000)
    assert toml.loads(f"gain = [{numbers}]")["gain"] == [0.5] * 3000
    assert toml.loads(f'question = "{"a." * 3000}"')
