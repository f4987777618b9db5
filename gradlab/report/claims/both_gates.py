"""What both halves of chrono do to the gradient."""

from gradlab.report.claims._control import Control


class BothGates(Control):
    """Opening the forget gate and closing the input gate, which is chrono."""

    name = "both_gates"
    places = {"cell_state": 80, "control": 80}
    biases = ("chrono", "chrono")
    text = {
        "en": (
            "Chrono's forget and input biases together multiply the gradient of "
            "$cell by $factor over $length steps."
        ),
        "ko": (
            "chrono의 망각 편향과 입력 편향을 함께 쓰면 $length스텝 동안 기울기가 "
            "$factor배가 된다: $cell."
        ),
    }
