"""Names and paths of any kind reach no terminal and no shell as they are."""

import json

import pytest

from gradlab import shell_text
from gradlab.config import toml


HOSTILE = "\x1b]0;owned\x07"


def shown(result):
    """Hold what was printed to the promise; return it."""
    for text in (result.stdout, result.stderr):
        assert shell_text.is_visible(text.replace("\n", "").replace("\t", ""))
    return result.output


@pytest.mark.parametrize(
    "name", ["結果", "\N{SNAKE} a", HOSTILE, "$x", "\udcff", "it's"]
)
def test_a_folder_of_any_name(sweep, run, home, name):
    out = home / name
    done = shown(sweep("--out", out))
    command = f"gradlab report {shell_text.quote(out)} --open"
    assert command in done
    assert command in shown(run("status", out))
    assert shown(run("status", out, "--check"))
    assert json.loads(run("status", out, "--json").stdout)["folder"] == str(out)
    shown(run("export", out))
    assert (out / "results.csv").exists()
    meta = json.loads(run("status", out, "--json").stdout)
    assert meta["continue"] == shell_text.join(
        ["gradlab", "sweep", out / "sweep.toml", "--out", out]
    )


def test_a_text_with_a_comma_in_its_name(sweep, home, run):
    (home / "바다,a.txt").write_text("바다 " * 9, encoding="utf-8")
    done = sweep("--input", "text:바다\\,a.txt:chars", "--out", "o")
    assert "a step is a byte" not in done.stderr
    done = sweep("--input", "text:바다\\,a.txt", "--out", "p")
    assert "바다,a.txt: a step is a byte" in " ".join(done.stderr.split())
    assert "text:바다,a.txt" in run("export", "p", "--out", "-").stdout


@pytest.mark.parametrize("name", ["\udcff.txt", "a\0b"])
def test_an_input_whose_name_is_no_text(sweep, home, name):
    said = shown(sweep("--input", f"text:{name}", code=2))
    shell = shell_text.visible(name)
    assert f"Got --input: {shell}, which cannot be read (" in " ".join(said.split())


def test_weights_whose_name_is_no_text(sweep):
    said = shown(sweep("--weights", "\udcff.pt", code=2))
    assert "Expected UTF-8 text.\n" in said


@pytest.mark.parametrize("name", [HOSTILE, "\N{SNAKE}", "$a", "a/b"])
def test_a_sweep_of_such_a_name_is_refused(run, home, name):
    (home / "a.toml").write_text(toml.dumps({"name": name}), encoding="utf-8")
    said = shown(run("sweep", "a.toml", code=2))
    assert "a name of letters, digits, spaces" in " ".join(said.split())


@pytest.mark.parametrize("name", [r"le$\frac$ky", HOSTILE, "a:b", "\N{SNAKE}", ""])
def test_a_leaf_of_such_a_name_is_refused(run, home, name):
    (home / "mine.py").write_text(
        "from gradlab.activations.base import Activation\n"
        "class Mine(Activation):\n"
        f"    name = {ascii(name)}\n"
        "    def value(self, x): return x\n"
        "    def slope(self, x): return x\n"
    )
    said = shown(run("list", "activations", "--load", "mine.py", code=2))
    assert "a name of letters, digits, _ and -" in " ".join(said.split())
