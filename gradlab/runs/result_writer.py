"""Write the answers of workers to the store; retry the points of a worker that died."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gradlab.engines.engine import (
    MAX_DEATHS,
    Answer,
    Engine,
    ExecutionOptions,
    Limits,
)
from gradlab.errors import GradlabError
from gradlab.progress import events
from gradlab.requirement import Requirement
from gradlab.runs import calls, checkpoints
from gradlab.runs.calls import Outcome
from gradlab.runs.checkpoints import Checkpoint
from gradlab.runs.forecast import check_seconds
from gradlab.runs.groups import Group
from gradlab.runs.sweep_meta import SweepMeta
from gradlab.store.store import Store
from gradlab.sweeps.plan import Plan


Progress = Callable[[events.Event], None]


@dataclass
class ResultWriter:
    """Writes the answers of one run to its store.

    Each point is one transaction. Groups that come back while closed forms are still
    being compared with autograd (the self-check) are buffered. They are written when
    the two agree; where they disagree, or the run ends first, they are dropped and
    their points stay missing: no unchecked number is in the store.

    Attributes:
        planned: the plan of the run.
        store: where results are written.
        meta: of the sweep, which receives the checks.
        progress: called with each event.
        options: how the run is carried out.
        allow_large: whether a sweep may take any time.
        pace: core-seconds per operation of ``Group.work``; 0 until a sample is timed.
        deaths: key -> how many workers died of it alone.
        buffered: answers that wait for the self-check; None where none have to.
    """

    planned: Plan
    store: Store
    meta: SweepMeta
    progress: Progress
    options: ExecutionOptions = ExecutionOptions()
    allow_large: bool = True
    pace: float = 0.0
    deaths: dict[str, int] = field(default_factory=dict)
    buffered: list[Answer] | None = None

    def buffer(self) -> None:
        """Buffer groups from here on, until the self-check has passed."""
        self.buffered = []

    def queue(self, group: Group, engine: Engine) -> None:
        """Queue a group to be measured, within the limits of its points."""
        seconds = self._time_limit(len(group.keys))
        if seconds is not None:  # a small rest, not none, stops it at once
            seconds = max(0.01, seconds - group.seconds * len(group.keys))
        limits = Limits(seconds, group.memory)
        more: tuple = ()
        if group.points[0].task is not None:
            more = (group.states, checkpoints.SECONDS)
        engine.add(
            group,
            calls.MEASURE,
            group.points,
            group.requirements,
            *more,
            limits=limits,
        )

    def queue_sample(
        self, sample: Group, waiting: Sequence[Group], engine: Engine
    ) -> None:
        """Queue a small group to be timed, to forecast how long the others take."""
        self._sample, self._work = sample, sum(group.work for group in waiting)
        limits = Limits(self._time_limit(len(sample.keys) + 1), sample.memory)
        engine.add(
            "sample",
            calls.TIME_GROUP,
            sample.points,
            sample.requirements,
            limits=limits,
        )

    def _time_limit(self, points: int) -> float | None:
        """Return the seconds that so many points may take together."""
        each = self.options.timeout_per_point
        return None if each is None else each * points

    def handle(self, answer: Answer, engine: Engine) -> None:
        """Write, buffer or report one answer; queue again what is to be tried again.

        Raises:
            VerificationError: closed forms and autograd disagree.
            TooManyPointsError: too long without ``allow_large``.
            GradlabError: the self-check's worker died.
            StoreError: e.g. a full disk.
        """
        if isinstance(answer.tag, Group) and self.buffered is not None:
            self.buffered.append(answer)
        elif isinstance(answer.tag, Group):
            self._handle_group(answer, engine)
        elif answer.tag == "sample":
            self._handle_sample(answer.value)
        elif answer.death_cause:
            checks = answer.tag == "verify"
            raise GradlabError(
                got=f"a worker lost at {'the self-check' if checks else 'its start'}: "
                f"{answer.death_cause}",
                expected="an answer",
                try_="the same command again" + ", or --no-verify" * checks,
            )
        elif answer.error is not None:
            raise answer.error
        elif answer.tag == "metadata":
            self.store.save_record_metadata(answer.value)
        else:
            checks = {check.kind: check.error for check in answer.value}
            self.meta.add_checks(answer.value)
            self.progress(events.Verified(*_worst(checks), checks))
            self._flush(engine)

    def _flush(self, engine: Engine) -> None:
        """Write the buffered groups: the self-check has passed."""
        waiting, self.buffered = self.buffered or [], None
        for answer in waiting:
            self._handle_group(answer, engine)

    def _handle_sample(self, seconds: float | None) -> None:
        """Report how long the rest takes, unless the sample failed.

        Raises:
            TooManyPointsError: too long without ``allow_large``.
        """
        if seconds is None:
            return
        self.pace = seconds / self._sample.work
        expected = self.pace * self._work
        if not self.allow_large:
            check_seconds(len(self.planned.points), expected, self.options.jobs)
        self.progress(events.Timed(expected))

    def _handle_group(self, answer: Answer, engine: Engine) -> None:
        group = answer.tag
        if answer.death_cause:
            self._retry(answer, engine)
        elif answer.error is not None:
            self.save_failed(group, str(answer.error))
        elif any(outcome.state for outcome in answer.value):
            self._go_on(group, answer.value, engine)
        else:
            for key, point, outcome in zip(
                group.keys, group.points, answer.value, strict=True
            ):
                self.store.save_point(
                    key,
                    point.params(),
                    status="failed" if outcome.message else "done",
                    message=outcome.message,
                    records=outcome.records,
                    computed=_computed(outcome, group),
                    seconds=group.seconds + outcome.seconds,
                )
                if point.task is not None:
                    checkpoints.remove(self.store.file.parent, key)
            self._report(group, answer.value)

    def _go_on(self, group: Group, outcomes: Sequence[Outcome], engine: Engine) -> None:
        """Keep where a training stands, and queue the rest of it."""
        for key, outcome in zip(group.keys, outcomes, strict=True):
            stands = Checkpoint(outcome.updates, outcome.state)
            checkpoints.write(self.store.file.parent, key, stands)
        states = [outcome.state for outcome in outcomes]
        taken = group.seconds + outcomes[0].seconds
        self.queue(group.resumed(states, taken), engine)

    def _retry(self, answer: Answer, engine: Engine) -> None:
        """Retry a dead worker's points singly; one that kills alone has failed."""
        group: Group = answer.tag
        self.progress(events.WorkerLost(answer.death_cause, len(group.keys)))
        if len(group.keys) > 1:
            for single in group.split():
                self.queue(single, engine)
            return
        key = group.keys[0]
        self.deaths[key] = self.deaths.get(key, 0) + 1
        if answer.certain or self.deaths[key] >= MAX_DEATHS:
            self.save_failed(group, answer.death_cause)
        else:
            self.queue(group, engine)

    def save_failed(self, group: Group, message: str) -> None:
        """Write all points of a group as failed."""
        for key, point in zip(group.keys, group.points, strict=True):
            self.store.save_point(key, point.params(), status="failed", message=message)
        failed = Outcome(message=message)
        self._report(group, [failed] * len(group.keys))

    def _report(self, group: Group, outcomes: Sequence[Outcome]) -> None:
        points = tuple(
            events.PointDone(
                key=key,
                grids=self.planned.grids_of(key),
                params=point.params(),
                message=outcome.message,
                seconds=outcome.seconds or None,
                not_finite=outcome.not_finite,
            )
            for key, point, outcome in zip(
                group.keys, group.points, outcomes, strict=True
            )
        )
        self.progress(events.PointsDone(points, work=self.pace * group.work))


def _computed(outcome: Outcome, group: Group) -> dict[str, Requirement]:
    """Return measure -> what it was computed with, of those that did not fail."""
    if not outcome.records:
        return {}
    wanted = group.requirements.by_measure.items()
    return {name: need for name, need in wanted if name not in outcome.lacking}


def _worst(checks: dict[str, float]) -> tuple[str, float]:
    """Return the largest error in words and as a number."""
    compared = [error for error in checks.values() if error == error]
    if not compared:
        return "nothing to compare", float("nan")
    return f"{max(compared):.0e}", max(compared)
