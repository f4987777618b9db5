"""What a row may hold."""

import pytest
from pydantic import TypeAdapter, ValidationError

from gradlab.labelled import LabelledArray
from gradlab.shell_text import is_visible
from gradlab.store import codec, content


WORD = TypeAdapter(content.Word)


def is_word(text):
    try:
        WORD.validate_python(text)
    except ValidationError:
        return False
    return True


def test_a_word_is_visible():
    for code in [*range(0x2100), *range(0xD7F0, 0xE010), 0x1F600]:
        assert is_word(f"a{chr(code)}b") == is_visible(f"a{chr(code)}b"), hex(code)


@pytest.mark.parametrize(
    "change",
    [
        {"dtype": "O"},
        {"dtype": "<f4"},
        {"shape": "[1,99]"},
        {"shape": "[3,2]"},
        {"shape": "[1000000000]"},
        {"shape": "[" * 200_000},
        {"coords": '[["lag",{"from":0,"to":3000000000}]]'},
        {"coords": '[["time",[0,1]]]'},
        {"coords": "{}"},
        {"blob": "text in the place of bytes"},
        {"unit": "\x1b[2J"},
        {"words": '["a"]'},
        {"words": "[" * 200_000},
    ],
)
def test_a_record_that_gradlab_does_not_write(change):
    row = codec.encode("a", LabelledArray("norm", {"lag": (0, 1)}, [0.0, -0.5]))
    assert content.problem(row) is None
    assert content.problem(row._replace(**change))
