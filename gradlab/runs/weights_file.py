"""The file of weights that a training writes, and beside it where it was stopped."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradlab import canonical_json, outputs, regular_file
from gradlab.arguments import describe
from gradlab.errors import ConfigError
from gradlab.shell_text import quote
from gradlab.sweeps.keys import identity
from gradlab.sweeps.points import Point


SUFFIX = ".checkpoint"
_SHOWN = 3


@dataclass(frozen=True)
class WeightsFile:
    """Where the weights of one training go.

    The checkpoint beside it is removed when the training is done.

    Attributes:
        path: of the weights.
    """

    path: Path

    @property
    def checkpoint(self) -> Path:
        """The file that says where a stopped training stood."""
        return self.path.with_name(self.path.name + SUFFIX)

    def check(self, inputs: Iterable[Path]) -> None:
        """Refuse a file that cannot be written, or is read.

        Raises:
            ConfigError: no such folder; a folder; one of ``inputs``.
        """
        if not self.path.parent.is_dir():
            raise ConfigError(
                got=f"--out {self.path}, in a folder that is not there",
                expected="a file in a folder that is",
                try_=f"mkdir -p {quote(self.path.parent)}",
            )
        if self.path.is_dir():
            raise ConfigError(
                got=f"--out {self.path}, which is a folder",
                expected="a file for the weights",
                try_=f"--out {quote(self.path / 'net.pt')}",
            )
        for output in (self.path, self.checkpoint):
            outputs.refuse_inputs(output, inputs)

    def stopped(self, point: Point) -> bytes | None:
        """Return where a training of this network was stopped; None where none was.

        Raises:
            ConfigError: it is of another network, or damaged.
            OSError: it cannot be read.
        """
        try:
            data = regular_file.read_bytes(self.checkpoint)
        except FileNotFoundError:
            return None
        there, state = _unpacked(data)
        if there is None:
            raise self.refused("which is damaged, or no checkpoint of gradlab")
        here = _identity(point)
        if there != here:
            raise self.refused(f"of another network: {_difference(there, here)}")
        return state

    def keep(self, point: Point, state: bytes) -> None:
        """Write where a training stands.

        Raises:
            OSError: it cannot be written.
        """
        head = {"of": _identity(point), "sha256": hashlib.sha256(state).hexdigest()}
        first = canonical_json.dumps(head).encode()
        outputs.write(self.checkpoint, first + b"\n" + state)

    def write(self, weights: bytes) -> None:
        """Write the weights.

        Raises:
            OSError: they cannot be written.
        """
        outputs.write(self.path, weights)

    def forget(self) -> None:
        """Remove the checkpoint of a training that is done."""
        self.checkpoint.unlink(missing_ok=True)

    def refused(self, what: str) -> ConfigError:
        """Return the error for a checkpoint that this training cannot go on from."""
        return ConfigError(
            got=f"{self.checkpoint}, {what}",
            expected="none, or that of a training stopped under the same options",
            try_=f"another --out, or rm {quote(self.checkpoint)} to begin anew",
        )


def _identity(point: Point) -> dict[str, Any]:
    return dict(canonical_json.loads(canonical_json.dumps(identity(point.params()))))


def _unpacked(data: bytes) -> tuple[dict[str, Any] | None, bytes]:
    """Return whose checkpoint it is, None where it is damaged, and its state."""
    first, _, state = data.partition(b"\n")
    try:
        head = canonical_json.loads(first.decode())
        intact = head["sha256"] == hashlib.sha256(state).hexdigest()
        return (dict(head["of"]) if intact else None), state
    except (ValueError, KeyError, TypeError, RecursionError):
        return None, state


def _difference(there: Mapping[str, Any], here: Mapping[str, Any]) -> str:
    """Return in what two networks differ: ``hidden 8 there, 16 here``."""
    names = [n for n in {**there, **here} if there.get(n) != here.get(n)]
    parts = [
        f"{name} {describe(there.get(name))} there, {describe(here.get(name))} here"
        for name in names[:_SHOWN]
    ]
    more = len(names) - _SHOWN
    return "; ".join([*parts, *([f"{more} more"] if more > 0 else [])])
