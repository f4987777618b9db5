"""What gates with biases of 0 do to the gradient."""

from gradlab.report.claims._control import Control


class NeitherGate(Control):
    """Both gates half open."""

    name = "neither_gate"
    places = {"control": 70}
    biases = (0.0, 0.0)
    text = {
        "en": (
            "With both gates half open (biases of 0) the gradient of $cell is "
            "multiplied by $factor over $length steps."
        ),
        "ko": (
            "두 게이트가 모두 반쯤 열려 있으면(편향 0) $length스텝 동안 "
            "기울기가 $factor배가 된다: $cell."
        ),
    }
