"""What both halves of chrono do to the gradient."""

from gradlab.report.claims._control import Control


class BothGates(Control):
    """Opening the forget gate and closing the input gate, which is chrono."""

    name = "both_gates"
    places = {"cell_state": 80, "control": 80}
    biases = ("chrono", "chrono")
    text = {
        "en": (
            "Opening the forget gate and closing the input gate together (chrono) "
            "multiplies the gradient of $cell by $factor over $length steps."
        ),
        "ko": (
            "망각 게이트를 열고 입력 게이트를 함께 닫으면(chrono) "
            "$length스텝 동안 기울기가 $factor배가 된다: "
            "$cell."
        ),
    }
