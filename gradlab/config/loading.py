"""Reading a sweep: a TOML file, a built-in one, or a dict; with options over it."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gradlab import catalog, regular_file
from gradlab.axes import OF_TRAINED
from gradlab.config import builtin, toml, validators
from gradlab.config.mistakes import OPTIONS, ConfigMistakes
from gradlab.config.schema import Config, Grid
from gradlab.config.sweep import Sweep, resolve
from gradlab.errors import ConfigError, UnknownNameError


def load(
    source: str | Path | Mapping[str, Any] | None = None,
    *,
    axes: Mapping[str, Any] | None = None,
    seeds: int | list[int] | None = None,
    first_seed: int | None = None,
    load: Iterable[str | Path] = (),
    grids: Iterable[str] | None = None,
    **settings: Any,
) -> Sweep:
    """Return the sweep that is meant.

    Args:
        source: a TOML file, the name of a built-in sweep, a dict as a TOML would give
            it, or None: the built-in ``default``, or, where ``axes`` are given, one
            grid around the baseline.
        axes: values of axes, set so in every grid.
        seeds: a count or a list, for every grid.
        first_seed: where counts of seeds begin.
        load: files whose leaves take part, in addition to those the config names. A
            TOML file names files beside it.
        grids: names of grids; the others are left out. All where it is None.
        **settings: other keys of a config, over those of ``source``.

    Raises:
        ConfigError: everything that is wrong, with its path.
        UnknownNameError: no built-in sweep, or no grid, of that name.
        InputError: a file of leaves or of inputs that cannot be used.
    """
    raw, where = _raw(source, bool(axes))
    file = _file(source)
    own = [_beside(file, name) for name in _own_files(raw, where)]
    files = [*own, *(os.path.abspath(name) for name in load)]
    loaded = [leaf for file in files for leaf in catalog.load_file(file)]
    over = {k: v for k, v in {**(axes or {}), "seeds": seeds}.items() if v is not None}
    extra = {"first_seed": first_seed, **settings}
    extra = {key: value for key, value in extra.items() if value is not None}
    _validated({**over, **extra}, OPTIONS)
    _override(raw, over)
    raw |= extra
    if files:
        raw["load"] = list(dict.fromkeys(files))
    config = _validated(raw, where)
    named = settings.get("measures") is not None
    more = tuple(dict.fromkeys(name for room, name in loaded if room == "measures"))
    if grids is not None:
        config = _only(config, list(grids), {*over, *extra})
    sweep = resolve(config, everywhere=named, more=() if named else more)
    return replace(sweep, file=file)


def _only(config: Config, names: list[str], given: set[str]) -> Config:
    """Return a config without its other grids, which then forbid no option.

    Nor does it need what it says of training where no grid is left that trains; what
    options say stays, to be refused.

    Raises:
        UnknownNameError: there is no such grid.
        ConfigError: no name.
    """
    by_default = config.name or "sweep"
    tables = config.grid or [Grid()]
    known = list(dict.fromkeys(table.name or by_default for table in tables))
    for name in names:
        if name not in known:
            raise UnknownNameError.among("grid", name, known)
    if not names:
        raise ConfigError(
            got="no name of a grid",
            expected=f"some of {', '.join(known)}",
            try_=f"--grid {known[0]}",
        )
    kept = [table for table in config.grid if (table.name or by_default) in names]
    trains = any(table.task or config.task for table in kept)
    unused = [name for name in OF_TRAINED if not trains and name not in given]
    return config.model_copy(update={"grid": kept, **dict.fromkeys(unused)})


def _validated(raw: Mapping[str, Any], where: str) -> Config:
    try:
        return Config.model_validate(raw)
    except UnicodeEncodeError as error:
        raise ConfigError(
            got=f"{error.object!r} in {where}, which cannot be read",
            expected="text that is UTF-8",
            try_="another name for a file whose name is not",
        ) from error
    except ValidationError as error:
        raise ConfigMistakes.of(where, error, {"": Config, "grid": Grid}) from None


def _raw(
    source: str | Path | Mapping[str, Any] | None, has_axes: bool
) -> tuple[dict[str, Any], str]:
    """Return a config as written, and what to call it in a message."""
    if isinstance(source, Mapping):
        return _copy(source), "the sweep"
    if source is None:
        source = None if has_axes else "default"
    if source is None:
        return {"name": "sweep"}, OPTIONS
    path = _file(source)
    if path is None:
        return builtin.read(str(source)), f"the built-in {source}"
    if path.suffix != ".toml" and not _exists(path):
        raise UnknownNameError.among("sweep", str(source), builtin.names())
    return _toml(path), path.name


def _file(source: str | Path | Mapping[str, Any] | None) -> Path | None:
    """Return the TOML file that is meant; None where a sweep comes from elsewhere."""
    if source is None or isinstance(source, Mapping) or str(source) in builtin.names():
        return None
    return Path(source)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long for a name, or with NUL
        return False


def _toml(path: Path) -> dict[str, Any]:
    raw = read_toml(path, try_="gradlab sweep, which needs none")
    is_name = validators.is_name(path.stem)
    raw.setdefault("name", path.stem if is_name else "sweep")
    return raw


def read_toml(path: Path, try_: str) -> dict[str, Any]:
    """Return what a TOML file says.

    Raises:
        ConfigError: it cannot be read; ``try_`` says what to do instead.
    """
    try:
        return toml.loads(regular_file.read_text(path, toml.LARGEST))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            got=f"{path}: {getattr(error, 'strerror', None) or 'not UTF-8 text'}",
            expected="a TOML file that can be read",
            try_=try_,
        ) from error
    except toml.TOMLDecodeError as error:
        raise ConfigError(
            got=f"{path.name}: {error}",
            expected='TOML, as in  cell = ["rnn", "lstm"]',
            try_="gradlab list, which names what may stand there",
        ) from error


def _copy(source: Mapping[str, Any]) -> dict[str, Any]:
    raw = dict(source)
    if isinstance(raw.get("grid"), list | tuple):
        raw["grid"] = [dict(g) if isinstance(g, Mapping) else g for g in raw["grid"]]
    return raw


def _override(raw: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Set keys at the top and take them out of the grids."""
    raw.update(values)
    for table in raw.get("grid", ()) if isinstance(raw.get("grid"), list) else ():
        if isinstance(table, dict):
            for key in values:
                table.pop(key, None)


def _beside(file: Path | None, name: str) -> str:
    """Return the absolute path of what a TOML file, if there is one, names."""
    return os.path.abspath(name if file is None else file.parent / name)


def _own_files(raw: Mapping[str, Any], where: str) -> list[str]:
    files = raw.get("load", [])
    if not isinstance(files, list) or not all(isinstance(f, str) for f in files):
        raise ConfigError(
            got=f"load = {files!r} in {where}",
            expected="a list of Python files",
            try_='load = ["mycell.py"]',
        )
    return list(files)
