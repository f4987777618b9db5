"""Check rows of a store as data from a stranger: types, texts, sizes, names.

A checksum says that a row is as it was written, not who wrote it. Every reader gets
its rows through :func:`gradlab.store.reading.rows`, which refuses what fails here, so
that no other code has to doubt what a row holds.
"""

import math
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args, get_type_hints

import numpy as np
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from gradlab import canonical_json
from gradlab.labelled import RECORD_AXES
from gradlab.requirement import BLOCKS
from gradlab.shell_text import is_command, is_visible
from gradlab.store.schema import ROWS, MeasureRow, PointRow, RecordRow, SweepRow


def problem(row: PointRow | RecordRow | SweepRow | MeasureRow) -> str | None:
    """Return what of a row gradlab would not have written; None where all is well."""
    for name, expected in _TYPES[type(row)].items():
        value = getattr(row, name)
        if type(value) not in expected:
            return f"{name} that is no {expected[0].__name__}"
        if isinstance(value, float) and not math.isfinite(value):
            return f"{name} that is not finite"
    for name, reader in _READERS[type(row)].items():
        if not reader(getattr(row, name)):
            return f"{name} of another form"
    if isinstance(row, RecordRow) and not _fits(row):
        return "sizes that do not fit each other"
    return None


_TYPES: dict[Any, dict[str, tuple[type, ...]]] = {
    row: {name: get_args(hint) or (hint,) for name, hint in get_type_hints(row).items()}
    for row in ROWS.values()
}
"""Table's rows -> column -> types its values may have."""


def _is_date(text: str) -> str:
    datetime.fromisoformat(text)
    return text


def _is_command(text: str) -> str:
    if text and not is_command(text):
        raise ValueError("no command of gradlab")
    return text


VISIBLE = (
    r"^[^\p{Cc}\p{Zl}\p{Zp}\u{61c}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}]*$"
)
"""What :func:`gradlab.shell_text.is_visible` says, for pydantic, which is faster."""

Word = Annotated[str, StringConstraints(max_length=4096, pattern=VISIBLE)]
"""A name or a path."""

Key = Annotated[str, StringConstraints(pattern=r"^[a-z_]+$", max_length=60)]
"""Of a TOML table: bare, so that it can be written as it is."""

Count = Annotated[int, Field(ge=0, le=10**9)]
Whole = Annotated[int, Field(ge=-(2**63), le=2**63)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Scalar = None | bool | Whole | Number | Word
Date = Annotated[Word, AfterValidator(_is_date)]
Command = Annotated[Word, AfterValidator(_is_command)]
Requested = tuple[Whole, Word, Word, Literal[BLOCKS]]  # type: ignore[valid-type]
Computed = tuple[
    Whole, Word, Word, Literal[BLOCKS], list[Word]  # type: ignore[valid-type]
]
Axis = Literal[RECORD_AXES]  # type: ignore[valid-type]


class Params(BaseModel):
    """Axes and settings of a point; others than these are taken as they are."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[Key, Scalar]

    cell: Word
    seed: Count
    hidden: Count | None = None
    length: Count | None = None
    features: Count | None = None
    sequences: Count | None = None
    burn_in: Count | None = None
    gain: Number | None = None
    forget_bias: Number | Word | None = None
    input_bias: Number | Word | None = None


class Check(BaseModel):
    """One comparison of closed forms with autograd."""

    kind: Word = ""
    error: Number | None = None
    compared: Count | None = None
    conveyor: Number | None = None
    conveyor_compared: Count | None = None


class Meta(BaseModel):
    """Facts about the runs of a sweep."""

    model_config = ConfigDict(extra="allow")

    name: Word | None = None
    question: str = ""
    command: Command = ""
    request: Command = ""
    started: Date | Number | None = None
    finished: Date | Number | None = None
    seconds: Annotated[Number, Field(ge=0)] | None = None
    thresholds: Annotated[list[Number], Field(min_length=4, max_length=4)] | None = None
    versions: dict[Word, Word] = Field(default_factory=dict)
    verification: list[Check] = Field(default_factory=list)
    sources: dict[Annotated[Word, StringConstraints(pattern=r"^\S+ \S+$")], Word] = (
        Field(default_factory=dict)
    )


class Requests(BaseModel):
    """A sweep's config, resolved."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[Key, Scalar | list[Scalar]]

    name: Word = ""
    question: str = ""
    load: list[Word] = Field(default_factory=list)
    thresholds: list[Number] | None = None
    grid: list[dict[Key, Scalar | list[Scalar]]] = Field(default_factory=list)


def _reader(form: Any) -> Callable[[str], bool]:
    """Return whether a text is JSON of a form; equal texts are parsed once."""
    adapter = TypeAdapter(form)

    @lru_cache(maxsize=256)
    def is_valid(text: str) -> bool:
        try:
            adapter.validate_json(text, strict=True)
        except (ValidationError, ValueError, RecursionError):
            return False
        return True

    return is_valid


_COORDS = TypeAdapter(list[tuple[Axis, list[Whole | Number | Word] | dict[str, Whole]]])
_SHAPE = TypeAdapter(Annotated[list[Count], Field(min_length=1, max_length=5)])


@lru_cache(maxsize=1024)
def _shape_of(coords: str) -> tuple[int, ...] | None:
    """Return the lengths of a record's axes; None where they are no axes."""
    try:
        axes = _COORDS.validate_json(coords, strict=True)
    except (ValidationError, ValueError):
        return None
    lengths = []
    for _, axis in axes:
        if isinstance(axis, dict):
            if set(axis) != {"from", "to"} or axis["to"] < axis["from"]:
                return None
            lengths.append(axis["to"] - axis["from"] + 1)
        else:
            lengths.append(len(axis))
    return tuple(lengths) if len({name for name, _ in axes}) == len(axes) else None


def _fits(row: RecordRow) -> bool:
    """Whether a record's bytes, shape and coordinates are of the same sizes."""
    try:
        shape = _SHAPE.validate_json(row.shape, strict=True)
    except (ValidationError, ValueError):
        return False
    return (
        row.dtype == "<f8"
        and shape[0] in (1, 2)
        and math.prod(shape) * 8 == len(row.blob)
        and _shape_of(row.coords) == tuple(shape[1:])
        and _names_words(row, shape[0])
    )


def _names_words(row: RecordRow, parts: int) -> bool:
    """Whether the values of a record with words are places among these."""
    count = len(canonical_json.loads(row.words))
    values = np.frombuffer(row.blob, row.dtype)[: len(row.blob) // 8 // parts]
    return not count or bool(np.isin(values, range(count)).all())


def _is_word(text: str) -> bool:
    return len(text) <= 4096 and is_visible(text)


_object = _reader(dict[str, JsonValue])

_READERS: dict[type, dict[str, Callable[[str], bool]]] = {
    PointRow: {
        "key": _is_word,
        "status": ("missing", "done", "failed").__contains__,
        "params": _reader(Params),
        "computed": _reader(dict[Word, Computed]),
        "checksums": _reader(dict[Word, Whole]),
    },
    RecordRow: {
        "key": _is_word,
        "measure": _is_word,
        "unit": _is_word,
        "words": _reader(list[Word]),
    },
    SweepRow: {
        "id": _is_word,
        "config": _reader(Requests),
        "keys": _reader(list[tuple[Word, list[Word]]]),
        "requirements": _reader(dict[Word, dict[Word, Requested]]),
        "meta": _reader(Meta),
    },
    MeasureRow: {"name": _is_word, "manifest": _object},
}
"""Table's rows -> column -> whether its text is of the right form."""
