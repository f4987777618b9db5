"""The page's first two lines and its last one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from gradlab.report import numbers
from gradlab.report.story import labels, slices
from gradlab.report.story.story import is_trained
from gradlab.report.words import say


TASKS = 4
"""Tasks that the second line names; of more the first ones and the last."""

if TYPE_CHECKING:
    from types import ModuleType

    from gradlab.report.story.story import Story


def provenance(story: Story) -> str:
    """``gradlab · sweep default of 3 Sep 2027, 14:02 · 672 points, 0 failed``."""
    w, meta = story.words("top"), story.meta
    count = len(story.results.points)
    seconds = meta.get("seconds")
    name = meta.get("name")
    return say(
        w.PROVENANCE,
        name=f" {name}" if name and name != "sweep" else "",
        when=_when(meta.get("started"), w),
        points=(w.POINT if count == 1 else say(w.POINTS, count=count))
        + _trained(story, w),
        failed=len(story.failed),
        undetermined=_undetermined(story, w),
        time=f" · {numbers.duration(float(seconds))}" if seconds else "",
    )


def _trained(story: Story, w: ModuleType) -> str:
    """How many of the points were trained, where others were not."""
    count = sum(map(is_trained, story.results.points))
    return (
        say(w.OF_THEM_TRAINED, count=count)
        if 0 < count < len(story.results.points)
        else ""
    )


def _undetermined(story: Story, w: ModuleType) -> str:
    missing = sum(p.status == "missing" for p in story.results.points)
    count = sum(r.size().word == "undetermined" for r in story.main.rows)
    texts = [say(w.NOT_COMPUTED, count=missing)] if missing else []
    texts += [] if story.training_alone else [say(w.UNDETERMINED, count=count)]
    return "".join(f", {text}" for text in texts)


def _when(started: object, w: ModuleType) -> str:
    try:
        moment = (
            datetime.fromtimestamp(started)
            if isinstance(started, int | float)
            else datetime.fromisoformat(str(started))
        )
    except ValueError:
        return ""
    return say(
        w.WHEN,
        day=f"{moment.day}",
        month=w.MONTHS[moment.month - 1],
        year=f"{moment.year}",
        time=f"{moment:%H:%M}",
    )


def banner(story: Story) -> str:
    """What was true of the networks and of what they were fed with."""
    w = story.words("top")
    if not story.computed:
        return str(w.BANNER_NONE)
    tasks = numbers.listed(own_tasks(story), w.AND)
    if not story.done:
        most = max(int(p.params.get("updates") or 0) for p in story.trained)
        return say(w.BANNER_TRAINING, tasks=tasks, updates=most)
    kinds = [fed(str(v), w) for v in slices.values(story.done, "input")]
    fed_with = (
        numbers.listed(sorted(dict.fromkeys(kinds), key=len), w.EITHER) or w.FED_NOISE
    )
    template = w.BANNER_WEIGHTS if story.weights else w.BANNER
    meaning = w.MEANING_WEIGHTS if story.weights else w.MEANING
    if tasks:
        meaning = say(w.ONLY_TRAINED, tasks=tasks)
    return f"{say(template, file=story.weights, fed=fed_with)} {meaning}"


def own_tasks(story: Story) -> list[str]:
    """The tasks by name, of a kind with several the first and the last."""
    found = sorted(
        {
            (p.params["task"].partition(":")[0], p.params["length"], p.params["task"])
            for p in story.trained
        }
    )
    names = [f"`{task}`" for _, _, task in found]
    return names if len(names) <= TASKS else [*names[:2], "…", names[-1]]


def fed(value: str, w: ModuleType) -> str:
    """What a network was fed with, as a clause."""
    kind, _, argument = value.partition(":")
    file = labels.file_name(argument)
    if kind == "gaussian":
        return w.FED_NOISE
    if kind == "silence":
        return w.FED_SILENCE
    if kind == "text":
        return say(w.FED_TEXT, file=file)
    if kind == "npy":
        return say(w.FED_SEQUENCES, file=file)
    return say(w.FED_OTHER, name=value)


def footer(story: Story) -> str:
    """Version and command."""
    versions = story.meta.get("versions") or {}
    return say(
        story.words("top").FOOTER,
        version=versions.get("gradlab", ""),
        command=story.meta.get("command") or "gradlab sweep",
    )
