"""How a network is trained; no torch."""

from dataclasses import dataclass

from gradlab.errors import ConfigError
from gradlab.tasks.base import Task


OPTIMIZERS = {"adam": True, "rmsprop": True, "sgd": False}
"""Name -> whether it divides by a root mean square, to which epsilon is added."""


@dataclass(frozen=True)
class TrainingSettings:
    """How a network is trained.

    Attributes:
        optimizer: one of ``OPTIMIZERS``, otherwise as PyTorch has it.
        learning_rate: of the optimizer.
        epsilon: of the optimizer: added to the root mean square that it divides by. A
            gradient far below it moves nothing. None where there is none.
        batch: sequences of an update; the task's own number where it is None.
        clip: the largest norm of a network's gradient, over all of its parameters and
            the output layer's; a larger one is scaled down to it. None: no clipping.
        updates: of the parameters, in all.
        success: the score from which the task is learned; the task's own where None.
    """

    optimizer: str = "adam"
    learning_rate: float = 0.01
    epsilon: float | None = 1e-8
    batch: int | None = None
    clip: float | None = 1.0
    updates: int = 1000
    success: float | None = None


def check_batch(task: Task, batch: int | None, option: str) -> None:
    """Refuse a batch that is larger than a task's data.

    Args:
        task: that is learned.
        batch: sequences of an update; None: the task's own number.
        option: how it is given, for the message: ``--batch `` or ``batch=``.

    Raises:
        ConfigError: with the largest batch.
    """
    if task.size is not None and batch is not None and batch > task.size:
        raise ConfigError(
            got=f"a batch of {batch:,} for {task.spec}, which has {task.size:,} "
            "sequences",
            expected="a batch that the data can fill",
            try_=f"{option}{task.size}",
        )


GEOMETRIC = "geometric"
"""Measures are taken after 0, 1, 2, 4, 8, ... updates and after the last."""


def measured_at(measure_at: str, updates: int) -> list[int]:
    """Return after how many updates measures are taken.

    Args:
        measure_at: ``geometric``, or numbers of updates with commas between them.
        updates: in all.

    >>> measured_at("geometric", 10), measured_at("0,5", 10)
    ([0, 1, 2, 4, 8, 10], [0, 5])
    """
    if measure_at != GEOMETRIC:
        return sorted({int(number) for number in measure_at.split(",")})
    powers = [2**k for k in range(updates.bit_length())]
    return sorted({0, *(power for power in powers if power <= updates), updates})


JUDGEMENTS = 100
"""How often a network is judged along its training, at most about."""


def judged_at(updates: int) -> range:
    """Return after how many updates a network is judged: evenly, 0 and the last too.

    >>> list(judged_at(5)), judged_at(1000)
    ([0, 1, 2, 3, 4, 5], range(0, 1001, 10))
    """
    every = -(-updates // JUDGEMENTS)
    while updates % every:
        every += 1
    return range(0, updates + 1, every)
