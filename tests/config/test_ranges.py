import pytest

from gradlab.config.ranges import expand
from gradlab.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("16:1024:x2", [16, 32, 64, 128, 256, 512, 1024]),
        ("0:6:1", [0, 1, 2, 3, 4, 5, 6]),
        ("6:0:-3", [6, 3, 0]),
        ("8:0.25:x0.5", [8, 4, 2, 1, 0.5, 0.25]),
        ("0:1:0.1", [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]),
        ("1,chrono,chrono:256,keep", [1, "chrono", "chrono:256", "keep"]),
        ("rnn, lstm:peephole", ["rnn", "lstm:peephole"]),
        ("text:a\\,b.txt,silence", ["text:a,b.txt", "silence"]),
        ("0:3e-13:1e-13", [0, 1e-13, 2e-13, 3e-13]),
    ],
)
def test_lists_and_ranges(text, values):
    assert expand(text) == values


def test_whole_numbers_stay_whole():
    assert all(type(value) is int for value in expand("16:64:x2"))


@pytest.mark.parametrize("text", ["0:6:0", "0:6:-1", "1:8:x1", "0:8:x2", "1:8:x0.5"])
def test_a_range_that_never_arrives(text):
    with pytest.raises(ConfigError, match="steps that lead from"):
        expand(text)


@pytest.mark.parametrize(
    "text", ["1:1e400:1", "1:2:1e999", "1:1e999:x2", "-1e308:1e308:1e305"]
)
def test_a_range_beyond_numbers(text):
    with pytest.raises(ConfigError, match="numbers, and a distance of them, up to 1.8"):
        expand(text)


def test_a_range_over_all_numbers():
    up = expand("1e-300:1e308:x10")
    assert len(up) == 609
    assert up == pytest.approx([float(f"1e{k}") for k in range(-300, 309)])
    assert expand("1e308:1e-300:x0.1")[::-1] == pytest.approx(up)


def test_a_range_of_more_values_than_can_be_written():
    with pytest.raises(ConfigError, match=r"which holds 1\.8e\+308 values"):
        expand("0:1e308:1e-300")


def test_a_range_far_too_long():
    with pytest.raises(ConfigError) as caught:
        expand("0:1e12:1")
    assert str(caught.value) == (
        "Got the range 0:1e12:1, which holds 1,000,000,000,001 values.\n"
        "Expected at most 10,000.\n"
        "Try a larger step"
    )
