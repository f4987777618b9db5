"""A cell run over a sequence, with what each of its steps returned.

Stored whole, or, for very long runs, at checkpoints from which steps are recomputed.
"""

from gradlab.trajectory.checkpoints import CheckpointedTrajectory
from gradlab.trajectory.stored import Trajectory
from gradlab.trajectory.unrolling import MIN_LENGTH, unroll


__all__ = [
    "MIN_LENGTH",
    "CheckpointedTrajectory",
    "Trajectory",
    "unroll",
]
