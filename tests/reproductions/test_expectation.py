"""What is wrong in a file of expectations is said in a sentence, all of it at once."""

import pytest

from gradlab.errors import ConfigError, UnknownNameError
from gradlab.reproductions.expectation import read
from gradlab.reproductions.row import load_row
from tests.reproductions.pairs import EXPECTED, write


def refusal(tmp_path, old, new):
    assert old in EXPECTED
    file = write(tmp_path, EXPECTED.replace(old, new))
    with pytest.raises((ConfigError, UnknownNameError)) as caught:
        load_row(str(file))
    return str(caught.value)


TOLERANCE = "tolerance = { absolute = 0.1 }"


@pytest.mark.parametrize("value", ["0", "0.0", "-0.1", "nan", "inf", "true", '"1"'])
@pytest.mark.parametrize("name", ["absolute", "relative", "standard_errors"])
def test_a_tolerance_is_above_zero(tmp_path, name, value):
    said = refusal(tmp_path, TOLERANCE, f"tolerance = {{ {name} = {value} }}")
    assert said.startswith(f"Got compare 1, tolerance, {name}: ")
    assert said.endswith(
        ", in mine.expected.toml.\n"
        "Expected a finite number above 0, since nothing measured is exact.\n"
        "Try 1e-12 for what holds to rounding"
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            TOLERANCE,
            "tolerance = {}",
            "Got compare 1, tolerance: a tolerance without a number, in "
            "mine.expected.toml.\n"
            "Expected absolute, relative or standard_errors.\n"
            "Try tolerance = { relative = 0.01 }",
        ),
        (
            'measure = "growth_rate"',
            'measure = "growth_rat"',
            "Got measure of mine 'growth_rat'.\n"
            "Expected one of growth_rate, growth_rate_high, growth_rate_low, "
            "spectral_norm, weight_spectral_norm.\n"
            "Try growth_rate",
        ),
        (
            "gain = 1 }",
            "gian = 1 }",
            "Got compare 1, measured, gian: a key nobody knows, in "
            "mine.expected.toml.\n"
            "Expected one of measure, cell, activation, init, gain, forget_bias, "
            "input_bias, hidden, length, seed, input, loss, task, learning_rate, "
            "epsilon, dtype, block, index, step, lag, update.\n"
            "Try gain",
        ),
        (
            "expected = 0\n",
            'along = "hiden"\nexpected = 0\n',
            "Got compare 1, along: column 'hiden', in mine.expected.toml.\n"
            "Expected one of activation, block, cell, dtype, epsilon, forget_bias, "
            "gain, hidden, index, init, input, input_bias, lag, learning_rate, length, "
            "loss, measure, sd, seed, step, task, update, value.\n"
            "Try hidden",
        ),
        (
            "expected = 0\n",
            'law = "newmann"\nwith = {}\n',
            "Got compare 1, law: law 'newmann', in mine.expected.toml.",
        ),
        (
            "expected = 0\n",
            'law = "newman"\nwith = { size = 8, inex = 1 }\n',
            "Got compare 1: the law newman with inex, in mine.expected.toml.\n"
            "Expected its parameters size, index, gain (optional).\n"
            "Try gradlab list laws newman",
        ),
        (
            "expected = 0\n",
            'law = "newman"\nwith = { size = 8 }\n',
            "Got compare 1: the law newman without index, in mine.expected.toml.",
        ),
        (
            "expected = 0\n",
            "",
            "Got compare 1: a comparison with none or several of expected, law, "
            "same_as, in mine.expected.toml.\n"
            "Expected one of them.\n"
            "Try expected = 1.0",
        ),
        (
            "expected = 0\n",
            "expected = [0, 1]\n",
            "Got compare 1: a list of expected numbers without along, in "
            "mine.expected.toml.",
        ),
        (
            'kind = "exact"',
            'kind = "misconception"',
            "Got the file: kind = 'misconception' without wrong, in "
            "mine.expected.toml.\n"
            "Expected wrong in each row of the kind misconception, and no other.\n"
            "Try wrong = ...",
        ),
        (
            'kind = "exact"',
            'kind = "exact"\noutcome = "right"',
            "Got the file: kind = 'exact' with outcome, in mine.expected.toml.",
        ),
        (
            'claim = "A small RNN forgets."\n',
            "",
            "Got claim: nothing, in mine.expected.toml.\n"
            "Expected a value.\n"
            'Try claim = "One sentence."',
        ),
        (
            'seen = "derived"',
            'seen = "heard"',
            "Got seen: provenance 'heard', in mine.expected.toml.\n"
            "Expected one of abstract, derived, secondary, text.\n"
            "Try one of these",
        ),
        (
            "minutes = 0.1",
            'minutes = 0.1\nextra = "nosuch_extra"',
            "Got the row mine without the extra nosuch_extra.\n"
            "Expected its packages to be installed.\n"
            "Try pip install 'gradlab[nosuch_extra]'",
        ),
    ],
)
def test_a_mistake_is_said(tmp_path, old, new, message):
    assert refusal(tmp_path, old, new).startswith(message)


def test_every_mistake_is_said_at_once(tmp_path):
    text = EXPECTED.replace('kind = "exact"', 'kind = "exakt"')
    text = text.replace("absolute = 0.1", "absolute = 0, relativ = 1")
    with pytest.raises(ConfigError) as caught:
        read(write(tmp_path, text).with_name("mine.expected.toml"))
    lines = str(caught.value).splitlines()
    assert lines[0] == "3 mistakes in mine.expected.toml."
    starts = (
        "kind: got 'exakt'",
        "compare 1, tolerance, absolute: got 0",
        "compare 1, tolerance, relativ: got a key nobody knows",
    )
    for line, start in zip(lines[1:], starts, strict=True):
        assert line.strip().startswith(start)
    assert lines[3].endswith("; try relative")


def test_two_comparisons_have_two_labels(tmp_path):
    twice = EXPECTED + EXPECTED[EXPECTED.index("[[compare]]") :]
    with pytest.raises(ConfigError, match="two comparisons with the label 'rate at"):
        read(write(tmp_path, twice).with_name("mine.expected.toml"))


def test_an_unknown_row_has_a_nearest(tmp_path):
    with pytest.raises(UnknownNameError, match="Try pascanu-bound"):
        load_row("pascanu_bound")
    with pytest.raises(ConfigError, match="Got nosuch.expected.toml: No such file"):
        load_row("nosuch.toml")
