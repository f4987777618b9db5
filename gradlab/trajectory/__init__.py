"""A cell run over a sequence, with everything its steps gave.

Kept whole, or, for very long runs, at checkpoints from which steps are computed again.
"""

from gradlab.trajectory.checkpoints import CheckpointedTrajectory
from gradlab.trajectory.running import MIN_LENGTH, unroll
from gradlab.trajectory.steps import walk
from gradlab.trajectory.stored import Trajectory, collect


__all__ = [
    "MIN_LENGTH",
    "CheckpointedTrajectory",
    "Trajectory",
    "collect",
    "unroll",
    "walk",
]
