import re
from pathlib import Path

import pytest

from gradlab.config.loading import load
from gradlab.errors import TooManyPointsError
from gradlab.runs.forecast import check_size
from gradlab.sweeps.plan import plan


FOLDER = Path(__file__).parents[2] / "experiments"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
FILES = sorted(FOLDER.glob("*.toml"))


def test_there_are_some():
    assert len(FILES) >= 3


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_table_tells_each_experiments_question_and_size(file):
    sweep = load(file)
    row = re.search(
        rf"^\| `{file.name}` \| (.*?) \| (.*?) \| (.*?) \|", README, re.MULTILINE
    )
    assert row is not None
    assert row.groups()[:2] == (sweep.question, f"{len(plan(sweep).points):,}")
    if "--yes" in row[3]:
        with pytest.raises(TooManyPointsError):
            check_size(sweep)
    else:
        check_size(sweep)
