"""Glyphs, columns, and where text goes."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradlab import statistics
from gradlab.cli.screen import ASCII, WIDTH, Screen, fold, hanging, table


@given(st.text())
def test_a_plain_screen_writes_ascii(text):
    assert Screen(plain=True).text(text).isascii()


def test_verdicts_have_the_agreed_plain_glyphs():
    for _, glyph, plain in statistics.VERDICTS:
        assert glyph.translate(ASCII) == plain


@pytest.mark.parametrize("variable", ["NO_COLOR"])
def test_no_color_makes_it_plain(monkeypatch, variable):
    monkeypatch.setenv(variable, "1")
    assert Screen.now().plain


@pytest.mark.parametrize(
    ("encoding", "text"), [("ascii", "v o 10^-83 x\n"), ("utf-8", "▼ ● 10^-83 ×\n")]
)
def test_a_stream_that_is_not_utf8_makes_it_plain(encoding, text):
    program = "from gradlab.cli.screen import Screen; Screen.now().line('▼ ● 10^-83 ×')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "PATH": ""},
    )
    assert done.stdout.decode(encoding) == text


def test_bars_go_from_nothing_to_full():
    assert Screen(plain=False).bars([0, 0.01, 0.5, 1]) == "  ▄█"
    assert Screen(plain=True).bars([0, 0.5, 1]) == " -#"


def test_columns_line_up():
    assert table([("a", "12"), ("bcd", "3")], "lr") == ["a    12", "bcd   3"]


@given(
    st.lists(
        st.tuples(
            st.text("abc", min_size=1, max_size=30),
            st.text("abc ", max_size=300).map(lambda t: " ".join(t.split())),
        ),
        min_size=1,
    )
)
def test_the_last_column_is_folded_and_whole(rows):
    lines = hanging(rows)
    words = " ".join(lines).split()
    assert words == " ".join(" ".join(row) for row in rows).split()


def test_folding_keeps_words_whole():
    line = fold("word " * 40, "  ")
    assert max(map(len, line.splitlines())) <= WIDTH
    assert line.split() == ["word"] * 40
