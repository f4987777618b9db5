"""Norms of the last hidden state's derivative by earlier inputs."""

from gradlab.jacobians import input_connectivity
from gradlab.measures.base import Measure


class InputConnectivityMeasure(Measure):
    """ln |dh_T/dx_t| at the stored lags T - t below T.

    Through all states: how much a read-out of h_T depends on x_t. Lag 0 is the last
    input, so curves begin at the size of the input weights, not at 0.
    ``input_connectivity`` is the spectral norm, ``input_connectivity_frobenius`` the
    Frobenius norm.
    """

    name = "input_connectivity"
    symbol = "ln |dh_T/dx_t|_2"
    unit = "nats"
    question = "How much can an input so many steps back still move the last state?"
    formula = "ln sigma_max(dh_T/ds_t ds_t/dx_t)"
    reference = "Orhan & Pitkow 2020"
    axes = ("lag",)
    version = 2
    outputs = ("input_connectivity", "input_connectivity_frobenius")
    costly = True
    low_memory = True

    def compute(self, context):
        found = input_connectivity(context.trajectory)
        norms = (found.ln_spectral_norm, found.ln_frobenius_norm)
        return dict(zip(self.outputs, norms, strict=True))
