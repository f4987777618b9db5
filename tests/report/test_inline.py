"""Inline text: one parse, three writers."""

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from gradlab.report import inline


@pytest.mark.parametrize(
    ("text", "html", "plain"),
    [
        ("10^{-83}", "10<sup>−83</sup>", "10^-83"),
        ("ds_{T}", "ds<sub>T</sub>", "ds_T"),
        ("**a `b`**", "<strong>a <code>b</code></strong>", "a b"),
        ("a_b ^ 2 < 3", "a_b ^ 2 &lt; 3", "a_b ^ 2 < 3"),
        (r"\*\*x", "**x", "**x"),
        ("[[unknown|word]]", "word", "word"),
        ("`x^{2}`", "<code>x^{2}</code>", "x^{2}"),
    ],
)
def test_writes(text: str, html: str, plain: str) -> None:
    assert inline.html(text) == html
    assert inline.plain(text) == plain


def test_links_a_known_term() -> None:
    terms = {"half life": 'ln 2 over the "rate"'}
    assert inline.html("[[half life|it]]", terms) == (
        '<a class="term" href="#term-half-life" '
        'title="ln 2 over the &quot;rate&quot;">it</a>'
    )
    assert inline.typst("[[half life|it]]", terms) == "#link(<term-half-life>)[it]"


@given(st.text(alphabet="ab*`^_{}[]|\\#$<>@~=-+/'\" \n.()", max_size=60))
def test_plain_text_of_any_input_is_plain(text: str) -> None:
    assert "<script" not in inline.html(text)
    assert isinstance(inline.plain(text), str)


@given(st.text(alphabet="ab#$*_`<>@[]~=-+/'\"\\", max_size=40))
def test_escaped_typst_holds_no_bare_mark(text: str) -> None:
    escaped = inline.escape_typst(text)
    undone = escaped.replace("\\\\", "\0")
    for mark in "#$*_`<>@[]":
        assert undone.count(mark) == undone.count("\\" + mark)


def test_a_percent_sign_stays_with_its_number() -> None:
    assert inline.html("15 % a step") == "15\u00a0% a step"
    assert inline.plain("15 % a step") == "15 % a step"


@pytest.mark.parametrize("after", ["; below", "(s)", ".real", ".", "[1]"])
def test_what_follows_a_mark_stays_text_in_typst(after: str) -> None:
    pdf = typst.compile(inline.typst("h_{T}" + after).encode(), format="svg")
    bare = typst.compile(inline.typst("h" + after).encode(), format="svg")
    assert pdf.count(b"<use") == bare.count(b"<use") + 1
