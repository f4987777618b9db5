"""Checks of a task, on each of its examples; one that reads a file gets a small one."""

import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from gradlab.check.finding import Finding, first_wrong
from gradlab.seeding import stream
from gradlab.tasks.base import Batch, Task


_MANY = 2048
"""Sequences that frequencies and losses are estimated from."""
_SURE = 50.0
"""Logit of an answer that is as good as certain."""
_NEVER = 1e-300
"""In place of a weight of 0."""


def shapes(leaf: type[Task]) -> Finding:
    """Check shapes, dtypes and ranges of sequences to train on and to judge by."""

    def wrong() -> Iterator[str]:
        with _tasks(leaf) as tasks:
            for task in tasks:
                for draw in (task.sequences, task.fresh):
                    for count in (1, task.batch, task.judged):
                        batch = draw(stream(0, "check"), count)
                        for fault in _faults(task, batch, count):
                            yield f"{task.spec}: {fault}"

    expected = "as declared, finite, each sequence with a scored step"
    return first_wrong(wrong(), expected)


def repeats(leaf: type[Task]) -> Finding:
    """Check that the stream decides, and that another one gives other sequences."""

    def wrong() -> Iterator[str]:
        with _tasks(leaf) as tasks:
            for task in tasks:
                for draw in (task.sequences, task.fresh):
                    one, again, other = (
                        draw(stream(seed, "check"), task.judged) for seed in (0, 0, 1)
                    )
                    if not _equal(one, again):
                        yield f"{task.spec}: other sequences from the same stream"
                    if _equal(one, other) != task.repeats:
                        same = "other" if task.repeats else "the same"
                        yield f"{task.spec}: {same} sequences from another stream"

    expected = "the stream decides; the same sequences always only where it repeats"
    return first_wrong(wrong(), expected)


def held_back(leaf: type[Task]) -> Finding:
    """Check that no sequence to judge by is trained on, where there are so many."""

    def wrong() -> Iterator[str]:
        with _tasks(leaf) as tasks:
            for task in tasks:
                if task.size is None or task.repeats:
                    continue
                trained = _read(task.sequences(stream(0, "check"), _MANY))
                if trained & _read(task.fresh(stream(0, "check"), task.judged)):
                    yield f"{task.spec}: judged by a sequence that is trained on"

    return first_wrong(wrong(), "sequences that are not trained on", "none of them")


def chance(leaf: type[Task]) -> Finding:
    """Check the chance level against the best answer that reads no input.

    That answer is estimated from sequences. On those it does better than it can on
    others: the loss it has in the long run lies between the two.
    """

    def wrong() -> Iterator[str]:
        with _tasks(leaf) as tasks:
            for task in tasks:
                given, rest = (
                    task.sequences(stream(seed, "check"), _MANY) for seed in (0, 1)
                )
                on_given = _loss(task, _answer(task, given, unseen=0.0), given)
                on_rest = _loss(task, _answer(task, given), rest)
                low, high = np.mean(on_given), np.mean(on_rest)
                sd = np.std(np.concatenate([on_given, on_rest]))
                slack = 4 * sd / math.sqrt(_MANY) + 1e-6
                if not low - slack <= task.chance() <= high + slack:
                    yield f"{task.spec}: {task.chance():.4g}, not {low:.4g}"

    return first_wrong(wrong(), "the least loss of an answer that reads no input")


def learned(leaf: type[Task]) -> Finding:
    """Check that the right answer has learned, and that chance and NaN have not.

    Where there is one sequence alone, it can be known without being read.
    """

    def wrong() -> Iterator[str]:
        with _tasks(leaf) as tasks:
            for task in tasks:
                judged = task.fresh(stream(2, "check"), task.judged)
                right = _hidden_before(_right(task, judged), judged)
                answer = _answer(task, task.sequences(stream(0, "check"), _MANY))
                blind = np.broadcast_to(answer, right.shape)
                best = task.score(right, judged)
                if not task.learned(best):
                    yield f"{task.spec}: not learned with all right, {best:.4g}"
                if task.learned(task.score(right * np.nan, judged)):
                    yield f"{task.spec}: learned with NaN"
                score = task.score(_hidden_before(blind, judged), judged)
                if task.learned(score) and task.size != 1:
                    yield f"{task.spec}: learned by chance, with {score:.4g}"

    return first_wrong(wrong(), "learned if all is right, not by chance or with NaN")


def valid_metadata(leaf: type[Task]) -> Finding:
    """Check the spec, the batch, the hash and the bound."""

    def wrong() -> Iterator[str]:
        with _tasks(leaf) as tasks:
            for task in tasks:
                again = leaf.parse(task.spec.partition(":")[2] or None)
                if again.spec != task.spec:
                    yield f"{task.spec}, read as {again.spec}"
                if not 1 <= task.batch <= (task.size or task.batch):
                    yield f"{task.spec}: a batch of {task.batch} of {task.size}"
                if not isinstance(task.content_hash(), str):
                    yield f"content hash {task.content_hash()!r}"
                if not math.isfinite(task.success):
                    yield f"success {task.success!r}"

    expected = "a spec that spells the task, no batch above its size, a finite bound"
    return first_wrong(wrong(), expected)


@contextmanager
def _tasks(leaf: type[Task]) -> Iterator[list[Task]]:
    """Yield the task of each example of a leaf."""
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder, "sample.txt")
        letters = stream(0, "check").choice(list("aaaeeio tn"), size=2000)
        text.write_text("".join(letters))
        specs = [
            spec.replace("FILE", str(text)) for spec in leaf.examples or (leaf.name,)
        ]
        yield [leaf.parse(spec.partition(":")[2] or None) for spec in specs]


def _faults(task: Task, batch: Batch, count: int) -> Iterator[str]:
    """Yield what is wrong with the arrays of a batch."""
    steps = (count, task.length)
    for name, values, size, are_classes in (
        ("inputs", batch.inputs, task.features, batch.inputs.ndim == 2),
        ("targets", batch.targets, task.outputs, task.classes),
    ):
        expected = steps if are_classes else (*steps, size)
        kind = "whole" if are_classes else "floating-point"
        if values.shape != expected:
            yield f"{name} of shape {values.shape}, not {expected}"
        elif values.dtype.kind not in ("iu" if are_classes else "f"):
            yield f"{name} that are {values.dtype}, not {kind} numbers"
        elif are_classes and not (0 <= values.min() and values.max() < size):
            yield f"{name} from {values.min()} to {values.max()}, not below {size}"
        elif not np.isfinite(values).all():
            yield f"{name} that are not finite"
        elif not values.flags.writeable:
            yield f"{name} that cannot be written to, as torch's tensors are"
    if batch.scored.shape != steps or batch.scored.dtype != bool:
        yield f"scored {batch.scored.dtype} {batch.scored.shape}, not bool {steps}"
    elif not batch.scored.any(axis=1).all():
        yield "a sequence without a scored step"


def _equal(one: Batch, other: Batch) -> bool:
    return all(map(np.array_equal, vars(one).values(), vars(other).values()))


def _read(batch: Batch) -> set[bytes]:
    """Return what each sequence reads and is to answer, as bytes."""
    pairs = zip(batch.inputs, batch.targets, strict=True)
    return {inputs.tobytes() + targets.tobytes() for inputs, targets in pairs}


def _right(task: Task, batch: Batch) -> np.ndarray:
    """Return the right answers as outputs, (B, T, D)."""
    if not task.classes:
        return batch.targets
    return _SURE * np.eye(task.outputs)[batch.targets]


def _hidden_before(outputs: np.ndarray, batch: Batch) -> np.ndarray:
    """Return outputs with NaN at the steps before the first scored one."""
    first = batch.scored.any(axis=0).argmax()
    return np.where(np.arange(outputs.shape[1])[:, None] < first, np.nan, outputs)


def _weights(task: Task, batch: Batch) -> np.ndarray:
    """Return what each step counts in the loss of its sequence, (B, T)."""
    per_step = 1 if task.summed else batch.scored.sum(axis=1, keepdims=True)
    return batch.scored / per_step


def _answer(task: Task, batch: Batch, unseen: float = 0.5) -> np.ndarray:
    """Return the best answer to a batch that reads no input, as outputs (T, D).

    Args:
        task: whose sequences they are.
        batch: that frequencies or means are taken from.
        unseen: what is added to the count of each class at each step.
    """
    right = np.eye(task.outputs)[batch.targets] if task.classes else batch.targets
    weights = _weights(task, batch)
    # b: sequence, t: step, d: class or number
    total = np.einsum("bt,btd->td", weights, right)
    if not task.classes:
        return total / np.maximum(weights.sum(axis=0), _NEVER)[:, None]
    return np.log(np.maximum(total + unseen * weights.max(), _NEVER))


def _loss(task: Task, answer: np.ndarray, batch: Batch) -> np.ndarray:
    """Return the loss of each sequence, (B,), with the same answer to all."""
    if task.classes:
        log = answer - np.log(np.exp(answer).sum(axis=-1, keepdims=True))
        steps = -log[np.arange(len(log)), batch.targets]
    else:
        steps = np.square(answer - batch.targets).mean(axis=-1)
    return (_weights(task, batch) * steps).sum(axis=1)


CHECKS = {
    "sequences have the shapes declared": shapes,
    "the stream decides which sequences": repeats,
    "it is judged on sequences not trained on": held_back,
    "chance is what an answer without input has": chance,
    "the right answer has learned, chance has not": learned,
    "spec, batch and bound are valid": valid_metadata,
}
