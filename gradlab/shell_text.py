r"""Text for terminals and shells, whatever a name or a path holds.

A terminal acts on control characters: a name could move its cursor or change its
title. A shell acts on spaces, quotes and more: a command is to run as it is printed.
"""

import os
import re
import shlex
from collections.abc import Iterable
from unicodedata import category


_HIDDEN = {"Cc", "Cs", "Zl", "Zp"}
"""Categories: controls, halves of surrogate pairs, separators of lines, paragraphs."""

_ORDER = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""What changes the order in which letters are shown."""


def is_visible(text: str) -> bool:
    """Return whether a text has only characters that a terminal shows and keeps."""
    if text.isascii() and text.isprintable():
        return True
    return not any(map(_is_hidden, text))


def visible(text: str) -> str:
    r"""Return a text in which characters that act on a terminal are written out.

    Line ends and tabs stay; a byte of a path that is no UTF-8 is written as the byte.

    >>> print(visible("a\x1b[2Jb\udcff"))
    a\x1b[2Jb\xff
    """
    if is_visible(text):
        return text
    return "".join(
        _written_out(c) if _is_hidden(c) and c not in "\n\t" else c for c in text
    )


def quote(word: object) -> str:
    r"""Return a word as a shell reads it back, in characters that a terminal shows.

    >>> print(quote("a b"), quote("a\x1b\udcff'"))
    'a b' $'a\x1b\xff\''
    """
    text = str(word)
    if is_visible(text):
        return shlex.quote(text)
    written = (
        "".join(f"\\x{byte:02x}" for byte in os.fsencode(c)) if _is_hidden(c) else c
        for c in text.replace("\\", "\\\\").replace("'", "\\'")
    )
    return f"$'{''.join(written)}'"


def join(words: Iterable[object]) -> str:
    """Return a command of these words."""
    return " ".join(map(quote, words))


def split(command: str) -> list[str]:
    """Return the words of a command as :func:`join` writes it."""
    if "$'" not in command:
        return shlex.split(command)
    return [_unquoted(word) for word in re.findall(_WORD, command)]


def _unquoted(word: str) -> str:
    if not word.startswith("$'"):
        return shlex.split(word)[0]
    escaped = os.fsencode(word[2:-1])
    plain = re.sub(
        rb"\\(?:x([0-9a-f]{2})|(.))",
        lambda found: bytes.fromhex(found[1].decode()) if found[1] else found[2],
        escaped,
    )
    return os.fsdecode(plain)


_WORD = r"""(?:[\w@%+=:,./-]|'[^']*'|"'"|\$'(?:[^'\\]|\\.)*')+"""
_COMMAND = re.compile(rf"gradlab(?: {_WORD})+", re.ASCII)


def is_command(text: str) -> bool:
    """Return whether a text is one command of gradlab, as :func:`join` writes it.

    >>> is_command("gradlab sweep --gain 1,2"), is_command("gradlab sweep; rm -r a")
    (True, False)
    """
    return is_visible(text) and _COMMAND.fullmatch(text) is not None


def _is_hidden(character: str) -> bool:
    return category(character) in _HIDDEN or character in _ORDER


def _written_out(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"
