"""The folder of a diagnosis' report: its name, and what in it may be replaced.

Two diagnoses that differ in anything that changes the answer have folders of their own;
the same command again replaces its own report, unless that was edited since. A folder
names the command that its report is of, in a hidden file.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from gradlab import outputs, regular_file
from gradlab.errors import StoreError
from gradlab.report.checksums import digest
from gradlab.shell_text import join, quote
from gradlab.store.folder import DIAGNOSIS, free_name, is_replaceable
from gradlab.store.schema import FILE_NAME


LONGEST = 50
"""Characters of a name, so that the path of a report fits a line of a terminal.

A longer one ends in a hash of target and options; so does one of other characters than
names and numbers: two paths may read alike without their slashes and spaces.
"""

_OF_THE_ANSWER = {
    *("app_dir", "checkpoint", "batch", "shape", "loss"),
    *("evaluation", "sequences", "no_remedies", "seed", "device"),
}

Given = Sequence[tuple[str, ...]]
"""Options with their values as typed, a flag alone, in the order of the help."""


def given_options(command: click.Command, options: Mapping[str, Any]) -> Given:
    """Return the options that change the answer, whatever order they came in."""
    given: list[tuple[str, ...]] = []
    for param in command.params:
        value = options.get(str(param.name))
        if param.name not in _OF_THE_ANSWER or value in (None, False, param.default):
            continue
        flag = value is True
        given.append((param.opts[0],) if flag else (param.opts[0], str(value)))
    return given


def name(target: str, given: Given) -> str:
    """Return the name of a diagnosis' folder.

    >>> name("model.py:Net", [("--input", "32x100x16")])
    'model-Net-input-32x100x16'
    >>> name("src/my model.py:build", [])
    'my-model-build-6beaf1'
    """
    place, _, attribute = target.rpartition(":")
    place = place.removesuffix(".py")
    words = [place, attribute, *(word for option in given for word in option)]
    words = [word.removeprefix("--") for word in words]
    last = re.split(r"[/\\]", place)[-1]
    text = re.sub(r"[^\w.]+", "-", "-".join([last, *words[1:]])).strip("-.")
    plain = all(re.fullmatch(r"[\w.:]+|no-remedies|app-dir", word) for word in words)
    if plain and len(text) <= LONGEST:
        return text
    end = hashlib.sha256(repr((target, *given)).encode()).hexdigest()[:6]
    return f"{_whole_words(text, LONGEST - 7) or 'diagnosis'}-{end}"


def _whole_words(text: str, most: int) -> str:
    """Return the first words of a name, a long first one cut."""
    if len(text) > most and text[most] != "-" and "-" in text[:most]:
        text = text[:most].rpartition("-")[0]
    return text[:most].rstrip("-.")


class ReportFolder:
    """A folder with the report of one diagnosis."""

    def __init__(self, folder: Path, target: str, given: Given) -> None:
        """Name the diagnosis that is to be reported.

        Args:
            folder: it may not exist yet.
            target: as typed.
            given: of :func:`given_options`.
        """
        words = [word for option in given for word in option]
        self.folder = folder
        self._command = ["gradlab", "diagnose", target, *words]
        # the same words elsewhere name other files
        self._place = os.path.relpath(Path.cwd(), folder.resolve())

    def refuse_others(self, formats: Sequence[str]) -> None:
        """Refuse to replace anything but this diagnosis' own report, as it was written.

        Raises:
            StoreError: the folder holds results of a sweep, or the report of another
                diagnosis; a file was edited since, or is not gradlab's.
        """
        if (self.folder / FILE_NAME).exists():
            raise StoreError(
                got=f"{self.folder}, which holds the results of a sweep",
                expected="a folder of its own for the diagnosis",
                try_=f"--out {quote(f'{self.folder}-diagnosis')}",
            )
        record = self._read()
        if record and not self._is_own(record):
            if any((self.folder / file).exists() for file in record["sha256"]):
                raise self._another(f"of {join(record['command'])}")
            record = None
        for file in (self.folder / f"report.{form}" for form in formats):
            if file.is_symlink() or not file.exists():  # a link is itself replaced
                continue
            if not is_replaceable(file):
                raise _edited(file)
            if record is None:
                raise self._another("of something else")
            if digest(regular_file.read_bytes(file)) != record["sha256"].get(file.name):
                raise _edited(file)

    def add(self, files: Sequence[Path]) -> None:
        """Record files that were written.

        Raises:
            OSError: the folder cannot be written.
        """
        record = self._read()
        known = record["sha256"] if record and self._is_own(record) else {}
        new = {file.name: digest(regular_file.read_bytes(file)) for file in files}
        text = json.dumps(
            {
                "command": self._command,
                "from": self._place,
                "sha256": {**known, **new},
            },
            indent=1,
        )
        outputs.write(self.folder / DIAGNOSIS, text.encode())

    def _read(self) -> dict[str, Any] | None:
        """Return the record; None where there is none that gradlab wrote."""
        file = self.folder / DIAGNOSIS
        try:
            record = json.loads(regular_file.read_text(file))
            whole = (
                isinstance(record["command"], list)
                and isinstance(record["from"], str)
                and isinstance(record["sha256"], dict)
            )
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return None
        return record if whole and not file.is_symlink() else None

    def _is_own(self, record: Mapping[str, Any]) -> bool:
        return (record["command"], record["from"]) == (self._command, self._place)

    def _another(self, whose: str) -> StoreError:
        return StoreError(
            got=f"{self.folder}, which holds the report {whose}",
            expected="a folder of its own for each diagnosis",
            try_=f"--out {quote(free_name(self.folder, 'new'))}",
        )


def _edited(file: Path) -> StoreError:
    return StoreError(
        got=f"{file}, which gradlab did not write, or which was edited since",
        expected="no file of that name but gradlab's own, which it writes anew",
        try_=join(["mv", file, file.with_name(f"my_{file.name}")]),
    )
