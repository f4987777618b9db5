"""What both halves of chrono do to the gradient."""

from gradlab.report.claims._control import Control


class BothGates(Control):
    """Opening the forget gate and closing the input gate, which is chrono."""

    name = "both_gates"
    places = {"cell_state": 80, "control": 80}
    biases = ("chrono", "chrono")
    text = {
        "en": (
            "Opening the forget gate and closing the input gate together "
            "(chrono) takes what is left in the $cell after $length steps from "
            "$base to $left."
        ),
        "ko": (
            "$cell — 망각 게이트를 열고 입력 게이트를 함께 닫으면(chrono) "
            "$length스텝 뒤에 남는 기울기가 달라진다: $base → $left."
        ),
    }
