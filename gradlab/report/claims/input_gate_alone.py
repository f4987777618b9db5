"""What chrono's input biases alone do to the gradient."""

from gradlab.report.claims._control import Control


class InputGateAlone(Control):
    """Closing the input gate and leaving the forget gate."""

    name = "input_gate_alone"
    places = {"cell_state": 85, "control": 85, "top": 72}
    biases = (0.0, "chrono")
    text = {
        "en": (
            "Closing the input gate alone (chrono's input biases) takes what is "
            "left in the $cell after $length steps from $base to $left."
        ),
        "ko": (
            "$cell — 입력 게이트만 닫으면(chrono의 입력 편향) $length스텝 뒤에 "
            "남는 기울기가 달라진다: $base → $left."
        ),
    }
