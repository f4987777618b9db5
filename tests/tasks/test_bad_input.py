"""Tasks that there cannot be: what was got, what was expected, what to try."""

import pytest

from gradlab import catalog
from gradlab.errors import GradlabError
from gradlab.tasks import digits, parse


STEPS = "2 to 100,000 steps, and then nothing, symbols or every"
LENGTHS = "a length of 2 to 100,000 steps, from 11 on with :1997"
ORDERS = "6a, 6b or 2013, with or without a length of 10 to 100,000"
IMAGES = (
    "rows, pixels, pixels:permuted, with or without a number of images, 32 to 1,347"
)
CASES = {
    "lga:5": (
        "task 'lga'",
        f"one of {', '.join(catalog.names('tasks'))}",
        "lag",
    ),
    "lag": ("lag without a number of steps", STEPS, "lag:50"),
    "lag:1": ("lag:1", STEPS, "lag:50"),
    "lag:-3": ("lag:-3", STEPS, "lag:50"),
    "lag:100001": ("lag:100001", STEPS, "lag:50"),
    f"lag:{'9' * 5000}": (f"lag:{'9' * 5000}", STEPS, "lag:50"),
    "lag:50:all": ("lag:50:all", STEPS, "lag:50"),
    "adding": ("adding without a length", LENGTHS, "adding:100"),
    "adding:1": ("adding:1", LENGTHS, "adding:100"),
    "adding:10:1997": ("adding:10:1997", LENGTHS, "adding:100:1997"),
    "copy:0": ("copy:0", "a delay of 1 to 100,000 steps", "copy:100"),
    "order": ("order without a version", ORDERS, "order:6a"),
    "order:6c": ("order:6c", ORDERS, "order:6a"),
    "order:6b:9": ("order:6b:9", ORDERS, "order:6b:100"),
    "order:6b:": ("order:6b:", ORDERS, "order:6b:100"),
    "tagging:5": ("tagging:5", "tagging with nothing after it", "tagging"),
    "digits": ("digits without a reading", IMAGES, "digits:rows"),
    "digits:columns": ("digits:columns", IMAGES, "digits:rows"),
    "digits:rows:31": ("digits:rows:31", IMAGES, "digits:rows:500"),
    "digits:pixels:1348": ("digits:pixels:1348", IMAGES, "digits:pixels:500"),
    "characters:text:1": (
        "characters:text:1",
        "windows of 2 to 100,000 steps",
        "characters:text:50",
    ),
    "characters:text": (
        "text of 90 bytes for sequences of 50 steps",
        "at least 133 bytes: to train on, and to judge by",
        "characters:text:28",
    ),
    "characters:tiny": (
        "tiny of 3 bytes for sequences of 50 steps",
        "at least 133 bytes: to train on, and to judge by",
        "a longer file",
    ),
    "characters:flat:20": (
        "flat, whose last tenth is one byte again and again",
        "a text that can be predicted well or badly",
        "another file",
    ),
    "characters:absent": (
        "absent, which cannot be read (no such file or directory)",
        "a readable file",
        "characters:FILE, with \\, for a comma in a list",
    ),
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text").write_text("to be or not " * 6 + "to be or not")
    (tmp_path / "tiny").write_text("abc")
    (tmp_path / "flat").write_text("ab" * 90 + "a" * 60)


@pytest.mark.parametrize("spec", CASES, ids=lambda spec: spec[:20])
def test_what_is_said(spec):
    with pytest.raises(GradlabError) as caught:
        parse(spec)
    error = caught.value
    assert (error.got, error.expected, error.try_) == CASES[spec]


def test_what_is_tried_instead_can_be_had():
    assert parse("characters:text:28").size == 33


def test_without_the_extra_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(digits, "find_spec", lambda name: None)
    with pytest.raises(GradlabError) as caught:
        parse("digits:rows")
    assert str(caught.value) == (
        "Got the task digits without scikit-learn, which has the images.\n"
        "Expected the extra digits installed.\n"
        "Try pip install 'gradlab[digits]'"
    )


@pytest.mark.parametrize(
    "spec", ["lag:07", "adding:0100:1997", "copy:05", "order:6a:100", "order:2013:050"]
)
def test_each_task_has_one_spelling(spec):
    task = parse(spec)
    assert parse(task.spec) == task
    assert len(task.spec) < len(spec)
