"""A runner for commands, and an empty folder to run them in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gradlab.cli import main


Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(home: Path) -> Run:
    """Run a command as typed; an unexpected exception fails the test."""

    def invoke(*words: str, code: int | None = 0, **settings: object) -> Result:
        result = CliRunner().invoke(
            main, [str(word) for word in words], prog_name="gradlab", **settings
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert code is None or result.exit_code == code, result.output
        return result

    return invoke
