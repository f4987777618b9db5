"""Sweeps that come with gradlab, by name."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def names() -> tuple[str, ...]:
    """Return the names of the built-in sweeps, sorted."""
    return tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.toml")))


def read(name: str) -> dict[str, Any]:
    """Return a built-in sweep as its TOML gives it."""
    text = Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8")
    return {"name": name, **tomllib.loads(text)}


def question(name: str) -> str:
    """Return what a built-in sweep asks, one line."""
    return str(read(name).get("question", ""))
