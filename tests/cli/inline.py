"""Sweeps inside the test's own process: no workers to start, no report to draw."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gradlab.engines import worker
from gradlab.engines.engine import Answer


class InlinePool:
    """Takes tasks as a pool of workers does and does them itself, in their order."""

    jobs_of_pools: list[int] = []

    def __init__(
        self,
        jobs: int,
        load: tuple[str, ...],
        memory: int | None = None,
        prepare: str = "",
    ) -> None:
        self.jobs_of_pools.append(jobs)
        self._tasks: deque[tuple[Any, str, tuple]] = deque()

    def __enter__(self) -> InlinePool:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to end."""

    def add(self, task: Any, name: str, *arguments: Any, limits: object = None) -> None:
        self._tasks.append((task, name, arguments))

    def answers(self) -> Iterator[Answer]:
        while self._tasks:
            task, name, arguments = self._tasks.popleft()
            try:
                value = worker.resolve(name)(*arguments)
            except Exception as error:
                yield Answer(task, error=error)
            else:
                yield Answer(task, value=value)

    def arrived(self) -> Iterator[Answer]:
        return iter(())


def measure_inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sweeps measure in this process, once, and reports be a word.

    To forecast a sweep its first group would be measured two times more.
    """
    from gradlab.report import build
    from gradlab.report.blocks import file_name

    def drawn(results, folder, formats=("html", "pdf"), language="en"):
        paths = [Path(folder) / file_name(language, form) for form in formats]
        for path in paths:
            path.write_text("a report")
        return paths

    monkeypatch.setattr("gradlab.runs.run.ProcessPool", InlinePool)
    monkeypatch.setattr("gradlab.runs.measure.time_group", lambda *_: 0.01)
    monkeypatch.setattr(build, "render", drawn)
    monkeypatch.setattr(InlinePool, "jobs_of_pools", [])
