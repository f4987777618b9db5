"""Reading a config's TOML within bounds, and writing it."""

import json
import re
import tomllib
from collections.abc import Mapping
from tomllib import TOMLDecodeError
from typing import Any

from gradlab.regular_file import MB


__all__ = ["TOMLDecodeError", "dumps", "loads"]

LARGEST = 4 * MB
"""Bytes of a file; the parser takes 5 s for a MB of small numbers."""

DEEPEST = 20
"""Levels of brackets, and parts of a dotted key; a sweep needs four."""

_STRING = re.compile(r"""\"(?:\\.|[^\"\\])*\"|'[^']*'""")
_PART = r"[^\s.=,\[\]{}]++[ \t]*+\.[ \t]*+"
_LONG_KEY = re.compile(rf"(?<![^\s=,\[\]{{}}])(?:{_PART}){{{DEEPEST}}}")


def loads(text: str) -> dict[str, Any]:
    """Return the contents of a TOML text.

    The parser itself recurses with every bracket, and takes the cube of the parts of a
    dotted key in time.

    Raises:
        TOMLDecodeError: no TOML, or beyond what any sweep needs.
    """
    if any(_LONG_KEY.search(_STRING.sub("s", line)) for line in text.splitlines()):
        raise TOMLDecodeError(f"a dotted key of more than {DEEPEST} parts")
    try:
        raw = tomllib.loads(text)
    except RecursionError:
        raise _too_deep() from None
    except TOMLDecodeError:
        raise
    except ValueError as error:  # of Python's own: a number of 5,000 digits, year 0
        raise TOMLDecodeError(_reason(error)) from error
    _check_depth(raw)
    return raw


def _reason(error: ValueError) -> str:
    if "digits" in str(error):
        return "a number of too many digits"
    return f"a value out of range ({error})"


def _too_deep() -> TOMLDecodeError:
    return TOMLDecodeError(f"brackets nested more than {DEEPEST} deep")


def _check_depth(raw: Any) -> None:
    level = [raw]
    for _ in range(DEEPEST):
        level = [
            item
            for value in level
            if isinstance(value, dict | list)
            for item in (value.values() if isinstance(value, dict) else value)
        ]
    if level:
        raise _too_deep()


def dumps(config: Mapping[str, Any]) -> str:
    """Return a config as TOML: values first, then its ``[[grid]]`` tables.

    >>> print(dumps({"name": "a", "grid": [{"length": [16, 64]}]}))
    name = "a"
    <BLANKLINE>
    [[grid]]
    length = [16, 64]
    <BLANKLINE>
    """
    lines = [f"{k} = {_value(v)}" for k, v in config.items() if k != "grid"]
    for table in config.get("grid", ()):
        lines += ["", "[[grid]]", *(f"{k} = {_value(v)}" for k, v in table.items())]
    return "\n".join([*lines, ""])


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        # JSON's escapes are TOML's, but for DEL
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    return f"[{', '.join(_value(item) for item in value)}]"
