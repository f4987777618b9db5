"""A point's key: a hash of what is computed, and of nothing else.

In it: every parameter, the contents of an input file (not its path), the source of
leaves from outside the package, dtype and kind of device. Not in it: paths, jobs,
measures. Ten keys are pinned by a test; when what a parameter means changes, raise
``MEANING``.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from gradlab import catalog
from gradlab.inputs.base import Input, parse
from gradlab.store.codec import to_json


MEANING = 1
"""Rises when the same parameters come to mean other numbers."""


def key_of(params: Mapping[str, Any]) -> str:
    """Return the key of a point, 32 hexadecimal digits."""
    return hashlib.sha256(to_json(identity(params)).encode()).hexdigest()[:32]


def identity(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a key is the hash of."""
    what = dict(params)
    what["device"] = str(what["device"]).partition(":")[0]
    if what["gain"] is not None:
        what["gain"] = float(what["gain"])
    name = str(what["input"]).partition(":")[0]
    content = _content(what["input"])
    if content:
        what["input"] = [name, content]
    what["sources"] = [
        *_sources(what["cell"], what["activation"], what["init"]),
        *_source("inputs", name),
        *_source("losses", what["loss"]),
    ]
    what["meaning"] = MEANING
    return what


@cache
def input_of(spec: str) -> Input:
    """Return an input; a file is read once until :func:`forget`."""
    return parse(spec)


@cache
def _content(spec: str) -> str:
    """Return the fingerprint of what an input reads, empty where it reads nothing."""
    return input_of(spec).fingerprint()


def _sources(cell: str, activation: str | None, init: str | None) -> tuple[str, ...]:
    found = _source("cells", cell.partition(":")[0])
    if activation is not None:
        found += _source("activations", activation)
    if init is not None:
        found += _source("initializers", init)
    return found


@cache
def _source(room: str, name: str) -> tuple[str, ...]:
    text = catalog.external_source(room, name)
    if text is None:
        return ()
    return (f"{room} {name} {hashlib.sha256(text.encode()).hexdigest()}",)


def forget() -> None:
    """Read files of inputs and leaves anew; a sweep does so when it starts."""
    _source.cache_clear()
    input_of.cache_clear()
    _content.cache_clear()
