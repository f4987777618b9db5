"""``gradlab.sweep`` is a call, whatever was imported before it."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("first", ["pass", "from gradlab.progress import events"])
def test_sweep_is_a_call_whoever_imported_the_package_first(first, tmp_path):
    program = (
        f"{first}\nimport gradlab\n"
        "try: gradlab.sweep({'hidden': 0})\n"
        "except gradlab.GradlabError as error: print(type(error).__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout == "ConfigMistakes\n", done.stderr
