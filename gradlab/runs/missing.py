"""What a store lacks of a plan."""

from gradlab.store.store import PointStates
from gradlab.sweeps.plan import Plan
from gradlab.sweeps.requirements import Requirements


def missing(
    plan: Plan, states: PointStates, retry_failed: bool
) -> dict[str, Requirements]:
    """Return key -> what is still to be measured, for points that lack anything.

    Args:
        plan: of the sweep.
        states: what a store has of each point.
        retry_failed: whether failed points count as lacking.
    """
    lacking = {}
    for key, required in plan.requirements.items():
        status, computed = states.get(key, ("missing", {}))
        if status == "failed" and not retry_failed:
            continue
        left = required.minus(computed)
        if left or status == "failed":
            lacking[key] = left or required
    return lacking
