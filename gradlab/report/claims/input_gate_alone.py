"""What chrono's input biases alone do to the gradient."""

from gradlab.report.claims._control import Control


class InputGateAlone(Control):
    """Closing the input gate and leaving the forget gate."""

    name = "input_gate_alone"
    places = {"cell_state": 85, "control": 85, "top": 72}
    biases = (0.0, "chrono")
    text = {
        "en": (
            "Closing the input gate alone (chrono's input biases, forget biases of "
            "0) multiplies the gradient of $cell by $factor over $length steps."
        ),
        "ko": (
            "입력 게이트만 닫으면(chrono의 입력 편향, 망각 편향은 0) "
            "$length스텝 동안 기울기가 $factor배가 된다: "
            "$cell."
        ),
    }
