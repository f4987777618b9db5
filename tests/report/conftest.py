"""What the report's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradlab.report.build import write
from tests.report import demo


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo document as page and PDF, rendered once."""
    folder = tmp_path_factory.mktemp("demo")
    write(demo.document(), folder)
    return folder
