r"""Inline text: parsed once into spans, written as HTML, Typst or plain text.

    **strong**   `code`   10^{-83} (superscript)   ds_{T} (subscript)
    [[horizon]]  [[horizon|reaches]]               a link into the glossary

A backslash before one of ``* ` ^ _ [ \`` keeps it as it is. Everything else is text.
A lone ``^`` or ``_`` without a brace is text too. Strong text may hold the others.
"""

from __future__ import annotations

import html as html_module
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """A piece of text: kind is text, strong, code, sup, sub or term.

    `children` for strong, sup, sub and term (a term's `text` is the glossary key).
    """

    kind: str
    text: str = ""
    children: tuple[Span, ...] = ()


MINUS = "−"
"""Exponents carry a true minus: it is as wide as a plus and never ends a line."""

_TOKEN = re.compile(
    r"\\(?P<escaped>[*`^_\[\\])"
    r"|\*\*(?P<strong>.+?)\*\*"
    r"|`(?P<code>[^`]+)`"
    r"|\^\{(?P<sup>[^{}]*)\}"
    r"|_\{(?P<sub>[^{}]*)\}"
    r"|\[\[(?P<term>[^\]|]+)(?:\|(?P<shown>[^\]]+))?\]\]",
    re.DOTALL,
)


def parse(text: str) -> tuple[Span, ...]:
    """Split inline text into spans."""
    spans: list[Span] = []
    plain_run = ""
    position = 0
    for match in _TOKEN.finditer(text):
        plain_run += text[position : match.start()]
        position = match.end()
        if match["escaped"]:
            plain_run += match["escaped"]
            continue
        if plain_run:
            spans.append(Span("text", plain_run))
            plain_run = ""
        spans.append(_span(match))
    plain_run += text[position:]
    if plain_run:
        spans.append(Span("text", plain_run))
    return tuple(spans)


def _span(match: re.Match[str]) -> Span:
    kind = match.lastgroup
    if match["code"]:
        return Span("code", match["code"])
    if match["term"]:
        shown = match["shown"] or match["term"]
        return Span("term", match["term"].strip(), parse(shown))
    return Span(kind or "text", "", parse(match[kind or "strong"]))


def literal(text: str) -> str:
    """Text that is no markup, as inline text.

    >>> plain(literal("a_{b} **c**")), literal("lstm")
    ('a_{b} **c**', 'lstm')
    """
    return "".join("\\" + c if c in "*`^_[\\" else c for c in text)


def anchor(term: str) -> str:
    """The id a glossary term has on the page: "half life" gives "term-half-life"."""
    return "term-" + re.sub(r"[^a-z0-9]+", "-", term.lower()).strip("-")


def html(text: str, terms: dict[str, str] | None = None) -> str:
    """Inline text as HTML; a term not in `terms` is written without a link."""
    return "".join(_html(span, terms or {}) for span in parse(text))


def _html(span: Span, terms: dict[str, str]) -> str:
    inner = "".join(_html(child, terms) for child in span.children)
    if span.kind == "text":
        return html_module.escape(_held(span.text))
    if span.kind == "code":
        return f"<code>{html_module.escape(span.text)}</code>"
    if span.kind == "term":
        if span.text not in terms:
            return inner
        title = html_module.escape(plain(terms[span.text]), quote=True)
        return (
            f'<a class="term" href="#{anchor(span.text)}" title="{title}">{inner}</a>'
        )
    if span.kind == "sup":
        inner = inner.replace("-", MINUS)
    return f"<{span.kind}>{inner}</{span.kind}>"


def _held(text: str) -> str:
    """A number and its percent sign stay on one line."""
    return re.sub(r"(?<=\d) %", "\u00a0%", text)


def plain(text: str) -> str:
    """Inline text without marks: 10^-83, ds_T, words of a term, code as it is."""
    return "".join(_plain(span) for span in parse(text))


def _plain(span: Span) -> str:
    inner = "".join(_plain(child) for child in span.children)
    if span.kind in ("text", "code"):
        return span.text
    return {"sup": "^", "sub": "_"}.get(span.kind, "") + inner


# ; ( and . would go on with the code of a call such as #sub[T] that stands before them
_SPECIAL = re.compile(r"([\\#$*_`<>@\[\]~=\-+/'\";(.])")


def escape_typst(text: str) -> str:
    """Text that Typst sets as it is."""
    return _SPECIAL.sub(r"\\\1", text)


def typst(text: str, terms: dict[str, str] | None = None) -> str:
    """Inline text as Typst markup; a term not in `terms` has no link."""
    return "".join(_typst(span, terms or {}) for span in parse(text))


def _typst(span: Span, terms: dict[str, str]) -> str:
    inner = "".join(_typst(child, terms) for child in span.children)
    if span.kind == "text":
        return escape_typst(_held(span.text))
    if span.kind == "sup":
        return f"#super[{inner.replace(escape_typst('-'), MINUS)}]"
    if span.kind == "code":
        return f"#raw({string_typst(span.text)})"
    if span.kind == "term":
        if span.text not in terms:
            return inner
        return f"#link(<{anchor(span.text)}>)[{inner}]"
    return f"#{span.kind}[{inner}]"


def string_typst(text: str) -> str:
    """A Typst string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
