"""Class attributes of leaves (plug-in classes), available without importing torch.

The parent process of a sweep needs the options of cells and the versions of measures,
but importing them imports torch, which takes seconds. So the class attributes of all
built-in leaves are collected once by another process and cached as JSON next to the
bytecode. As for bytecode, sizes and modification times of the sources (here of the
whole package, since an attribute may come from a base class or a constant) decide
whether the cache is valid. Where it cannot be written, each process collects anew.
"""

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from gradlab.catalog import registry
from gradlab.catalog.kinds import KINDS, PACKAGE, base_of, files


def metadata(kind: str, name: str) -> Mapping[str, Any]:
    """Return the class attributes of a leaf that JSON can express, by name.

    Inherited ones are included; tuples become lists. Two more entries: ``summary``, the
    first line of the docstring, and ``settings``, its dataclass fields with defaults.
    Does not import a built-in leaf unless torch is imported already.

    Raises:
        UnknownNameError: with the closest spelling among that kind.
    """
    name = registry.resolve(kind, name)
    if "torch" not in sys.modules and registry.external_source(kind, name) is None:
        cached = _cached().get(f"{kind} {name}")
        if cached is not None:
            return cached
    return _describe(kind, registry.get(kind, name))


def collect() -> dict[str, dict[str, Any]]:
    """Import all built-in leaves; return the metadata of each by ``"KIND NAME"``.

    A leaf that cannot be imported is left out: :func:`metadata` of it raises the error.
    """
    found = {}
    for kind in KINDS:
        for name in files(kind):
            with suppress(Exception):
                found[f"{kind} {name}"] = _describe(kind, registry.get(kind, name))
    return found


def _describe(kind: str, leaf: type) -> dict[str, Any]:
    base = base_of(kind)
    assert base is not None
    attributes: dict[str, Any] = {}
    for part in reversed(leaf.__mro__):
        if issubclass(part, base):
            attributes |= vars(part)
    plain = {
        key: value
        for key, value in attributes.items()
        if not key.startswith("_") and _is_plain(value)
    }
    plain["summary"] = (leaf.__doc__ or "").partition("\n")[0]
    fields = dataclasses.fields(leaf) if dataclasses.is_dataclass(leaf) else ()
    plain["settings"] = {field.name: _default(field) for field in fields}
    return json.loads(json.dumps(plain))


def _default(field: dataclasses.Field) -> Any:
    """Return a field's default, or the name of its type where JSON has no such value.

    A fingerprint of settings must not change from process to process, as the text of
    an object with its address does.
    """
    value = field.default
    if field.default_factory is not dataclasses.MISSING:
        value = field.default_factory()
    return value if _is_plain(value) else type(value).__qualname__


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(k, str) and _is_plain(v) for k, v in value.items())
    return value is None or isinstance(value, bool | int | float | str)


@cache
def _cached() -> dict[str, dict[str, Any]]:
    """Return what :func:`collect` does from the cache, renewed if out of date."""
    file = Path(cache_from_source(__file__)).with_name("metadata.json")
    sources = _sources()
    with suppress(OSError, ValueError, KeyError):
        cached = json.loads(file.read_text(encoding="utf-8"))
        if cached["sources"] == sources:
            return cached["leaves"]
    leaves = _collect_elsewhere()
    if leaves:
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            unfinished = file.with_name(f"metadata.{os.getpid()}.tmp")
            unfinished.write_text(json.dumps({"sources": sources, "leaves": leaves}))
            unfinished.replace(file)
    return leaves


def _sources() -> dict[str, list[int]]:
    """Return size and modification time (ns) of each of the package's files."""
    status = {str(path): path.stat() for path in PACKAGE.rglob("*.py")}
    return {path: [one.st_size, one.st_mtime_ns] for path, one in status.items()}


def _collect_elsewhere() -> dict[str, dict[str, Any]]:
    """Run :func:`collect` in another Python process; return nothing if that fails."""
    program = (
        "import json; from gradlab.catalog.metadata import collect;"
        "print(json.dumps(collect()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=False,
        cwd=PACKAGE.parent,
        text=True,
    )
    return {} if done.returncode else json.loads(done.stdout.splitlines()[-1])
