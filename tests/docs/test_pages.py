"""Every code block on every page runs."""

from __future__ import annotations

import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

import gradlab
from docs.tables import PAGES as MADE
from gradlab import api
from gradlab.catalog import registry
from gradlab.cli import main
from gradlab.cli.program import COMMANDS
from tests.cli.inline import InlinePool, measure_inline
from tests.docs.pages import MAKEFILE, ROOT, Session, blocks, shell_lines, small_load


DOCS = ROOT / "docs"
PAGES = {
    path.name: path.read_text(encoding="utf-8")
    for path in (
        *sorted(DOCS.glob("*.md")),
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
    )
}
MODEL = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(16, 8, batch_first=True)
        self.head = nn.Linear(8, 1)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


def build():
    return Net()


def batch():
    return torch.randn(4, 30, 16), torch.zeros(4, 1)


def loss(output, batch):
    return nn.functional.mse_loss(output, batch[1])
"""
FILES = {
    "model.py": MODEL,
    "data.py": MODEL,
    "app/model.py": MODEL,
    "big.toml": 'cell = ["rnn", "gru"]\n',
    "wide.toml": 'cell = ["rnn", "gru"]\n',
    "yourfile.txt": "to be or not to be, that is the question " * 9,
    "machines.txt": "localhost\n",
    "cluster.json": '{"address": "tcp://localhost:8786"}',
    "gradlab/activations/mine.py": (
        (ROOT / "gradlab" / "activations" / "softsign.py")
        .read_text(encoding="utf-8")
        .replace("softsign", "mine")
    ),
}
"""What a reader of the pages has lying about."""


class SomeCluster:
    """Stands for a cluster of Slurm or Kubernetes."""

    scheduler_address = "tcp://localhost:8786"

    def __init__(self, **settings: Any) -> None:
        self.settings = settings

    def adapt(self, maximum_jobs: int) -> None:
        """Grow and shrink."""


class InlineCluster(InlinePool):
    """Stands for the workers of a Dask cluster."""

    threads, memory = 1, None

    def __init__(self, *arguments: Any) -> None:
        super().__init__(1, ())


def user_model() -> Any:
    """Return a model of the class in MODEL."""
    names: dict[str, Any] = {}
    exec(MODEL, names)
    return names["Net"]()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A reader's folder; sweeps are small and run in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setattr(registry, "EXTERNAL", {})
    measure_inline(monkeypatch)
    monkeypatch.setattr("gradlab.runs.forecast.ProcessPool", InlinePool)
    monkeypatch.setattr("gradlab.config.loading.load", small_load)
    monkeypatch.setattr(api, "load_sweep", small_load)
    monkeypatch.setattr("gradlab.runs.run.Cluster", InlineCluster)
    for chosen in ("expand", "everything"):  # one quick row in place of many
        monkeypatch.setattr(
            f"gradlab.reproductions.choice.{chosen}", lambda _: ["seed-09-candidate"]
        )
    for name, cluster in (
        ("dask_jobqueue", "SLURMCluster"),
        ("dask_kubernetes.operator", "KubeCluster"),
    ):
        module = types.ModuleType(name)
        setattr(module, cluster, SomeCluster)
        monkeypatch.setitem(sys.modules, name, module)
        package = name.partition(".")[0]
        monkeypatch.setitem(sys.modules, package, sys.modules.get(package, module))
    for name, text in FILES.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    torch.save(user_model().state_dict(), "model.pt")
    torch.save((torch.randn(4, 30, 16), torch.zeros(4, 1)), "batch.pt")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    Path("README.md").write_text(PAGES["README.md"], encoding="utf-8")
    Path("experiments").symlink_to(ROOT / "experiments")
    before = set(sys.modules)
    yield
    for name in {"model", "data", "app", "app.model"} - before:
        sys.modules.pop(name, None)


TRAINING = {"my_lstm_forgets.md", "remedies.md"}
"""Pages that train networks, which takes a quarter of a minute."""


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if name in TRAINING else ())
        for name in PAGES
        if blocks(PAGES[name])
    ],
)
def test_the_code_of_a_page_runs(name: str) -> None:
    session = Session(name)
    if name != "get_started.md" and "reports/quick" in PAGES[name]:
        session.call_gradlab(["sweep", "quick"])
    for block in blocks(PAGES[name]):
        session.run(block)


@pytest.mark.parametrize("name", MADE)
def test_a_page_made_from_the_code_is_up_to_date(name: str) -> None:
    assert PAGES[name] == MADE[name](), "out of date: run make tables"


def test_every_command_is_shown_at_work() -> None:
    shown = {
        words[1]
        for page in PAGES.values()
        for block in blocks(page)
        if block.language == "sh"
        for words in shell_lines(block.text)
        if words[0] == "gradlab"
    }
    assert shown == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(name: str) -> None:
    command = main.get_command(main.make_context("gradlab", ["list"]), name)
    assert command is not None and command.help and command.get_short_help_str()
    for param in command.params:
        assert param.param_type_name == "argument" or param.help, param.name


def test_every_public_name_is_in_the_reference() -> None:
    listed = [line.strip() for line in PAGES["python.md"].splitlines()]
    for name in set(gradlab.__all__) - {"__version__"}:
        assert listed.count(name) == 1, name


def test_every_page_is_in_the_site() -> None:
    for name in PAGES:
        page = name.removesuffix(".md")
        assert (
            name in ("index.md", "README.md", "CONTRIBUTING.md")
            or f"\n{page}\n" in PAGES["index.md"]
        )


def test_no_block_escapes_the_tests_by_its_indentation() -> None:
    for name, page in PAGES.items():
        if name != "CONTRIBUTING.md":  # whose make targets are checked by name
            assert "\n\n    gradlab " not in page, name
            assert "\n\n    make " not in page, name


def test_make_targets_are_there() -> None:
    for name, page in PAGES.items():
        for target in set(re.findall(r"(?:`|^|^    )make ([a-z-]+)", page, re.M)):
            assert re.search(rf"^{target}:", MAKEFILE, re.M), (name, target)


def test_linked_files_are_there() -> None:
    for name, page in PAGES.items():
        folder = ROOT if name[0].isupper() else DOCS
        for link in re.findall(r"\]\(([\w/.-]+)[)#]", page):
            made = link.startswith("gallery/")
            assert made or (folder / link).exists(), (name, link)
