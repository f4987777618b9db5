"""Ten thousand points end to end, their computation played back."""

import json
import pickle
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gradlab.report.build import write
from gradlab.report.document import compose
from gradlab.store.results import Results
from tests import replay


ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Sweeps of 2,000 and of 10,000 points, each by a process of its own."""
    where = tmp_path_factory.mktemp("ten_thousand")
    kept = where / "outcomes"
    kept.write_bytes(pickle.dumps(replay.measured()))
    found = {}
    for seeds in (1, 5):
        folder = where / f"seeds_{seeds}"
        call = [sys.executable, "-m", "tests.replay", kept, folder, str(seeds)]
        done = subprocess.run(
            call, cwd=ROOT, capture_output=True, text=True, check=True
        )
        run = json.loads(done.stdout)
        found[run["points"]] = {**run, "folder": folder}
    return found


@pytest.fixture(scope="module")
def document(runs):
    return compose(Results.open(runs[10_000]["folder"]))


def test_every_point_is_done(runs):
    assert {count: run["done"] for count, run in runs.items()} == {
        2_000: 2_000,
        10_000: 10_000,
    }


def test_a_point_takes_at_most_thirty_kilobytes(runs):
    for run in runs.values():
        assert run["bytes_a_point"] <= 30_000


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks /proc")
def test_the_parents_memory_grows_by_little_a_point(runs):
    small, large = runs[2_000], runs[10_000]
    assert 1e6 * (large["peak_mb"] - small["peak_mb"]) / 8_000 < 10_000
    assert large["peak_mb"] < 200


@pytest.fixture(scope="module")
def files(document, runs):
    """report.html and report.pdf."""
    return write(document, runs[10_000]["folder"])


def test_the_page_stays_below_three_megabytes(files):
    assert files[0].stat().st_size < 3e6


@pytest.mark.skipif(not shutil.which("pdfinfo"), reason="no pdfinfo (make browser)")
def test_print_stays_within_twelve_pages(files):
    call = ["pdfinfo", files[1]]
    told = subprocess.run(call, capture_output=True, text=True, check=True).stdout
    assert int(re.search(r"Pages:\s+(\d+)", told)[1]) <= 12


def test_the_table_has_every_network(document):
    assert any("1,600 networks" in n for n in document.top.table.notes)
