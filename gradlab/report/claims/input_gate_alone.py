"""What chrono's input biases alone do to the gradient."""

from gradlab.report.claims._control import Control


class InputGateAlone(Control):
    """Closing the input gate and leaving the forget gate."""

    name = "input_gate_alone"
    places = {"cell_state": 85, "control": 85, "top": 72}
    biases = (0.0, "chrono")
    text = {
        "en": (
            "Chrono's input biases alone, with forget biases of 0, multiply the "
            "gradient of $cell by $factor over $length steps."
        ),
        "ko": (
            "망각 편향을 0으로 두고 chrono의 입력 편향만 쓰면 $length스텝 동안 "
            "기울기가 $factor배가 된다: $cell."
        ),
    }
