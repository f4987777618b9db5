"""Checks of a remedy."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from gradlab.cells import build
from gradlab.check.finding import Finding, first_wrong
from gradlab.errors import ConfigError
from gradlab.remedies.base import Remedy


_LENGTH = 4


def described(leaf: type[Remedy]) -> Finding:
    """Check that there are candidates, each with a title of its own and a reason."""
    found = leaf.candidates()
    titles = {one.title for one in found}
    wrong = [] if found else ["no candidates"]
    if len(titles) < len(found) or "" in titles:
        wrong.append(f"{len(found)} candidates with {len(titles)} titles")
    if not getattr(leaf, "why", "").endswith("."):
        wrong.append("no sentence in why")
    return first_wrong(wrong, "candidates with titles, and why as a sentence")


def applies(leaf: type[Remedy]) -> Finding:
    """Check that it changes what it applies to, and refuses the rest unchanged."""

    def wrong() -> Iterator[str]:
        applied = False
        for remedy, module in _cases(leaf):
            fits, before = bool(remedy.applies_to(module)), _values(module)
            applied |= fits
            try:
                remedy.apply_(module, _LENGTH)
                ran = True
            except ConfigError:
                ran = False
            if ran != fits:
                does = "runs" if ran else "raises"
                yield f"applies_to {fits}, and apply_ {does}: {remedy.title}, {module}"
            elif _same(before, _values(module)) == fits:
                does = "changes nothing of" if fits else "refused, and changed"
                yield f"{remedy.title} {does} {module}"
        if applied != (leaf.can_help and not leaf.changes_equations):
            yield (
                f"can_help is {leaf.can_help}, changes_equations "
                f"{leaf.changes_equations}; applies_to is for one: {applied}"
            )

    return first_wrong(wrong(), "a change where it applies, else ConfigError")


def weights_alone(leaf: type[Remedy]) -> Finding:
    """Check that only the values of parameters change, and stay finite."""

    def wrong() -> Iterator[str]:
        for remedy, module in _applicable(leaf):
            for index, parameter in enumerate(module.parameters()):
                parameter.requires_grad_(index % 2 == 0)
            before, random = _parameters(module), torch.random.get_rng_state()
            remedy.apply_(module, _LENGTH)
            if not torch.equal(random, torch.random.get_rng_state()):
                yield "torch's random state moved"
            if before != _parameters(module):
                yield f"other parameters, or another requires_grad, of {module}"
            if not all(p.isfinite().all() for p in module.parameters()):
                yield f"weights that are not finite, of {module}"

    return first_wrong(wrong(), "finite values of the same parameters, and no more")


def repeats(leaf: type[Remedy]) -> Finding:
    """Check that one seed gives one change."""

    def wrong() -> Iterator[str]:
        for remedy, module in _applicable(leaf):
            other = copy.deepcopy(module)
            remedy.apply_(module, _LENGTH, seed=3)
            torch.rand(1)
            remedy.apply_(other, _LENGTH, seed=3)
            if not _same(_values(module), _values(other)):
                yield f"{remedy.title}: other numbers at the same seed"

    with torch.random.fork_rng(devices=[]):
        return first_wrong(wrong(), "the same numbers at the same seed")


def code_repeats(leaf: type[Remedy]) -> Finding:
    """Check that the code for users makes the same change."""

    def wrong() -> Iterator[str]:
        for remedy, module in _applicable(leaf):
            for seed in (0, 3):
                model = nn.ModuleDict({"part": copy.deepcopy(module)})
                code = remedy.code("model['part']", _LENGTH, seed)
                exec(f"import gradlab, torch\n{code}", {"model": model})
                other = copy.deepcopy(module)
                remedy.apply_(other, _LENGTH, seed)
                if not _same(_values(model["part"]), _values(other)):
                    yield f"{code!r}, which makes another change"

    return first_wrong(wrong(), "the change of apply_")


def _cases(leaf: type[Remedy]) -> Iterator[tuple[Remedy, Any]]:
    """Yield each candidate with each of a few networks, made anew.

    One that makes updates makes one, of half as many networks: it takes long.
    """
    for candidate in leaf.candidates():
        few = {"updates": 1} if candidate.updates else {}
        remedy = replace(candidate, **few)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            modules = [
                nn.RNN(3, 4),
                nn.GRU(3, 4, num_layers=2, bidirectional=True),
                nn.LSTM(3, 4, proj_size=2, dtype=torch.float64),
                nn.LSTM(3, 4, num_layers=2),
                nn.LSTM(3, 4, bias=False),
                nn.LSTMCell(3, 4),
                nn.Linear(3, 4),
                build("lstm", 3, 4, seed=0),
            ]
        yield from ((remedy, module) for module in modules[:: 2 if few else 1])


def _applicable(leaf: type[Remedy]) -> Iterator[tuple[Remedy, Any]]:
    return (case for case in _cases(leaf) if case[0].applies_to(case[1]))


def _parameters(module: nn.Module) -> list[tuple[str, int, bool]]:
    return [(name, id(p), p.requires_grad) for name, p in module.named_parameters()]


def _values(module: nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}


def _same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(
        torch.equal(value, other[name]) for name, value in one.items()
    )


CHECKS = {
    "candidates have titles, and a reason": described,
    "it changes weights where it applies, and refuses the rest": applies,
    "nothing but values of weights changes": weights_alone,
    "one seed gives one change": repeats,
    "the code for users makes the same change": code_repeats,
}
