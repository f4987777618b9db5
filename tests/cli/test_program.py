"""Commands on the screen run as they are printed, whatever the program is called by."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from gradlab.cli.program import COMMANDS, runnable


SCRIPT = f"#!{sys.executable}\nfrom gradlab.cli import main\n\nmain()\n"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The ``gradlab`` script as pip writes it, into a folder that no shell looks in."""
    script = tmp_path / "my env" / "bin" / "gradlab"
    script.parent.mkdir(parents=True)
    script.write_text(SCRIPT)
    script.chmod(0o755)
    return script


def shown(line: str, home: Path, **env: str) -> subprocess.CompletedProcess:
    """Run a line as a shell does."""
    return subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=home,
        capture_output=True,
        text=True,
        env=os.environ | env,
        timeout=240,
        check=False,
    )


def test_by_its_path_the_next_command_has_it(installed, tmp_path):
    first = shown("'my env/bin/gradlab' list", tmp_path)
    assert first.returncode == 0, first.stderr
    lines = [line for line in first.stdout.splitlines() if "one leaf" in line]
    (command,) = (line.partition("detail")[2].strip() for line in lines)
    assert command == "'my env/bin/gradlab' list cells lstm"
    assert shown(command, tmp_path).returncode == 0
    error = shown(f"{shlex.quote(str(installed))} status nowhere", tmp_path)
    said = " ".join(error.stderr.split())
    assert "Try 'my env/bin/gradlab' sweep --out nowhere" in said


def test_found_by_the_shell_it_is_its_name(installed, tmp_path):
    path = f"{installed.parent}{os.pathsep}{os.environ['PATH']}"
    found = shown("gradlab list", tmp_path, PATH=path)
    assert "detail     gradlab list cells lstm" in found.stdout


def test_elsewhere_the_path_is_whole(installed, tmp_path):
    (tmp_path / "away").mkdir()
    line = f"{shlex.quote(str(installed))} list"
    assert f"'{installed}' list cells" in shown(line, tmp_path / "away").stdout


@pytest.mark.slow
def test_what_a_sweep_prints_last_runs(installed, tmp_path):
    small = "--hidden=4 --length=8 --seeds=1 --features=4 --format=html"
    swept = shown(f"'my env/bin/gradlab' sweep --cell=rnn {small}", tmp_path)
    assert swept.returncode == 0, swept.stderr
    after = swept.stdout.partition("next   ")[2].splitlines()
    commands = [line.strip().split("  ")[0] for line in after]
    assert len(commands) > 1
    (tmp_path / "yourfile.txt").write_text("A text to read. " * 100)
    for command in commands:
        more = small if " sweep " in command else ""
        run = command.replace("--open", "--format html")
        done = shown(f"{run} {more}", tmp_path)
        assert done.returncode == 0, (command, done.stderr)


@pytest.mark.parametrize("name", COMMANDS)
def test_only_commands_are_written_anew(name, monkeypatch):
    monkeypatch.setattr("sys.argv", ["/opt/gradlab"])
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert runnable(f"Try gradlab {name} x") == f"Try /opt/gradlab {name} x"
    for text in (
        "a folder that gradlab made",
        f"reports/gradlab {name}",
        f"my-gradlab {name}",
        f"gradlab {name}ly",
    ):
        assert runnable(text) == text
