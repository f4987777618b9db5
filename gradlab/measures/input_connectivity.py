"""Norms of the last hidden state's derivative by earlier inputs."""

from gradlab.jacobians import input_connectivity
from gradlab.measures.base import Measure, Reading, sequences_first


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
        curves = (found.spectral, found.frobenius)
        return {
            name: Reading({"lag": found.lags}, sequences_first(curve))
            for name, curve in zip(self.outputs, curves, strict=True)
        }
