"""What chrono's forget biases alone do to the gradient."""

from gradlab.report.claims._control import Control


class ForgetGateAlone(Control):
    """Opening the forget gate and leaving the input gate."""

    name = "forget_gate_alone"
    places = {"cell_state": 90, "control": 90, "top": 73}
    biases = ("chrono", 0.0)
    text = {
        "en": (
            "Opening the forget gate alone (chrono's forget biases) takes what "
            "is left in the $cell after $length steps from $base to $left."
        ),
        "ko": (
            "$cell — 망각 게이트만 열면(chrono의 망각 편향) $length스텝 뒤에 남는 "
            "기울기가 달라진다: $base → $left."
        ),
    }
