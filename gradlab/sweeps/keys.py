"""A point's key: a hash of what is computed, and of nothing else.

In it: every parameter, the contents of files of inputs and of weights (not their
paths), the source of
leaves from outside the package, dtype and kind of device. Not in it: paths, jobs,
measures. Ten keys are pinned by a test; when what a parameter means changes, raise
``MEANING``.
"""

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from gradlab import canonical_json, catalog
from gradlab.inputs import read_weights
from gradlab.inputs.base import Input, parse
from gradlab.tasks.base import Task
from gradlab.tasks.base import parse as parse_task


MEANING = 1
"""Rises when the same parameters come to mean other numbers."""


def key_of(params: Mapping[str, Any]) -> str:
    """Return the key of a point, 32 hexadecimal digits."""
    return digest(identity(params))


def digest(value: Any) -> str:
    """Return 32 hexadecimal digits of the SHA-256 of a value's JSON."""
    return hashlib.sha256(canonical_json.dumps(value).encode()).hexdigest()[:32]


def identity(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a key is the hash of."""
    what = dict(params)
    what["device"] = str(what["device"]).partition(":")[0]
    if what["gain"] is not None:
        what["gain"] = float(what["gain"])
    for axis, content in (("input", _content), ("task", _task_content)):
        spec = str(what.get(axis) or "")
        found = content(spec) if spec else ""
        if found:
            what[axis] = [spec.partition(":")[0], found]
    what.pop("weights", None)  # the path; weights_hash is what the file holds
    what["sources"] = [f"{leaf} {sha}" for leaf, sha in sources(params).items()]
    what["meaning"] = MEANING
    return what


@cache
def input_of(spec: str) -> Input:
    """Return an input; a file is read once until :func:`clear_caches`."""
    return parse(spec)


@cache
def task_of(spec: str) -> Task:
    """Return a task; a file is read once until :func:`clear_caches`."""
    return parse_task(spec)


@cache
def file_hash(file: str) -> str:
    """Return the SHA-256 of a file of weights.

    Raises:
        InputError: it cannot be read.
    """
    return hashlib.sha256(read_weights(file)).hexdigest()


@cache
def _content(spec: str) -> str:
    """Return the hash of what an input reads, empty where it reads nothing."""
    return input_of(spec).content_hash()


def _task_content(spec: str) -> str:
    return task_of(spec).content_hash()


def leaves(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (kind, name) of every leaf but measures that a point uses.

    Read from the text of the parameters, so that leaves need not be loaded.
    """
    # a point of a received store may have no cell; it then uses no leaf of one
    cell, _, options = str(params.get("cell", "")).partition(":")
    yield "cells", cell
    for option in options.split("+"):
        _, equals, value = option.partition("=")
        if equals:  # of a gate, or a number such as that of layers
            yield "activations", value
    for kind, axis in _AXES.items():
        if params.get(axis) is not None:
            yield kind, str(params[axis]).partition(":")[0]


_AXES = {
    "activations": "activation",
    "initializers": "init",
    "inputs": "input",
    "losses": "loss",
    "tasks": "task",
}


def sources(params: Mapping[str, Any]) -> dict[str, str]:
    """Return "KIND NAME" -> SHA-256 of the file, of a point's external leaves."""
    found = {leaf: source_hash(*leaf) for leaf in leaves(params)}
    return {" ".join(leaf): sha for leaf, sha in found.items() if sha}


@cache
def source_hash(kind: str, name: str) -> str:
    """Return the SHA-256 of an external leaf's file; empty for a built-in leaf."""
    if name not in catalog.names(kind):
        return ""
    text = catalog.external_source(kind, name)
    return "" if text is None else hashlib.sha256(text.encode()).hexdigest()


def clear_caches() -> None:
    """Clear what was read of input files and leaves; a sweep does so when it starts."""
    source_hash.cache_clear()
    input_of.cache_clear()
    task_of.cache_clear()
    _content.cache_clear()
    file_hash.cache_clear()
