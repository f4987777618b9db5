"""The pages of an SQLite file, with what its write-ahead log has committed over them.

After https://www.sqlite.org/fileformat2.html, sections 1.2, 1.3 and 4. For files that
SQLite itself cannot read any more, so nothing here is believed: whether a row is what
was written, its own checksum says.
"""

import struct
from collections.abc import Iterator
from pathlib import Path


USUAL = 4096
"""The page size of every store that was made with SQLite's defaults."""


class Pages:
    """Pages by their number, from 1; a page that is not there is empty.

    Attributes:
        size: bytes of a page.
    """

    def __init__(self, content: bytes, size: int, log: bytes = b"") -> None:
        self.size = size
        self._content = content
        self._over = dict(_committed(log, size))

    def __getitem__(self, number: int) -> bytes:
        if number in self._over:
            return self._over[number]
        return self._content[(number - 1) * self.size : number * self.size]

    def __iter__(self) -> Iterator[int]:
        """Go through the numbers of all pages there are."""
        last = -(-len(self._content) // self.size)
        yield from range(1, max([last, *self._over]) + 1)


def of_file(file: Path) -> list[Pages]:
    """Return a file's pages: of the size it says, the usual one, and the others."""
    content = file.read_bytes()
    log = file.with_name(f"{file.name}-wal")
    logged = log.read_bytes() if log.exists() else b""
    told = int.from_bytes(content[16:18], "big")
    told = 65536 if told == 1 else told
    sizes = [told, USUAL, *(1 << power for power in range(9, 17))]
    return [
        Pages(content, size, logged)
        for size in dict.fromkeys(sizes)
        if size in SIZES and size <= max(len(content), USUAL)
    ]


SIZES = frozenset(1 << power for power in range(9, 17))
LOG_HEAD, FRAME_HEAD = struct.Struct(">8I"), struct.Struct(">6I")


def _committed(log: bytes, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield the pages of a log's frames up to its last commit, later ones last.

    Frames of an earlier round, which still stand behind those of this one, are told by
    their salt. Their checksums are left out: rows have their own.
    """
    step = FRAME_HEAD.size + size
    starts = range(LOG_HEAD.size, len(log) - step + 1, step)
    heads = [FRAME_HEAD.unpack_from(log, start) for start in starts]
    if not heads:
        return
    salts = LOG_HEAD.unpack_from(log)[4:6]
    if salts != heads[0][2:4]:  # the log's own head is damaged
        salts = heads[0][2:4]
    same = next((i for i, head in enumerate(heads) if head[2:4] != salts), len(heads))
    ends = [i for i in range(same) if heads[i][1]]
    for i in range(ends[-1] + 1 if ends else 0):
        start = starts[i] + FRAME_HEAD.size
        yield heads[i][0], log[start : start + size]
