"""Step Jacobians in float64, whatever a trajectory was stored in."""

import copy

from torch import Tensor

from gradlab.cells.base import Recurrent, Step
from gradlab.jacobians.flat import FlatJacobian, flatten
from gradlab.trajectory import Trajectory


class WideJacobians:
    """J_t at the stored states, computed in float64 a step at a time.

    A float32 trajectory is taken as it is: its stored numbers are widened, and J_t
    computed from them.
    """

    def __init__(self, trajectory: Trajectory) -> None:
        self.trajectory = trajectory
        self.cell = copy.deepcopy(trajectory.cell).double()

    def at(self, t: int) -> Tensor:
        """Return J_t of every sequence, (N, n, n) over the whole state; t in 1 .. T.

        NaN where s_t is not finite.
        """
        step = self.flat(t)
        return step.layout.plain(step.matrix())

    def flat(self, t: int) -> FlatJacobian:
        """Return J_t in blocks, as :func:`gradlab.jacobians.flat.jacobian_at`."""
        inputs, before, step = self.trajectory.step_at(t)
        wide = self.cell.jacobian(
            inputs.double(), tuple(state.double() for state in before), _wide(step)
        )
        flat, broken = flatten(self.cell, wide), self.trajectory.broken.get(t)
        return flat if broken is None else flat.spoilt(broken.flatten())


def _wide(step: Step) -> Step:
    return Step(
        tuple(state.double() for state in step.state),
        {name: gate.double() for name, gate in step.gates.items()},
        {name: values.double() for name, values in step.pre_activations.items()},
        tuple(
            Recurrent(use.rows, use.operand.double(), use.product.double())
            for use in step.recurrent
        ),
    )
