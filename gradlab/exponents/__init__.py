"""Lyapunov exponents: how fast each direction grows or dies, nats per step.

Of the whole state, (h, c) for the LSTM, by the QR algorithm in float64 along the stored
trajectory. :func:`hidden_only_exponent` leaves c out, for comparison.
"""

from gradlab.exponents.covariant import (
    CovariantVectors,
    covariant_lyapunov_vectors,
    covariant_vectors,
)
from gradlab.exponents.qr import qr_exponents
from gradlab.exponents.spectrum import Exponents, kaplan_yorke_dimension
from gradlab.exponents.trajectory_exponents import (
    hidden_only_exponent,
    lyapunov_exponents,
)


__all__ = [
    "CovariantVectors",
    "Exponents",
    "covariant_lyapunov_vectors",
    "covariant_vectors",
    "hidden_only_exponent",
    "kaplan_yorke_dimension",
    "lyapunov_exponents",
    "qr_exponents",
]
