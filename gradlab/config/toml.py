"""Writing a config as TOML; the standard library reads it only."""

import json
from collections.abc import Mapping
from typing import Any


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
