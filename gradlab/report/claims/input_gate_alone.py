"""What chrono's input biases alone do to the gradient."""

from gradlab.report.claims._control import Control


class InputGateAlone(Control):
    """Closing the input gate and leaving the forget gate."""

    name = "input_gate_alone"
    places = {"cell_state": 85, "top": 72}
    biases = (0.0, "chrono")
    text = {
        "en": (
            "In $cell chrono input biases alone, forget biases 0, multiply the "
            "gradient by $factor over $length steps."
        )
    }
