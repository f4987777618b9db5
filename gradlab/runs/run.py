"""Run a sweep: plan, store, groups, engine, writer.

The parent imports no torch and is the store's only writer; workers measure. Each point
is one transaction: whatever ends a run, the results so far stay, and the same call
again computes the rest.
"""

from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from gradlab.config import toml
from gradlab.config.sweep import Sweep
from gradlab.engines import machine
from gradlab.engines.cluster import Cluster
from gradlab.engines.engine import Engine, ExecutionOptions
from gradlab.engines.interrupts import defer_sigint
from gradlab.engines.pool import ProcessPool
from gradlab.engines.scheduler import scheduler_address
from gradlab.errors import ConfigError, GradlabError
from gradlab.progress import events
from gradlab.progress.log import Log
from gradlab.runs import calls, checkpoints, groups
from gradlab.runs.forecast import check_size, sample_of
from gradlab.runs.groups import Group
from gradlab.runs.missing import missing
from gradlab.runs.other_sweep import check_same_sweep
from gradlab.runs.overwriting import check_outputs
from gradlab.runs.result_writer import Progress, ResultWriter
from gradlab.runs.sweep_meta import SweepMeta
from gradlab.store.folder import SWEEP_FILE, write_sweep_file
from gradlab.store.results import Results
from gradlab.store.sqlite_errors import translate_errors
from gradlab.store.store import Store
from gradlab.sweeps import keys
from gradlab.sweeps.plan import Plan, plan
from gradlab.sweeps.requirements import Requirements


def run(
    sweep: Sweep,
    folder: str | Path,
    *,
    jobs: int | None = None,
    scheduler: str | Path | None = None,
    timeout_per_point: float | None = None,
    memory: int | str | None = None,
    progress: Progress | None = None,
    log: str | Path | None = None,
    verify: bool = True,
    retry_failed: bool = False,
    yes: bool = False,
    command: str = "",
    request: str = "",
) -> Results:
    """Compute what is missing of a sweep and return all of it.

    Args:
        sweep: see :func:`gradlab.config.loading.load`.
        folder: where results are kept.
        jobs: worker processes; all cores where it is None.
        scheduler: address or scheduler file of a Dask cluster; see
            :mod:`gradlab.engines.cluster`.
        timeout_per_point: seconds after which a point is stopped; it counts as failed.
            A group of n points has n times that before they are tried one by one.
        memory: that all workers may fill together, in bytes or as in ``"8GB"``; most
            of what is free where it is None.
        progress: called with each event.
        log: file to which each event is added as a line of JSON; see
            :mod:`gradlab.progress.log`.
        verify: compare closed forms with autograd (the self-check), beside the first
            groups, whose numbers are written once it has passed.
        retry_failed: compute failed points again.
        yes: run even a very large sweep.
        command: the command line as it was typed, for the report.
        request: the command without options of execution (``--jobs``) and of place
            (``--out``), to be typed elsewhere; empty where no command made the sweep.

    Raises:
        TooManyPointsError: past a bound without ``yes``: of points, before anything
            is made; of time, after a small group was timed.
        VerificationError: closed forms and autograd disagree; no measured number of
            this run is kept.
        StoreError: the folder, which may be another sweep's, or the disk.
        InputError: an input that cannot be used.
        ConfigError: the log cannot be written; an output is an input; no address of a
            scheduler; one together with ``jobs`` or ``memory``, which are about this
            machine.
        GradlabError: the scheduler does not answer, or is gone.
        KeyboardInterrupt: after writing what is done and checked.
    """
    options = ExecutionOptions(
        jobs or machine.cores(),
        scheduler=None if scheduler is None else str(scheduler),
        timeout_per_point=timeout_per_point,
        memory=machine.parse(memory),
    )
    if options.scheduler is not None:
        scheduler_address(options.scheduler)
        _refuse_local(jobs=jobs, memory=memory)
    on_event = progress or _ignore
    keys.clear_caches()
    if not yes:
        check_size(sweep)
    planned = plan(sweep)
    if sweep.settings.get("weights") is not None:
        from gradlab.runs.file_weights import check_weights  # imports torch

        check_weights(planned.points.values())
    where = Path(folder)
    check_same_sweep(where, sweep.name, planned.points)
    check_outputs(sweep, planned, where, None if log is None else Path(log))
    with ExitStack() as opened:
        store = opened.enter_context(Store.open(where, create=True))
        if log is not None:  # may lie in the folder, which exists by now
            on_event = _with_log(opened.enter_context(Log(log)), on_event)
        todo = missing(planned, store.point_states(), retry_failed)
        cluster = None
        if options.scheduler is not None and todo:
            cluster = Cluster(
                options.scheduler,
                sweep.load,
                planned.input_files(),
                calls.PREPARE_WORKER,
                lambda: on_event(events.Waiting(str(scheduler))),
            )
            opened.enter_context(cluster)
            options = replace(options, jobs=max(1, cluster.threads))
        current = _Run(sweep, planned, todo, store, options, on_event, yes, cluster)
        sources = planned.external_sources()
        current.meta = SweepMeta.start(store, sweep, command, request, sources)
        current.begin(where)
        try:
            if todo:
                current.compute(verify)
        except KeyboardInterrupt:
            current.stop()
            raise
        except GradlabError:
            current.write_sweep()
            raise
        current.finish()
    return Results.open(where)


def _refuse_local(**local: object) -> None:
    """Refuse options of this machine where a cluster computes.

    Raises:
        ConfigError: naming the option.
    """
    for name, value in local.items():
        if value is not None:
            raise ConfigError(
                got=f"--{name} {value} with --scheduler",
                expected="one of both: it is about this machine's own workers",
                try_="dask worker --nworkers N --memory-limit SIZE",
            )


def _with_log(log: Log, progress: Progress) -> Progress:
    """Return a callback that also logs; it reports the first failure of the log."""

    def both(event: events.Event) -> None:
        worked = not log.trouble
        log.take(event)
        if worked and log.trouble:
            progress(events.LogLost(log.trouble))
        progress(event)

    return both


def _ignore(event: events.Event) -> None:
    """Do nothing."""


@dataclass
class _Run:
    """One run under way; its arguments are those of :func:`run`."""

    sweep: Sweep
    planned: Plan
    todo: dict[str, Requirements]
    store: Store
    options: ExecutionOptions
    on_event: Progress
    allow_large: bool
    cluster: Cluster | None = None
    meta: SweepMeta = field(init=False)
    waiting: list[Group] = field(init=False)

    def begin(self, folder: Path) -> None:
        """Write what is requested, form the groups and report the start."""
        self.store.add_missing(
            {key: point.params() for key, point in self.planned.points.items()}
        )
        self.write_sweep()
        with translate_errors(folder / SWEEP_FILE):
            write_sweep_file(folder, toml.dumps(self.sweep.resolved()))
        trained = [key for key in self.todo if self.planned.points[key].task]
        kept = checkpoints.read(folder, trained)
        self.waiting = groups.form(self.planned.points, self.todo, kept)
        states = self.store.point_states()
        finished = self.planned.points.keys() - self.todo.keys()
        self.on_event(
            events.Started(
                name=self.sweep.name,
                folder=folder,
                total=len(self.planned.points),
                done=len(finished),
                failed=sum(states[key][0] == "failed" for key in finished),
                grids={
                    name: (len(keys), sum(key in finished for key in keys))
                    for name, keys in self.planned.grids.items()
                },
                jobs=self.options.jobs,
            )
        )
        if not self.store.lock.is_effective:
            self.on_event(events.LockUnavailable(folder))

    def compute(self, verify: bool) -> None:
        """Let workers measure all groups; write their answers."""
        writer = ResultWriter(
            self.planned,
            self.store,
            self.meta,
            self.on_event,
            self.options,
            self.allow_large,
        )
        memory = self._memory()
        fitting = self._fitting(memory, writer)
        if not fitting:
            return
        with ExitStack() as opened:
            engine: Engine = self.cluster or opened.enter_context(self._pool(memory))
            self._check_devices(engine)
            measures = {
                name for missing in self.todo.values() for name in missing.by_measure
            }
            engine.add("metadata", calls.METADATA, sorted(measures))
            writer.queue_sample(sample_of(fitting), fitting, engine)
            if verify:
                engine.add("verify", calls.VERIFY, self._cells_and_activations())
                writer.buffer()
            for group in fitting:
                writer.queue(group, engine)
            try:
                with closing(engine.answers()) as answers, defer_sigint() as ctrl_c:
                    for answer in answers:
                        writer.handle(answer, engine)
                        ctrl_c.check()
            except KeyboardInterrupt:
                with defer_sigint():
                    # what is buffered for an unfinished self-check is dropped
                    for answer in engine.arrived():
                        writer.handle(answer, engine)
                raise

    def _memory(self) -> int | None:
        """Return the bytes a group and its worker may fill; None where unlimited."""
        if self.cluster is not None:
            return self.cluster.memory
        return self.options.memory or machine.free()

    def _pool(self, memory: int | None) -> ProcessPool:
        """Return workers of this machine."""
        jobs = min(self.options.jobs, len(self.waiting))
        return ProcessPool(jobs, self.sweep.load, memory, prepare=calls.PREPARE_WORKER)

    def _fitting(self, memory: int | None, writer: ResultWriter) -> list[Group]:
        """Return the groups that fit into memory; record other points as failed."""
        if memory is None:
            return self.waiting
        fitting, too_large = groups.split_by_memory(
            self.waiting, memory - machine.WORKER_MEMORY
        )
        for group in too_large:
            message = machine.too_much(group.memory, self.options, memory)
            writer.save_failed(group, message)
        return fitting

    def _check_devices(self, engine: Engine) -> None:
        """Raise the error of a device that no worker can use, before points fail."""
        devices = {self.planned.points[key].device for key in self.todo}
        for device in sorted(devices - {"cpu"}):
            engine.add("device", calls.CHECK_DEVICE, device)
        for answer in engine.answers():
            if answer.error is not None:
                raise answer.error

    def stop(self) -> None:
        """Write and report that the run was interrupted."""
        self.write_sweep()
        self.on_event(events.Stopped())

    def finish(self) -> None:
        """Write and report that nothing is left."""
        self.write_sweep()
        self.on_event(events.Finished())

    def write_sweep(self) -> None:
        """Write the sweep's row: what is requested, when, with which versions."""
        requirements = {
            name: required.by_measure
            for name, required in self.planned.grid_requirements.items()
        }
        self.store.save_sweep(
            self.meta.identity,
            self.sweep.resolved(),
            self.planned.grids,
            self.meta.to_store(computed=bool(self.todo)),
            requirements=requirements,
        )

    def _cells_and_activations(self) -> list[tuple[str, str | None]]:
        """Return each pair of cell and activation once, for the self-check."""
        points = (self.planned.points[key] for key in self.todo)
        return list(dict.fromkeys((point.cell, point.activation) for point in points))
