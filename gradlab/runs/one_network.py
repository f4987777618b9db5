"""Train one network as a sweep trains a point, and watch it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from gradlab import catalog
from gradlab.axes import AXES
from gradlab.config.sweep import Sweep
from gradlab.engines.interrupts import DeferredSigint, defer_sigint
from gradlab.errors import ConfigError, GradlabError
from gradlab.measures import Measure
from gradlab.numerics.device import check_device
from gradlab.numerics.threads import one_thread
from gradlab.runs import checkpoints
from gradlab.runs.build import build
from gradlab.runs.file_weights import check_weights
from gradlab.runs.measure import message_of
from gradlab.runs.trained import load_state, measure_at, states_of, trainer_of
from gradlab.runs.weights_file import WeightsFile
from gradlab.shell_text import quote
from gradlab.sweeps import keys
from gradlab.sweeps.plan import plan
from gradlab.sweeps.points import Point
from gradlab.training.train import network_of
from gradlab.training.trained import weights_file


MEASURES = ("first_input_gradient", "horizon")
"""What is measured while the network learns."""

LOOK = 2.0
"""Seconds between two measurements besides those that a sweep takes, at least."""

SHARE = 0.1
"""Of the time, that these measurements may take."""


@dataclass(frozen=True)
class Reach:
    """How far back a network's gradient reaches.

    Attributes:
        updates: done by then.
        first_input_gradient: ln |G_1|_F, what the first step contributes to the
            gradient by the input weights.
        horizon: steps until 1/1000 is left; inf where that is not within T.
    """

    updates: int
    first_input_gradient: float
    horizon: float


class OneNetwork:
    """A network on its way through a training.

    Args:
        point: the network.
        clock: returns seconds.

    Attributes:
        point: the network.
        trainer: of it.
        reaches: number of updates -> how far the gradient reached then.
        began: how many updates were done when this training began or went on.
        stopped: whether Ctrl-C ended it.
    """

    def __init__(
        self, point: Point, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.point, self.trainer = point, trainer_of([point])
        self.reaches: dict[int, Reach] = {}
        self.began, self.stopped = 0, False
        self._clock = clock
        self._start = self._end = self._next = clock()
        self._measures: list[Measure] = [
            catalog.get("measures", name)() for name in MEASURES
        ]

    @property
    def done(self) -> int:
        """Updates done."""
        return self.trainer.updates

    @property
    def total(self) -> int:
        """Updates in all."""
        return self.trainer.settings.updates

    @property
    def losses(self) -> np.ndarray:
        """(U), of each update's batch so far."""
        return self.trainer.history.losses[: self.done, 0]

    @property
    def scores(self) -> dict[int, float]:
        """Number of updates -> score on fresh sequences."""
        return {u: float(s[0]) for u, s in self.trainer.history.scores.items()}

    @property
    def first_success(self) -> float:
        """After how many updates the task was first learned; inf: not yet."""
        return float(self.trainer.history.first_success[0])

    @property
    def learned(self) -> bool:
        """Whether the latest score is a success."""
        return self.trainer.history.learned(self.scores[max(self.scores)])

    @cached_property
    def chance(self) -> float:
        """The least loss of a network that reads no input."""
        return self.trainer.task.chance()

    @property
    def latest(self) -> Reach:
        """The last measurement."""
        return self.reaches[max(self.reaches)]

    def elapsed(self) -> float:
        """Return the seconds since it began or went on, to the last update."""
        return self._end - self._start

    def seconds_left(self) -> float | None:
        """Return the seconds until the last update; None while unknown."""
        done = self.done - self.began
        return self.elapsed() / done * (self.total - self.done) if done else None

    def weights(self) -> bytes:
        """Return the cell's weights as the contents of a file."""
        cell, _ = network_of(self.trainer, build(self.point))
        return weights_file(cell)

    def go_on(self, state: bytes) -> None:
        """Go on where a training of the same network was stopped."""
        self.trainer.load_state_dict([load_state(state)])
        self.began = self.done

    def look(self) -> None:
        """Measure where that is due: when a sweep would, and every few seconds."""
        kept = self.trainer.snapshots.keys() - self.reaches.keys()
        for update in sorted(kept):
            self._measure(update)
        if not kept and self._clock() >= self._next:
            self._measure(None)

    def update(self) -> None:
        """Do one update."""
        self.trainer.update()
        self._end = self._clock()

    def _measure(self, update: int | None) -> None:
        began = self._clock()
        found = measure_at(self.point, self.trainer, self._measures, update)
        at = self.done if update is None else update
        self.reaches[at] = Reach(at, *(float(found[name].values) for name in MEASURES))
        self._end = self._clock()
        self._next = self._end + max(LOOK, (self._end - began) / SHARE)


def train(
    sweep: Sweep,
    *,
    out: Path | None = None,
    progress: Callable[[OneNetwork], object] = lambda network: None,
    clock: Callable[[], float] = time.monotonic,
) -> OneNetwork:
    """Train the one network of a sweep; its numbers are those the sweep would store.

    Args:
        sweep: with one value of each axis and one seed.
        out: file for the weights. Where a training of the same network into it was
            stopped, it goes on from there.
        progress: called at the start and after each update.
        clock: returns seconds.

    Raises:
        ConfigError: several networks; weights that do not fit; a device that is not
            here; ``out`` cannot be written, is an input, or has a checkpoint of another
            network beside it.
        InputError: a file that cannot be used.
        OSError: the disk.
        GradlabError: a user's cell that fails.
        KeyboardInterrupt: after writing weights and checkpoint to ``out``.
    """
    keys.clear_caches()
    _check_one(sweep)
    planned = plan(sweep)
    (point,) = planned.points.values()
    file = None if out is None else WeightsFile(out)
    if file is not None:
        file.check([*map(Path, sweep.load), *planned.input_paths().values()])
    check_weights([point])
    check_device(point.device)
    with one_thread(), _failures_explained(point):
        network = OneNetwork(point, clock)
        if file is not None:
            _go_on(network, file)
        with defer_sigint() as interrupt:
            _run(network, file, progress, interrupt)
    return network


def _run(
    network: OneNetwork,
    file: WeightsFile | None,
    progress: Callable[[OneNetwork], object],
    interrupt: DeferredSigint,
) -> None:
    """Train until it is done or interrupted; then write what is to be kept."""
    kept = time.monotonic()
    network.look()
    progress(network)
    while network.done < network.total and not interrupt.received:
        network.update()
        if file is not None and time.monotonic() - kept > checkpoints.SECONDS:
            _keep(network, file)
            kept = time.monotonic()
        network.look()
        progress(network)
    network.stopped = network.done < network.total
    if file is None:
        return
    file.write(network.weights())
    if network.stopped:
        _keep(network, file)
    else:
        file.forget()


def _go_on(network: OneNetwork, file: WeightsFile) -> None:
    """Go on from the file's checkpoint; write one where there is none.

    That the folder cannot be written is then known before the training, not after it.
    """
    state = file.stopped(network.point)
    if state is None:
        _keep(network, file)
        return
    try:
        network.go_on(state)
    except Exception as error:  # of a file that something else wrote
        raise file.refused("whose contents do not fit the network") from error


def _keep(network: OneNetwork, file: WeightsFile) -> None:
    (state,) = states_of(network.trainer)
    file.keep(network.point, state)


def _check_one(sweep: Sweep) -> None:
    """Refuse several values of an axis: they are several networks."""
    (grid,) = sweep.grids
    for axis in AXES:
        values = grid.axes[axis.name]
        if len(values) > 1:
            shown = ",".join(map(str, values))
            task = quote(str(grid.axes["task"][0]))
            raise ConfigError(
                got=f"{len(values)} values of {axis.name}: {shown}",
                expected="one, for one network",
                try_=f"gradlab sweep --task {task} {axis.option} {quote(shown)}",
            )


@contextmanager
def _failures_explained(point: Point) -> Iterator[None]:
    """Raise what a user's cell raises, or a full memory, as an error with its cause."""
    try:
        yield
    except (GradlabError, OSError):
        raise
    except Exception as error:
        if isinstance(error, MemoryError) or "can't allocate memory" in str(error):
            cause, try_ = "out of memory", "a smaller --hidden or --batch"
        elif keys.sources(point.params()):
            cause, try_ = message_of(error), "gradlab check FILE.py on the cell's file"
        else:
            raise
        raise GradlabError(
            got=f"{point.cell} on {point.task}: {cause}",
            expected="a network that can be trained here",
            try_=try_,
        ) from error
