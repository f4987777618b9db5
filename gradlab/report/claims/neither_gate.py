"""What gates with biases of 0 do to the gradient."""

from gradlab.report.claims._control import Control


class NeitherGate(Control):
    """Both gates half open."""

    name = "neither_gate"
    places = {"control": 70}
    biases = (0.0, 0.0)
    text = {
        "en": (
            "Forget and input biases of 0 multiply the gradient of $cell by "
            "$factor over $length steps."
        ),
        "ko": (
            "망각 편향과 입력 편향이 모두 0이면 $length스텝 동안 기울기가 $factor배가 "
            "된다: $cell."
        ),
    }
