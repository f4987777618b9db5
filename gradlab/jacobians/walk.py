"""The one walk back along a trajectory: J_t by span, handed to observers."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from gradlab.jacobians.batched_jacobian import JacobianSpan
from gradlab.jacobians.step_jacobian import StepJacobians


# Spans do not cross multiples of eight lags, at which products are rescaled
# (gradlab.jacobians.product) and leading directions refreshed
# (gradlab.numerics.leading_directions).
_ALIGNED = 8


class Observer(ABC):
    """What looks at the Jacobians of a walk and records numbers of its own.

    Attributes:
        finished: whether it has seen all it needs; the walk ends when all have.
    """

    finished: bool = False

    @abstractmethod
    def advance(self, span: JacobianSpan) -> None:
        """Advance by the steps of a span, whose Jacobians are valid until the next.

        Spans are in the order of decreasing time, without gaps.
        """

    def on_lag(self, lag: int) -> None:  # noqa: B027
        """Record what is recorded at ``lag``, one of those given to :func:`walk`."""


def walk(
    jacobians: StepJacobians,
    observers: Sequence[Observer],
    lags: Iterable[int],
    *,
    start: int = 0,
) -> None:
    """Hand J_{T - start}, J_{T - start - 1}, .. to observers, as far as the last lag.

    Args:
        jacobians: along a trajectory of T steps.
        observers: advanced in this order, all over the same spans.
        lags: those at which a span ends and ``Observer.on_lag`` is called.
        start: the lag at which the observers stand.
    """
    lag = start
    for target in sorted(lag for lag in lags if lag > start):
        while lag < target:
            aligned = _ALIGNED - lag % _ALIGNED
            steps = min(jacobians.longest, aligned, target - lag)
            later = jacobians.length - lag
            span = jacobians.span(later - steps, later)
            for observer in observers:
                observer.advance(span)
            lag += steps
            if observers and all(observer.finished for observer in observers):
                return
        for observer in observers:
            observer.on_lag(lag)
