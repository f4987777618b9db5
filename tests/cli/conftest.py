"""A runner for commands, an empty folder, and sweeps without worker processes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gradlab.catalog import registry
from gradlab.cli import main
from tests.cli.inline import InlinePool, measure_inline


Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder; nothing forced by the environment, nothing loaded."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(registry, "EXTERNAL", {})
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def run(home: Path) -> Run:
    """Run a command as typed; an unexpected exception fails the test."""

    def invoke(*words: object, code: int | None = 0) -> Result:
        arguments = [str(word) for word in words]
        result = CliRunner().invoke(main, arguments, prog_name="gradlab")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert code is None or result.exit_code == code, result.output
        return result

    return invoke


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> type[InlinePool]:
    """Sweeps measure in this process, and reports are not drawn."""
    measure_inline(monkeypatch)
    return InlinePool


SMALL = (
    "--cell=lstm",
    "--hidden=8",
    "--length=8",
    "--features=4",
    "--sequences=2",
    "--seeds=1",
    "--no-verify",
    "--jobs=1",
)
"""A sweep of one small point."""


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small sweep as it is without more options."""
    folder = tmp_path_factory.mktemp("base") / "base"
    with pytest.MonkeyPatch.context() as monkeypatch:
        measure_inline(monkeypatch)
        words = ["sweep", *SMALL, f"--out={folder}"]
        assert CliRunner().invoke(main, words).exit_code == 0
    return folder


@pytest.fixture
def sweep(run: Run, inline: type[InlinePool]) -> Run:
    """Run a small sweep in this process, with more options or others."""

    def invoke(*words: object, code: int | None = 0) -> Result:
        given = {str(word).partition("=")[0] for word in words}
        small = [word for word in SMALL if word.partition("=")[0] not in given]
        return run("sweep", *small, *words, code=code)

    return invoke
