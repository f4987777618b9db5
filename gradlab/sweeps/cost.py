"""How long a point takes and how much memory its products fill, roughly.

The model is a few numbers a cell, fitted on an ordinary machine; a running sweep
corrects it by what it sees. It orders groups, tells the time left before anything is
measured, and bounds what runs without a yes.
"""

from dataclasses import dataclass
from functools import cache

from gradlab.cells import parse
from gradlab.sweeps.points import Point
from gradlab.sweeps.requirements import Requirements


GROUP_BYTES = 12 * 2**20
"""Products of one group: small enough to stay near the processor's cache."""

GROUP_MEMBERS = 100
"""Points of one group: more do not compute faster, and progress should move."""

GROUP_SECONDS = 5.0
"""Time of one group, about: what a stop may lose of each worker's work."""

BACKWARD = frozenset({"loss_gradient", "weight_contribution", "weight_share"})
"""Measures that need a backward pass."""

DIRECT = frozenset(
    {
        "gate_histogram",
        "gate_log_mean",
        "gate_mean",
        "gate_saturation",
        "time_constant",
        "weight_spectral_norm",
        "weight_spectral_radius",
    }
)
"""Measures of weights and gates, which need neither."""

EXPONENTS = frozenset({"hidden_only_exponent", "lyapunov_exponents"})
"""Measures by the QR algorithm, which need neither, and their own time."""

SPECTRA = frozenset({"live_directions", "log_singular_values"})
"""Measures of whole spectra, which need neither, and their own time."""

WALKING = (
    EXPONENTS
    | SPECTRA
    | {
        "breakdown",
        "decay_shape",
        "frobenius_norm",
        "growth_rate",
        "half_life",
        "horizon",
        "input_connectivity",
        "norms_by_sequence",
        "spectral_norm",
        "stable_rank",
        "step_spectral_norm",
        "verdict",
        "weight_spectral_norm",
        "weight_spectral_radius",
    }
)
"""Measures that walk along a trajectory and never look at all of its steps at once."""

LONG = 2**27
"""Bytes of a trajectory above which it is stored at checkpoints only."""

PATHS = frozenset({"cell_derivatives", "recurrent_passes"})
"""Measures of the carry's rows, which take their own products of Jacobians."""


@dataclass(frozen=True)
class _Rates:
    """Of one cell: seconds a step of calls alone, and matrix products a step."""

    forward: float
    chain: float
    joint: float
    everything: float
    blocks: float


_RATES = {
    "rnn": _Rates(8e-6, 15e-6, 1.0, 1.0, 1.0),
    "gru": _Rates(18e-6, 40e-6, 1.3, 4.5, 2.0),
    "lstm": _Rates(18e-6, 50e-6, 4.0, 11.0, 3.0),
}
_MULTIPLIED = 4e10  # floating point operations a second
_EIGENVALUES = 1e-4  # seconds for one matrix of 64 x 64
_FACTORISED = 3e-8  # seconds for QR and LU of a matrix, by its width squared
_SPECTRUM = 6e-10  # and for what a whole spectrum takes, by its width cubed
_PARTS = 11  # matrices that the expansion by recurrent passes carries side by side
_STORED_LAGS = 30
_SPECTRA_LAGS = 6


def states(cell: str) -> int:
    """Return how many states of H units a cell has, as far as the name tells."""
    return layers(cell) * (2 if cell.partition(":")[0] == "lstm" else 1)


@cache
def layers(cell: str) -> int:
    """Return how many layers a cell has."""
    return parse(cell)[1].get("layers", 1)


def bytes_of(point: Point) -> int:
    """Return the size of the products of one point."""
    width = states(point.cell) * point.hidden
    return point.sequences * width * width * (8 if point.dtype == "float64" else 4)


def is_long(point: Point) -> bool:
    """Say whether a point's trajectory is stored at checkpoints only.

    A step stores states, gates, pre-activations and uses of the recurrent weights:
    16 tensors of the hidden size at most.
    """
    size = 8 if point.dtype == "float64" else 4
    step = layers(point.cell) * 16 * point.hidden + point.features
    return size * point.sequences * point.length * step > LONG


def memory_of(point: Point, needs: Requirements, members: int = 1) -> int:
    """Return about how many bytes a group of such points fills at its peak.

    Rather too much than too little: measured peaks are between a quarter of it and all
    of it. What is on another device than the processor is left out.
    """
    if point.device != "cpu":
        return 0
    everything = needs.blocks() == "all"
    kept = min(point.length, _STORED_LAGS) * (4.5 if everything else 2.5) + 5
    size = 8 if point.dtype == "float64" else 4
    steps = point.length + point.burn_in
    state = size * point.sequences * steps * max(point.hidden, point.features // 4)
    if is_long(point) and needs.by_measure.keys() <= WALKING:
        inputs = size * point.sequences * steps * point.features
        curves = 8 * 20 * point.sequences * steps
        return int(members * (kept * bytes_of(point) + 5 * inputs + curves + LONG))
    count = layers(point.cell)
    tensors = count * (150 if everything and states(point.cell) > count else 60)
    return int(members * (kept * bytes_of(point) + tensors * state))


def seconds_of(point: Point, needs: Requirements) -> float:
    """Return about how long one point takes inside a group, on one core."""
    rates = _RATES.get(point.cell.partition(":")[0], _RATES["lstm"])
    wanted = needs.by_measure.keys()
    forward = rates.forward * layers(point.cell)
    total = 2e-3 + (point.length + point.burn_in) * forward
    if wanted - BACKWARD - DIRECT - EXPONENTS - PATHS - SPECTRA - {"triangle"}:
        total += _products(point, rates, everything=needs.blocks() == "all")
    if wanted & BACKWARD:
        total += 3 * point.length * forward
    if "triangle" in wanted:
        product = 2 * point.hidden**3 / _MULTIPLIED
        total += 0.2 + 64 * point.length * rates.joint * product
    if wanted & PATHS:
        total += _paths(point, parts=_PARTS if "recurrent_passes" in wanted else 1)
    total *= 2 if point.dtype == "float64" else 1
    if "lyapunov_exponents" in wanted:
        width = states(point.cell) * point.hidden
        total += point.length * (2e-4 + point.sequences * _FACTORISED * width**2)
    if "hidden_only_exponent" in wanted:
        total += point.length * 2e-4
    total += len(wanted & SPECTRA) * _spectra(point)
    return total


def _paths(point: Point, *, parts: int) -> float:
    """Return the time of the carry's rows, so many matrices of them side by side."""
    flops = 2 * states(point.cell) * 2 * point.hidden**3 + 80 * point.hidden**2
    return point.length * (1e-4 + point.sequences * parts * flops / _MULTIPLIED)


def _spectra(point: Point) -> float:
    """Return the time of QR at every step, and of what ends it at a few lags."""
    width = states(point.cell) * point.hidden
    each = point.sequences * _SPECTRUM * width**3
    return point.length * (1e-3 + each) + _SPECTRA_LAGS * (0.1 + 200 * each)


def _products(point: Point, rates: _Rates, *, everything: bool) -> float:
    """Return the time of the chain of Jacobians and of its spectral norms.

    Layers are each multiplied by themselves and all those below, and once more, alone,
    for the norms between them.
    """
    count = layers(point.cell)
    pairs = count * (count + 1) / 2
    products = (rates.everything if everything else rates.joint) * count * pairs
    blocks = (rates.blocks if everything else 1.0) * (2 * pairs if count > 1 else 1)
    flops = products * 2 * point.hidden**3 + 80 * point.hidden**2
    step = blocks * rates.chain + point.sequences * flops / _MULTIPLIED
    width = states(point.cell) * point.hidden
    spectra = _STORED_LAGS * point.sequences * blocks * _EIGENVALUES * width / 64
    return point.length * step + spectra
