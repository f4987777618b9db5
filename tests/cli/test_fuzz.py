"""Two thousand bad inputs: a sentence, exit code 2, no traceback, nothing written."""

import json
import os
import tomllib

import click
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gradlab import catalog
from gradlab.cli import main
from gradlab.config.schema import Config


pytestmark = pytest.mark.slow

MANY = settings(
    max_examples=1000,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """An empty working folder in which no sweep may begin."""
    before, folder = os.getcwd(), tmp_path_factory.mktemp("fuzz")
    os.chdir(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gradlab.runs.run.plan", began)
        patch.setattr("gradlab.runs.run.Store", began)
        yield folder
    os.chdir(before)


def began(*_, **__):
    raise AssertionError("it was taken for a good one")


def refused(home, *words):
    """Hold one bad command line to the promise; return what was said."""
    before = sorted(home.iterdir())
    result = CliRunner().invoke(main, list(words), prog_name="gradlab")
    if not isinstance(result.exception, SystemExit):
        raise result.exception or AssertionError(f"taken: {words}")
    assert result.exit_code == 2, (words, result.output)
    assert result.stdout == ""
    assert "Error: " in result.stderr and "Traceback" not in result.stderr
    assert max(map(len, result.stderr.splitlines())) <= 400
    assert sorted(home.iterdir()) == before
    return result.stderr


# what is in no name, no number and no range; a broken byte of a terminal is in it
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Nd"], exclude_characters="\0,:")
    | st.sampled_from("\udc80\udcff"),
    min_size=1,
    max_size=20,
)


def strange(room):
    """Texts that name nothing of a room."""
    known = {*catalog.names(room), *catalog.ALIASES.get(room, {})}
    near = st.sampled_from(sorted(known)).map(lambda name: name[:-1] + "~")
    return near | WORDS.filter(lambda text: text.strip() not in known)


NO_NUMBERS = st.sampled_from(
    ["nan", "inf", "-inf", "1e999", "0x10", "1/2", "", " ", "[1]", "one", "1..2", "--"]
)
NO_RANGES = st.sampled_from(
    ["4:1:1", "1:4:-1", "1:4:0", "1:8:x1", "0:8:x2", "1:8:x-2", "0:1e9:1", "-1:1:x2"]
)


def below(least):
    return st.integers(min_value=-(10**30), max_value=least - 1).map(str)


def above(most):
    return st.integers(min_value=most + 1, max_value=10**30).map(str)


HALVES = st.integers(0, 1000).map(lambda n: f"{n}.5")


def whole(least, most):
    """Texts that are no whole number from least to most."""
    return below(least) | above(most) | HALVES | NO_NUMBERS | WORDS


BAD = {
    "--cell": strange("cells"),
    "--activation": strange("activations"),
    "--init": strange("initializers"),
    "--input": strange("inputs"),
    "--loss": strange("losses"),
    "--measure": strange("measures"),
    "--dtype": WORDS,
    "--gain": NO_NUMBERS | NO_RANGES | WORDS,
    "--forget-bias": (NO_NUMBERS | NO_RANGES | WORDS).filter(
        lambda text: text.strip() not in ("keep", "chrono")
    ),
    "--input-bias": (NO_NUMBERS | NO_RANGES | WORDS).filter(
        lambda text: text.strip() not in ("auto", "keep", "chrono")
    ),
    "--hidden": whole(1, 65_536) | NO_RANGES,
    "--length": whole(2, 10_000_000) | NO_RANGES,
    "--seeds": below(1) | HALVES | NO_NUMBERS | NO_RANGES | WORDS,
    "--first-seed": below(0) | above(2**32 - 1) | NO_NUMBERS | WORDS,
    "--sequences": whole(1, 100_000),
    "--features": whole(1, 65_536),
    "--burn-in": whole(0, 10_000_000),
    "--initial-state": WORDS,
    "--thresholds": NO_NUMBERS
    | WORDS
    | st.sampled_from(["1,2,3", "4,3,2,1", "0,1,2,3"]),
    "--device": WORDS,
    "--jobs": below(1) | HALVES | NO_NUMBERS | WORDS,
    "--timeout-per-point": below(1) | st.just("0") | WORDS,
    "--memory": below(1) | WORDS | st.sampled_from(["1", "5MB", "8 apples", "1e9 GB"]),
    "--scheduler": WORDS.filter(lambda text: not os.path.exists(text)),
    "--format": WORDS | st.just(""),
    "--load": WORDS.map(lambda text: text.replace("/", "") + ".py"),
}
GOOD = ("--cell=rnn", "--length=8", "--jobs=1", "--dtype=float64", "--plain", "--json")


@st.composite
def options(draw):
    """A command line whose one option is wrong, among others that are not."""
    name = draw(st.sampled_from(sorted(BAD)))
    wrong = f"{name}={draw(BAD[name])}"
    good = [word for word in GOOD if not word.startswith(name)]
    beside = draw(st.lists(st.sampled_from(good), unique=True, max_size=3))
    return ["sweep", *draw(st.permutations([wrong, *beside]))]


COMMANDS = main.list_commands(click.Context(main))


@st.composite
def misspelt(draw):
    """A command, an option or a sweep that is not there, or a value too many."""
    unknown = draw(WORDS.filter(lambda t: not t.startswith("-") and t.strip()))
    command = draw(st.sampled_from(COMMANDS))
    return draw(
        st.sampled_from(
            [
                [f"~{unknown}"],
                [command, f"--no-such-{unknown}"],
                ["sweep", f"no such {unknown}"],
                ["sweep", "quick", unknown],
                ["sweep", "--cell"],
                ["status", "a", unknown],
                ["list", f"~{unknown}"],
                ["export", "a", "--format", f"~{unknown}"],
                ["merge"],
                ["train"],
                ["train", f"~{unknown}"],
                ["sweep", "--timeout-per-point", f"~{unknown}"],
            ]
        )
    )


@MANY
@given(words=options() | misspelt())
def test_a_thousand_bad_command_lines(home, words):
    refused(home, *words)


SIMPLE = st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | st.text(max_size=5)
TABLES = st.dictionaries(st.text("abcxyz", min_size=1, max_size=3), SIMPLE, max_size=2)
NESTED = TABLES | st.lists(TABLES, min_size=1, max_size=2) | st.just([[[1]]])
BROKEN = st.booleans() | NESTED
AXES = ["cell", "activation", "init", "gain", "forget_bias", "input_bias", "hidden"]
AXES += ["length", "input", "loss", "dtype"]
NUMBERS = st.integers(-5, 5) | st.floats(-2, 2)
KEYS = {
    **{
        axis: BROKEN | st.just([]) | st.lists(st.booleans(), min_size=1)
        for axis in AXES
    },
    "cell": BROKEN | strange("cells") | NUMBERS,
    "activation": BROKEN | strange("activations") | NUMBERS,
    "init": BROKEN | strange("initializers") | NUMBERS,
    "input": BROKEN | strange("inputs") | NUMBERS,
    "loss": BROKEN | strange("losses") | NUMBERS,
    "dtype": BROKEN | WORDS | NUMBERS,
    "gain": BROKEN | WORDS | st.just([]),
    "hidden": BROKEN | WORDS | st.integers(-5, 0) | st.floats(0.1, 0.9),
    "length": BROKEN | WORDS | st.integers(-5, 1) | st.floats(2.1, 2.9),
    "seeds": BROKEN | WORDS | st.integers(-5, 0) | st.floats(0.1, 0.9) | st.just([-1]),
    "measures": BROKEN | strange("measures") | NUMBERS,
    "blocks": BROKEN | WORDS | NUMBERS,
    "sequences": BROKEN | WORDS | st.integers(-5, 0) | st.floats(1.1, 1.9),
    "features": BROKEN | WORDS | st.integers(-5, 0) | st.floats(1.1, 1.9),
    "burn_in": BROKEN | WORDS | st.integers(-5, -1) | st.floats(1.1, 1.9),
    "initial_state": BROKEN | WORDS | NUMBERS,
    "thresholds": BROKEN | WORDS | NUMBERS | st.lists(NUMBERS, max_size=3),
    "device": BROKEN | WORDS | NUMBERS,
    "load": BROKEN | NUMBERS | WORDS,
    "grid": st.booleans() | NUMBERS | WORDS | st.lists(NUMBERS, min_size=1),
    "name": BROKEN | NUMBERS | st.just(""),
}


def toml(value):
    """A value as TOML; JSON, but for tables."""
    if isinstance(value, dict):
        pairs = ", ".join(f"{k} = {toml(v)}" for k, v in value.items())
        return f"{{{pairs}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value)


@st.composite
def configs(draw):
    """A file with one wrong key among right ones, at the top or in a grid."""
    good = {"cell": "rnn", "length": [8, 16], "gain": "1:4:x2"}
    key = draw(st.sampled_from([*KEYS, "unknown"]))
    if key == "unknown":
        unknown = st.text("abcdefgh_", min_size=1, max_size=8)
        key = draw(unknown.filter(lambda name: name not in Config.model_fields))
        value = draw(SIMPLE | NESTED)
    else:
        value = draw(KEYS[key])
    good.pop(key, None)
    top = [f"{name} = {toml(v)}" for name, v in good.items()]
    wrong = f"{key} = {toml(value)}"
    axis = key in AXES or key in ("seeds", "measures")
    if axis and draw(st.booleans()):
        return "\n".join([*top, "[[grid]]", 'name = "g"', wrong]).encode(
            "utf-8", "replace"
        )
    return "\n".join([wrong, *top]).encode("utf-8", "replace")


@st.composite
def torn(draw):
    """Bytes that are no TOML, or say nothing a sweep knows."""
    raw = draw(
        st.binary(min_size=1, max_size=60) | configs().map(lambda b: b[:-2] + b"[")
    )
    try:
        told = tomllib.loads(raw.decode("utf-8"))
    except ValueError:
        return raw
    assume(told and not set(told) & set(Config.model_fields))
    return raw


@MANY
@given(content=configs() | torn())
def test_a_thousand_bad_configs(home, content):
    file = home / "bad.toml"
    file.write_bytes(content)
    try:
        said = refused(home, "sweep", "bad.toml")
    finally:
        file.unlink()
    assert "Got" in said or "mistakes in bad.toml" in said
