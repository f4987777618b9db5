"""Calls of one module that continue each other, as one run."""

from gradlab.modules.call import Call


def chains(calls: list[Call]) -> list[list[Call]]:
    """Return calls in runs: each starts from the states its predecessor ended in.

    A run goes on where a module is called again with the very state it returned, and
    gradients pass: a cell in a loop, an encoder and decoder in one module, a sequence
    in chunks. All but the last call of a run have sequences of one length.
    """
    runs: list[list[Call]] = []
    for call in calls:
        earlier = call.continues
        for run in runs:
            if run[-1] is earlier and _goes_on(run[-1], call):
                run.append(call)
                break
        else:
            runs.append([call])
    return runs


def _goes_on(earlier: Call, call: Call) -> bool:
    return (
        not call.detached
        and call.module is earlier.module
        and call.weights is earlier.weights
        and call.autocast == earlier.autocast
        and bool((earlier.lengths == earlier.steps).all())
    )
