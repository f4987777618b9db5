"""What a command line names of a user's own: model, checkpoint, batch and loss.

Every error of gradlab here derives from :class:`gradlab.errors.GradlabError`; any other
exception comes from the user's code, and has its own traceback.
"""

from gradlab.targets.batch import load_batch
from gradlab.targets.calling import call_model
from gradlab.targets.checkpoint import Checkpoint, load_checkpoint
from gradlab.targets.default_loss import default_loss
from gradlab.targets.describe import describe, describe_batch
from gradlab.targets.device import to_device
from gradlab.targets.loss import load_loss
from gradlab.targets.synthetic import missing_batch, synthetic_batch
from gradlab.targets.target import floating_dtype, load_target


__all__ = [
    "Checkpoint",
    "call_model",
    "default_loss",
    "describe",
    "describe_batch",
    "floating_dtype",
    "load_batch",
    "load_checkpoint",
    "load_loss",
    "load_target",
    "missing_batch",
    "synthetic_batch",
    "to_device",
]
