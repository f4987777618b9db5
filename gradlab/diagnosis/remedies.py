"""Try remedies on a model: its own weights changed, its batch measured again."""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import nn

from gradlab import catalog
from gradlab.diagnosis.forward import Pass
from gradlab.diagnosis.layer import context_of, reach_of
from gradlab.diagnosis.reach import Reach, least
from gradlab.diagnosis.results import LayerResult, RemedyResult
from gradlab.modules import LayerRun, recurrent_modules, replay
from gradlab.remedies import Remedy


def try_remedies(
    model: nn.Module,
    forward: Callable[[], Pass],
    layers: Sequence[LayerResult],
    sequences: int,
    seed: int,
) -> tuple[RemedyResult, ...]:
    """Return what each remedy changes, the best first.

    A remedy is applied to every recurrent module that it applies to, for the length of
    that module's sequences. Ranked by :attr:`Reach.rank` of the layer that then
    reaches least.

    Args:
        model: left as it was.
        forward: runs the recorded pass of the model as it is.
        layers: measured before.
        sequences: that are measured.
        seed: of what is drawn.
    """
    modules = recurrent_modules(model)
    lengths = {layer.module: layer.longest for layer in layers}
    used = {name: modules[name] for name in lengths}
    found, idle = [], []
    for remedy in _candidates():
        chosen = {n: m for n, m in used.items() if remedy.applies_to(m)}
        if chosen:
            with weights_restored(chosen.values()):
                for name, module in chosen.items():
                    remedy.apply_(module, max(2, lengths[name]), seed)
                after = _after(replay(forward().calls), sequences)
            lines = [
                remedy.code(expression_of(name, model), max(2, lengths[name]), seed)
                for name in chosen
            ]
            found.append(
                RemedyResult(remedy.title, remedy.why, "\n".join(lines), after)
            )
        elif not remedy.can_help:
            idle.append(RemedyResult(remedy.title, remedy.why, "", {}))
    found.sort(key=lambda one: one.after[least(one.after)].rank, reverse=True)
    return (*found, *idle)


def _candidates() -> Iterator[Remedy]:
    """Yield the remedies that are tried unasked: none that makes updates."""
    for name in catalog.names("remedies"):
        leaf: type[Remedy] = catalog.get("remedies", name)
        yield from (one for one in leaf.candidates() if not one.updates)


def _after(runs: Sequence[LayerRun], sequences: int) -> dict[str, Reach]:
    found = {}
    for run in runs:
        context = context_of(run, sequences)
        if context is not None:
            found[run.name] = reach_of(context)
    return found


@contextmanager
def weights_restored(modules: Iterable[nn.Module]) -> Iterator[None]:
    """Give modules back, on leaving, the weights that they have now."""
    kept = [(m, copy.deepcopy(m.state_dict())) for m in modules]
    try:
        yield
    finally:
        with torch.no_grad():
            for module, state in kept:
                module.load_state_dict(state)


def expression_of(name: str, model: nn.Module) -> str:
    """Return the Python of a module within ``model``."""
    if name not in dict(model.named_modules()):
        return "model"
    parts = [f"[{part}]" if part.isdigit() else f".{part}" for part in name.split(".")]
    return "model" + "".join(parts)
