"""Rows out of the bare pages of an SQLite file, whatever state the file is in.

After https://www.sqlite.org/fileformat2.html, sections 1.5, 1.6 and 2.1. A row is a
*record*: the length of its head, a serial type for each column, then the values; what
does not fit on the page goes on along a chain of overflow pages. Records are looked for
by what their heads look like, anywhere on a page, so that a page whose own head is gone
gives its rows too. Most of what is found so is no row at all: the caller keeps what
its checksum proves.
"""

import re
import struct
from collections.abc import Iterator

from gradlab.store.pages import Pages


HEADS = re.compile(
    rb"(?="
    # points, records and sweeps start with a key of 32 letters: serial type 77
    rb"[\x05-\x20]\x4d"
    # measures: a name, and a manifest of 58 to 8,185 letters
    rb"|[\x03-\x06][\x0f-\x7f][\x81-\xff]"
    rb")",
    re.DOTALL,
)
WIDTHS = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
"""Bytes of serial types 0 to 9: nothing, integers, a float, and the numbers 0 and 1."""

LONGEST = 100_000_000
"""Bytes no row reaches."""


def rows(pages: Pages) -> Iterator[tuple]:
    """Yield everything that looks like a row, true ones and others."""
    for number in pages:
        page = pages[number]
        for head in HEADS.finditer(page):
            row = _row(pages, page, head.start())
            if row is not None:
                yield row


def _row(pages: Pages, page: bytes, start: int) -> tuple | None:
    """Return the row whose head begins at ``start``, or None."""
    try:
        end, at = _varint(page, start)
        types = []
        while at < start + end:
            kind, at = _varint(page, at)
            types.append(kind)
        if at != start + end or 10 in types or 11 in types:
            return None
        sizes = [_width(kind) for kind in types]
        payload = _payload(pages, page, start, end + sum(sizes))
        if payload is None:
            return None
        values, at = [], end
        for kind, size in zip(types, sizes, strict=True):
            values.append(_value(kind, payload[at : at + size]))
            at += size
    except (IndexError, UnicodeDecodeError):
        return None
    return tuple(values)


def _payload(pages: Pages, page: bytes, start: int, length: int) -> bytes | None:
    """Return a record's bytes, those on overflow pages too."""
    if length > LONGEST:
        return None
    here = _local(length, pages.size)
    if start + here > len(page):
        return None
    parts = [page[start : start + here]]
    left = length - here
    following = page[start + here : start + here + 4]
    while left:
        more = pages[int.from_bytes(following, "big")] if any(following) else b""
        part = more[4 : 4 + min(left, pages.size - 4)]
        if not part:
            return None
        parts.append(part)
        left -= len(part)
        following = more[:4]
    return b"".join(parts)


def _local(length: int, usable: int) -> int:
    """Return how much of a record stands on its own page (section 1.6)."""
    most = usable - 35
    if length <= most:
        return length
    least = (usable - 12) * 32 // 255 - 23
    share = least + (length - least) % (usable - 4)
    return share if share <= most else least


def _varint(page: bytes, at: int) -> tuple[int, int]:
    """Return a number of up to nine bytes, and where the next one begins."""
    value = 0
    for _ in range(8):
        byte = page[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at
    return value << 8 | page[at], at + 1


def _width(kind: int) -> int:
    return WIDTHS[kind] if kind < 10 else (kind - 12) // 2


def _value(kind: int, content: bytes) -> int | float | str | bytes | None:
    if kind == 0:
        return None
    if kind == 7:
        return _float(content)
    if kind < 10:
        return kind - 8 if kind >= 8 else int.from_bytes(content, "big", signed=True)
    return content.decode() if kind % 2 else content


def _float(content: bytes) -> float:
    return float(struct.unpack(">d", content)[0])
