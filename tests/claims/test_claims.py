"""Every claim that is said is held against its twin, which reads the sentence."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from string import Template
from types import ModuleType

import pandas
import pytest

import gradlab
from gradlab import catalog
from gradlab.cli import report
from gradlab.report import choice
from gradlab.report.story import Story
from gradlab.store.table import table
from tests import made_up
from tests.claims.korean import Read
from tests.claims.stores import by_chance
from tests.claims.sweep import Sweep


CLAIMS = tuple(name for name in catalog.names("claims"))
EACH = (23, 31, 32, 36, 46, 63, 72, 75, 93, 96, 97, 108, 131, 171)
"""Seeds of small stores that bear out all claims there were when they were chosen."""
FEW = range(12, 32)
SOME, MANY = 200, 3000
LANGUAGES = ("en", "ko")


def twin(name: str) -> ModuleType:
    """A claim's twin."""
    return importlib.import_module(f"tests.claims.twins.{name}")


def every_said(made: made_up.Made) -> list[choice.Said]:
    """All claims that hold of a store, wherever they may be said."""
    return list(choice.everywhere(Story.of(made)))


def hold(said: choice.Said, sweep: Sweep) -> None:
    """Hold one sentence against its twin, in each language."""
    for language in LANGUAGES:
        held(said.claim, sentence(said, language), language, sweep)


def sentence(said: choice.Said, language: str) -> str:
    """The same finding in a language."""
    claim = catalog.get("claims", said.claim)()
    return choice.sentence(claim, said.values, language)


def held(name: str, text: str, language: str, sweep: Sweep) -> None:
    """Hold a claim's sentence in a language against its twin."""
    found = twin(name)
    assert language == "en" or hasattr(found, "KOREAN"), (
        f"the twin of {name}: no KOREAN"
    )
    match = re.fullmatch(found.PATTERN if language == "en" else found.KOREAN, text)
    assert match, text
    found.check(match if language == "en" else Read(match), sweep)


def exported(made: made_up.Made) -> Sweep | None:
    """A store as its exported table tells it; nothing of one without points."""
    return Sweep(table(made)) if made.points else None


def held_against_twins(made: made_up.Made, sweep: Sweep | None) -> Counter:
    """Hold all sentences of a store against their twins; count them by claim."""
    counts: Counter = Counter()
    for said in every_said(made):
        hold(said, sweep)
        counts[said.claim] += 1
    return counts


@pytest.mark.parametrize("name", CLAIMS)
def test_it_is_written_in_every_language(name):
    assert set(catalog.get("claims", name).text) == set(LANGUAGES)


LARGE = (
    "two_hundred_rows",
    "nothing_vanishes",
    "all_dead",
    "lstm_worse",
    "all_explode",
    "many_lengths",
)
"""Known stores that take a second or more."""


@pytest.mark.parametrize(
    ("name", "seeds"),
    [
        *(
            pytest.param(name, 2, marks=[pytest.mark.slow] * (name in LARGE))
            for name in made_up.CONTRADICTIONS
        ),
        *(
            pytest.param(name, 5, marks=pytest.mark.slow)
            for name in made_up.CONTRADICTIONS
        ),
    ],
)
def test_of_known_stores(name, seeds):
    made = first_seeds(made_up.CONTRADICTIONS[name](), seeds)
    held_against_twins(made, exported(made))


def first_seeds(made: made_up.Made, count: int) -> made_up.Made:
    """Return the points of a store's first seeds, as a smaller sweep has them."""
    grids = {
        name: [p for p in points if p.params["seed"] < count]
        for name, points in made.grids.items()
    }
    points = [p for p in made.points if p.params["seed"] < count]
    counts = made_up.meta_of(points)["counts"]
    return made_up.Made(points, grids, {**made.meta, "counts": counts})


@pytest.mark.parametrize(
    "seeds",
    [
        pytest.param(EACH, id="each"),
        pytest.param(FEW, id="few", marks=pytest.mark.slow),
        pytest.param(range(SOME), id="some", marks=pytest.mark.slow),
    ],
)
def test_of_stores_by_chance(seeds):
    """A store with a finite network has a headline, and a claim on how far."""
    for seed in seeds:
        made = by_chance(seed)
        sweep = exported(made)
        counts = held_against_twins(made, sweep)
        if sweep and sweep.finite:
            story = Story.of(made)
            assert counts and choice.best(story, "headline", 1), seed
            assert choice.best(story, "how_far"), seed


SWEEPS = {
    "biases": {
        "hidden": 8,
        "length": [12, 40],
        "cell": ["rnn", "lstm"],
        "forget_bias": ["keep", 1, 4, 6, "chrono"],
    },
    "activations": {
        "cell": ["rnn", "lstm", "gru"],
        "activation": ["relu", "tanh"],
        "init": ["orthogonal", "identity"],
        "hidden": [32, 128],
        "length": 48,
        "seeds": 2,
    },
    "layers": {"cell": ["lstm", "lstm:layers=3"], "hidden": 16, "length": 48},
    "open": {"cell": "lstm", "forget_bias": "0:6:1", "length": 64},
    "linear": {
        "cell": ["mingru", "minlstm", "lru", "janet", "cornn"],
        "hidden": 8,
        "length": 24,
    },
    "dead": {
        "cell": "rnn",
        "activation": "relu",
        "init": "identity",
        "hidden": [8, 32],
        "seeds": 5,
    },
}
"""Small real sweeps; of their like some sentences were once false."""
AMONG = {
    "biases": {"largest_growth", "shortest_reach", "growth_from"},
    "activations": {"largest_growth", "shortest_reach", "exactly_zero"},
    "layers": {"longest_reach", "shortest_reach"},
    "open": {"largest_growth", "shortest_reach", "growth_from"},
    "linear": {"linear_recurrence", "shortest_reach"},
    "dead": {"exactly_zero"},
}
"""Some claims of each."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.slow if n != "biases" else ()) for n in SWEEPS],
)
def test_of_a_real_sweep_by_its_exported_file(tmp_path, name):
    """As a reader would: the claims of `report --json` beside `export`'s CSV."""
    config = {"name": name, "seeds": 3, **SWEEPS[name]}
    results = gradlab.sweep(config, out=tmp_path, jobs=1, verify=False)
    file = results.export(tmp_path / "table.csv")
    biases = dict.fromkeys(("forget_bias", "input_bias"), "str")
    sweep = Sweep(pandas.read_csv(file, dtype=biases, na_values=[""]))
    for language in LANGUAGES:
        said = report.claims(results, language)
        assert {claim["claim"] for claim in said} >= AMONG[name]
        for claim in said:
            text = re.sub(r"10\^(-?[\d.,]*\d)", r"10^{\1}", claim["text"])
            held(claim["claim"], text.replace("\u2212", "-"), language, sweep)


def _counts(seed: int) -> Counter:
    made = by_chance(seed)
    return held_against_twins(made, exported(made))


@pytest.mark.trials
@pytest.mark.timeout(7200)
def test_every_claim_is_said_often_and_never_wrong():
    counts: Counter = Counter()
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for found in pool.map(_counts, range(SOME, SOME + MANY), chunksize=20):
            counts += found
    print(sorted(counts.items(), key=lambda item: item[1])[:10])
    assert {name: counts[name] for name in CLAIMS if counts[name] < 50} == {}


@pytest.mark.parametrize("name", CLAIMS)
def test_a_false_number_is_caught(name):
    """Each number and name of a sentence in turn is replaced by another."""
    said, sweep = _first_said(name)
    hold(said, sweep)
    for language in LANGUAGES:
        for false in _falsified(said, language):
            with pytest.raises((AssertionError, ValueError)):
                held(name, false, language, sweep)


FOUND: dict[str, tuple[choice.Said, Sweep]] = {}
SEEDS = iter([*EACH, *range(2000)])


def _first_said(name: str) -> tuple[choice.Said, Sweep]:
    """A claim as some store bears it out; what others bear out is remembered."""
    while name not in FOUND:
        seed = next(SEEDS, None)
        assert seed is not None, f"{name} is never said"
        made = by_chance(seed)
        new = {said.claim: said for said in every_said(made)[::-1]}
        new = {claim: said for claim, said in new.items() if claim not in FOUND}
        sweep = exported(made) if new else None
        FOUND.update({claim: (said, sweep) for claim, said in new.items()})
    return FOUND[name]


def _falsified(said: choice.Said, language: str) -> list[str]:
    """The sentence with each of its values replaced by a wrong one."""
    text = catalog.get("claims", said.claim)().text[language]
    shown = {k: v.say(language) for k, v in said.values.items()}
    found = []
    for key, value in shown.items():
        values = {**shown, key: _wrong(value)}
        found.append(Template(text).substitute(values))
    assert found and sentence(said, language) not in found
    return found


def _wrong(text: str) -> str:
    digits = list(re.finditer(r"\d[\d,.]*", text))
    if not digits:
        return "some other network"
    last = digits[-1]
    value = float(last[0].replace(",", "").rstrip("."))
    return text[: last.start()] + f"{3 * value + 7:g}" + text[last.end() :]
