"""Findings that need no measure: of the calls of modules, or of their absence."""

from collections.abc import Iterator, Sequence

from gradlab.modules import Call
from gradlab.modules.nonfinite import locate
from gradlab.watching.finding import Finding


def nonfinite(update: int, calls: Sequence[Call], *, scaled: bool) -> Iterator[Finding]:
    """Yield where NaN or inf arises first, if anywhere.

    Args:
        update: its number.
        calls: after a backward pass.
        scaled: whether the loss was multiplied by a scale that is found by overflows.
    """
    place = locate(calls)
    if place is None:
        return
    step = "" if place.step is None else f" at step {place.step}"
    text = f"NaN or inf arises in the {place.direction} pass of {place.where}{step}"
    yield Finding(
        "nonfinite",
        update,
        place.where,
        place.step,
        place.what,
        "unknown" if scaled and place.direction == "backward" else "exact",
        f"{text}: {place.what}",
    )


def detached(update: int, calls: Sequence[Call]) -> Iterator[Finding]:
    """Yield calls that begin with the values of another's states, without a graph."""
    for call in calls:
        if call.detached and call.continues in calls:
            assert call.continues is not None
            text = (
                f"call {call.number} of {call.name} starts from the values of call "
                f"{call.continues.number}'s final states without their graph: no "
                "gradient passes, as is right for truncated backpropagation alone"
            )
            yield Finding("detached", update, call.name, 1, None, "exact", text)


def unread(update: int, names: Sequence[str], patience: int) -> Finding:
    """Return that no backward pass was seen for some updates."""
    text = (
        f"no backward pass through {', '.join(names)} was seen in {patience} updates: "
        "a compiled loop takes no hooks, and without gradients there is nothing to see"
    )
    return Finding("unread", update, names[0], None, None, "unknown", text)
