"""Calls travel by name: imports cannot show this tie, so each name is tried."""

import importlib
import os
import subprocess
import sys
from contextlib import suppress

import pytest

from gradlab.engines import worker
from gradlab.engines.worker import resolve
from gradlab.runs import calls


NAMES = [name for name in vars(calls) if name.isupper()]


@pytest.mark.parametrize("name", NAMES)
def test_every_call_resolves(name):
    call = getattr(calls, name)
    module, _, attribute = call.partition(":")
    found = resolve(call)
    assert found is getattr(importlib.import_module(module), attribute)
    assert callable(found)


def test_there_are_calls():
    assert {"PREPARE_WORKER", "MEASURE", "VERIFY"} <= set(NAMES)


def test_the_parent_of_a_sweep_imports_no_torch():
    program = (
        "import sys; import gradlab.runs.run, gradlab.config.loading, gradlab.api;"
        "from gradlab.config.loading import load; from gradlab.sweeps.plan import plan;"
        "plan(load('default')); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_cell_that_prints_does_not_fail_where_nobody_reads():
    reading, writing = os.pipe()
    os.close(reading)
    with suppress(BrokenPipeError), os.fdopen(writing, "w") as stream:
        out = worker._Unread(stream)
        for _ in range(3):
            print("x" * 100_000, file=out, flush=True)
    print("x", file=worker._Unread(None), flush=True)
