"""Names of any kind on a terminal and in a command."""

import subprocess

import pytest

from gradlab import shell_text


ODD = [
    "a",
    "a b",
    "結果",
    "\N{SNAKE}",
    "\x1b]0;x\x07",
    "\udcff",
    "it's",
    "$(rm)",
    "a\nb",
]
ODD += [
    "\\x41'\x01",
    "\N{RIGHT-TO-LEFT OVERRIDE}cod",
    "\u2028",
    "",
    "-x",
    "a,b",
    "`id`",
]


@pytest.mark.parametrize("text", ODD)
def test_a_terminal_is_sent_what_it_shows(text):
    seen = shell_text.visible(text)
    assert shell_text.is_visible(seen.replace("\n", "").replace("\t", ""))
    assert seen == text or not shell_text.is_visible(text)
    seen.encode()


def test_what_is_hidden_is_written_out():
    assert shell_text.visible("a\x1b[2J\x9b\udcff\n") == "a\\x1b[2J\\x9b\\xff\n"
    assert shell_text.visible("\u202egpj.exe") == "\\u202egpj.exe"


def test_a_shell_reads_back_the_words():
    command = shell_text.join(ODD)
    assert shell_text.is_visible(command)
    script = f"for word in {command}; do printf '%s\\0' \"$word\"; done"
    said = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    assert said.stdout == b"".join(
        word.encode("utf-8", "surrogateescape") + b"\0" for word in ODD
    )
    assert shell_text.split(command) == ODD


def test_what_is_a_command():
    assert shell_text.is_command(shell_text.join(["gradlab", "sweep", *ODD]))
    for text in (
        "",
        "gradlab",
        "rm -r /",
        "gradlab sweep; rm -r /",
        "gradlab sweep $(id)",
        "gradlab sweep `id`",
        "gradlab sweep a\nrm b",
        "gradlab sweep 'a\x1bb'",
        "gradlab sweep > a",
        "gradlab sweep 'a",
        "gradlab sweep \\'a; id #'",
    ):
        assert not shell_text.is_command(text)
