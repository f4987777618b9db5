"""Command lines and TOML files made by chance from valid and hostile pieces.

Each comes with whether all of its pieces are valid, so that a trial can tell nonsense
that was taken from sense that was refused.
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import numpy as np


ESCAPE = "\x1b]0;x\x07"
ODD = ("", " ", ",", ESCAPE, "\udcff", "結果", "\N{SNAKE}", "$x", "a;id", "`id`", "%s")
ODD += ("{}", "nan", "-inf", "1e400", "9" * 5000, "0x10", "1/2", "--", "[[1]]", "a\nb")
ODD += ("../..", "\u202egpj", "null", "true", "'", '"', "\\", "(" * 3000, "a" * 70_000)

NUMBER_RANGES = ("1:1e400:1", "0:1e308:1e-300", "1:8:x1", "0:8:x2", "5:1:1", "1:9:0")
NUMBER_RANGES += ("-1e308:1e308:1e305", "nan:1:1", "1:2:x1.0000000001", "1::1", ":::")

VALID = {
    "cell": ("rnn", "lstm", "gru", "rnn,lstm", "lstm:peephole", "gru:layers=2"),
    "activation": ("tanh", "relu", "identity", "tanh,relu"),
    "init": ("default", "he", "orthogonal", "he,glorot_normal"),
    "gain": ("1", "0.5,2", "1:4:x2", "1e-300", "0:1:0.5"),
    "forget_bias": ("keep", "1", "chrono", "0:2:1", "chrono:64"),
    "hidden": ("2", "2,3", "2:8:x2"),
    "length": ("4", "4,8", "4:16:x2"),
    "input": ("gaussian", "gaussian:0.5", "silence", "text:plain.txt", "npy:a.npy"),
    "loss": ("last", "every"),
    "dtype": ("float32", "float64"),
    "seeds": ("1", "2", "0,3", "7,"),
    "sequences": ("1", "2"),
    "features": ("3", "5"),
    "burn_in": ("0", "2"),
    "initial_state": ("zero", "gaussian"),
    "thresholds": ("1e-3,0.1,10,1e3", "1e-9,1e-3,2,1e30"),
}
VALID["input"] += ("text:바다\\,a.txt:chars", "text:바다\\,a.txt,silence")

INVALID = {
    "cell": (
        *ODD[3:],
        "rnn:layers=\u00b2",
        "lstm:no",
        "rnn:layers=0",
        "rnn:layers=" + "9" * 400,
    ),
    "activation": (*ODD[3:], "tanhh", "5"),
    "init": (*ODD[3:], "hee"),
    "gain": (*ODD[3:], *NUMBER_RANGES),
    "forget_bias": (*ODD[3:], *NUMBER_RANGES, "chrono:", "chrono:0", "chrono:-5"),
    "hidden": (*ODD[3:], *NUMBER_RANGES, "0", "-1", "1.5", "65537", "1e30"),
    "length": (*ODD[3:], *NUMBER_RANGES, "1", "0", "10000001", "1e300"),
    "input": (
        *ODD[3:],
        "text:",
        "text:pipe",
        "text:/dev/zero",
        "text:huge",
        "npy:pipe",
    ),
    "loss": (*ODD[3:], "first"),
    "dtype": (*ODD[3:], "float16", "O"),
    "seeds": (*ODD[3:], *NUMBER_RANGES, "0", "-1", "1.5", "4294967296,1"),
    "sequences": (*ODD, "0", "-5", "1e9", "100001"),
    "features": (*ODD, "0", "65537"),
    "burn_in": (*ODD, "-1", "10000001"),
    "initial_state": (*ODD, "one"),
    "thresholds": (*ODD, "1,2,3", "4,3,2,1", "0,1,2,3", "1,2,3,1e400"),
    "device": (*ODD, "tpu", "cuda:x"),
}
INVALID["input"] += ("npy:wide.npy", "npy:/dev/zero", "text:.", "text:bytes:chars")

FILES = ("pipe", "huge", "/dev/zero", "bytes", "missing", ".", "a.npy")


def furnish(home: Path) -> None:
    """Put the files there that pieces name."""
    (home / "plain.txt").write_text("hello " * 200)
    (home / "바다,a.txt").write_text("바다 " * 200, encoding="utf-8")
    (home / "bytes").write_bytes(bytes(range(256)))
    np.save(home / "a.npy", np.ones((4, 400, 3)))
    np.save(home / "wide.npy", np.full((4, 400, 3), [1.0, np.inf, 1.0]))
    os.mkfifo(home / "pipe")
    with (home / "huge").open("wb") as file:
        file.truncate(2**30)


def command_line(rng: random.Random) -> tuple[list[str], bool]:
    """Return words after ``gradlab``, and whether they make sense."""
    if rng.random() < 0.25:
        return _other_command(rng), False
    words, sensible = ["sweep", "--dry-run", "--jobs=1"], True
    for key in rng.sample(sorted(INVALID), rng.randint(1, 6)):
        valid = key in VALID and rng.random() < 0.8
        value = rng.choice(VALID[key] if valid else INVALID[key])
        words.append(f"--{key.replace('_', '-')}={value}")
        sensible &= valid
    if rng.random() < 0.1:
        load = rng.choice(FILES)
        words.append(f"--load={load}")
        sensible = False
    if rng.random() < 0.2:
        words += ["--json"]
    return words, sensible


def _other_command(rng: random.Random) -> list[str]:
    where = rng.choice((*FILES, *ODD[:19]))
    return rng.choice(
        (
            ["status", f"./{where}"],
            ["status", f"./{where}", "--check"],
            ["report", f"./{where}"],
            ["export", f"./{where}", "--out", rng.choice(ODD[:19]) + ".csv"],
            ["figures", f"./{where}"],
            ["cite", f"./{where}"],
            ["merge", f"./{where}", "--out", f"./{rng.choice(ODD[3:19])}"],
            ["check", f"./{where}"],
            ["list", where or "x", rng.choice(ODD)],
            ["sweep", f"./{where}", "--dry-run"],
            ["sweep", f"./{where}.toml", "--dry-run"],
            ["sweep", "--dry-run", f"--memory={rng.choice(ODD)}"],
            ["sweep", "--dry-run", f"--grid={rng.choice(ODD)}"],
            ["sweep", "--dry-run", f"--format={rng.choice(ODD)}"],
            [where or "x", "a"],
        )
    )


HOSTILE_LINES = (
    *(f"hidden = {'[' * 3000}1{']' * 3000}", f"gain = {'9' * 5000}", "gain = 1e400"),
    *("gain = nan", "gain = -inf", 'load = ["a\\u0000.py"]', 'load = ["/dev/zero"]'),
    *('load = ["pipe"]', f"{'a.' * 5000}b = 1", "cell = 0000-01-01", "seeds = []"),
    *('name = "\\u001b]0;x"', 'name = "$x"', 'name = ""', f'name = "{"a" * 99}"'),
    *('input = ["text:pipe"]', 'input = "npy:huge"', "cell = {a = {b = {c = 1}}}"),
    *("[grid]\nx = 1", "[[grid]]\n[[grid.cell]]", "grid = 5", "grid = [[[]]]"),
    *("cell = ", "= 5", "cell == 5", '"" = 1', "a b = 1", "\x00", "cell = 'a\x1bb'"),
    *("length = 4\nlength = 5", "seeds = 1e9", "seeds = 99999999999999999999"),
    *("thresholds = [1, 2]", "device = 5", "question = 5", "first_seed = -1"),
    *("hidden = 1979-05-27T07:32:00Z", 'hidden = "1:1e400:1"', "\ufeff\ufeffcell = 1"),
    *('blocks = "some"', 'measures = ["no"]', "measures = []", "features = true"),
)


def toml_file(rng: random.Random) -> tuple[bytes, bool]:
    """Return a file's bytes, and whether they make sense."""
    lines, sensible = [], True
    keys = rng.sample(sorted(set(INVALID) - {"thresholds"}), rng.randint(1, 5))
    for key in keys:
        valid = key in VALID and rng.random() < 0.85
        lines.append(f"{key} = {_value(key, valid, rng)}")
        sensible &= valid
    if rng.random() < 0.3:
        lines.insert(rng.randint(0, len(lines)), rng.choice(HOSTILE_LINES))
        sensible = False
    if rng.random() < 0.3:
        lines.append('[[grid]]\nname = "other"\nhidden = [3]')
    end = rng.choice(("\n", "\n", "\r\n"))
    raw = end.join(lines).replace("\n", end).encode("utf-8", "surrogatepass")
    if rng.random() < 0.08:
        place = rng.randrange(len(raw) + 1)
        raw = raw[:place] + b"\xff\xfe" + raw[place:]
        sensible = False
    return raw, sensible


NUMBERS = ("sequences", "features", "burn_in")


def _value(key: str, valid: bool, rng: random.Random) -> str:
    text = rng.choice(VALID[key] if valid else INVALID[key])
    if valid and key in NUMBERS:
        return text
    plain = "," not in text and ":" not in text
    if valid and plain and rng.random() < 0.5 and key != "initial_state":
        return f"[{text if text[0].isdigit() else json.dumps(text)}]"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
