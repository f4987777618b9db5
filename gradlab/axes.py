"""The axes of a sweep: what each is called, how it is written, where it stands.

Torch-free and below every other room: config, command line, store and report read the
axes here. ``seed`` is no axis but a repetition; a point has one as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Axis:
    """One axis.

    Attributes:
        name: in TOML, Python and the store.
        baseline: its value where a sweep does not name the axis.
        metavar: how the command line writes several values.
        example: its values in TOML, for error messages.
        help: what it means, for ``gradlab sweep --help``.
        by_cell: whether it applies to some cells only; a cell's ``axes`` name those
            that change it, and at other cells a point has None there.
        by_task: whether it says how a network is trained; without a task a point has
            None there.
        labels: whether it distinguishes networks in a few words, unlike what is fixed
            in most sweeps.
    """

    name: str
    baseline: str | int | float
    metavar: str
    example: str
    help: str
    by_cell: bool = False
    by_task: bool = False
    labels: bool = True

    @property
    def option(self) -> str:
        """Return the axis as the command line has it: ``--forget-bias``."""
        return f"--{self.name.replace('_', '-')}"


AUTO = "auto"
"""The input bias that goes with the forget bias, see :func:`input_bias_of`."""

NO_TASK = "none"
"""The task of networks that are not trained."""

AXES = (
    Axis(
        "cell",
        "lstm",  # the one cell to which every axis applies
        "NAME,...",
        '["lstm"]',
        "rnn, lstm, gru, or a variant: lstm:peephole+layers=2, ...",
    ),
    Axis(
        "activation",
        "tanh",
        "NAME,...",
        '["tanh"]',
        "Nonlinearity of the RNN; of the candidate and the output in the LSTM, of "
        "the candidate in the GRU. Gates stay sigmoid.",
        by_cell=True,
    ),
    Axis(
        "init",
        "default",
        "NAME,...",
        '["orthogonal"]',
        "How weight_hh is drawn, each gate block on its own.",
        by_cell=True,
    ),
    Axis(
        "gain",
        1.0,
        "NUMBER,...",
        "[0.5, 1, 2]",
        "Multiplies weight_hh; with --init spectral_radius it is the radius.",
        by_cell=True,
    ),
    Axis(
        "forget_bias",
        "keep",
        "BIAS,...",
        '["keep", 1, "chrono"]',
        "Bias of the forget gate; of the GRU's keep gate. keep: untouched, about 0. "
        "chrono: drawn for memories up to the point's length; chrono:256 up to 256. "
        "Chrono sets the LSTM's input gate, too, unless --input-bias does.",
        by_cell=True,
    ),
    Axis(
        "input_bias",
        AUTO,
        "BIAS,...",
        '["keep", -3, "chrono"]',
        "Bias of the LSTM's input gate: as above, chrono being minus the forget gate's "
        "draws. By default auto: chrono beside --forget-bias chrono, else keep.",
        by_cell=True,
    ),
    Axis("hidden", 64, "N,...", "[64]", "Hidden units."),
    Axis("length", 256, "N,...", "[16, 64, 256]", "Steps of the sequence."),
    Axis(
        "input",
        "gaussian",
        "NAME,...",
        '["gaussian"]',
        "gaussian, gaussian:SD, silence, text:FILE[:chars], npy:FILE.",
        labels=False,
    ),
    Axis(
        "loss",
        "last",
        "NAME,...",
        '["last"]',
        "last: at the last step. every: a term at each step.",
        labels=False,
    ),
    Axis(
        "task",
        NO_TASK,
        "NAME,...",
        '["lag:50"]',
        "Train each network, on lag:50, adding:100, ... (gradlab list tasks). Sets "
        "length, input, loss and chrono's Tmax; none: networks as they are drawn.",
        by_task=True,
    ),
    Axis(
        "learning_rate",
        0.01,
        "NUMBER,...",
        "[0.01]",
        "Of the optimizer, for a task; 0.01 by default.",
        by_task=True,
        labels=False,
    ),
    Axis(
        "epsilon",
        1e-8,
        "NUMBER,...",
        "[1e-8, 1e-16]",
        "Added to what the optimizer divides by: far smaller gradients move nothing.",
        by_task=True,
        labels=False,
    ),
    Axis(
        "dtype",
        "float32",
        "NAME,...",
        '["float32"]',
        "float32 or float64.",
        labels=False,
    ),
)
"""All axes, in the order of a sweep's file and of the points of a grid."""

NAMES = tuple(axis.name for axis in AXES)
BASELINE = {axis.name: axis.baseline for axis in AXES}
DRAWN = ("init", "gain", "forget_bias", "input_bias")
"""Axes that say how weights are drawn, which a file of weights replaces."""

BY_CELL = frozenset(axis.name for axis in AXES if axis.by_cell)
BY_TASK = frozenset(axis.name for axis in AXES if axis.by_task)
SET_BY_TASK = ("length", "input", "loss")
"""Axes that a task sets."""

OF_UNTRAINED = (*SET_BY_TASK, "features", "burn_in", "initial_state")
"""Axes and settings that a task decides of a network that is trained on it."""

OF_TRAINED = ("optimizer", "batch", "clip", "updates", "success", "measure_at")
"""Settings of all points that are trained; further ones are axes."""

LABELS = tuple(axis.name for axis in AXES if axis.labels)
"""Axes that distinguish the networks of most sweeps."""
_FIRST = tuple(axis.name for axis in AXES if axis.labels and not axis.by_task)
PARAMS = (*_FIRST, "seed", *(name for name in NAMES if name not in _FIRST))
"""Axes and the seed, as columns of a table."""
SEEDS = 5
"""Seeds of a point where a sweep does not say."""


def is_chrono(bias: object) -> bool:
    """Return whether a gate's bias is ``chrono`` or ``chrono:LENGTH``."""
    return isinstance(bias, str) and bias.startswith("chrono")


def input_bias_of(setting: str | float, forget_bias: object) -> str | float:
    """Return an input bias with ``auto`` replaced by what it stands for.

    Beside chrono the same, since chrono is defined for both gates (Tallec & Ollivier
    2018: b_i = -b_f); beside any other forget bias ``keep``.

    >>> input_bias_of("auto", "chrono:64"), input_bias_of("auto", 3.0)
    ('chrono:64', 'keep')
    >>> input_bias_of("keep", "chrono")
    'keep'
    """
    if setting != AUTO:
        return setting
    return str(forget_bias) if is_chrono(forget_bias) else "keep"


def own_input_bias(params: Mapping[str, Any]) -> Any:
    """Return a point's input bias where it is not what ``auto`` gives; else None."""
    bias = params.get("input_bias")
    implied = input_bias_of(AUTO, params.get("forget_bias"))
    return None if bias == implied else bias
